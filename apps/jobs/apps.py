from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "apps.jobs"
    label = "jobs"
    verbose_name = _("Tasks")

    def ready(self) -> None:
        from apps.jobs import panels, tiles
        from apps.jobs.bulk import panels as bulk_panels
        from apps.jobs.bulk.services import clear_drafts
        from apps.jobs.imports import panels as import_panels
        from apps.jobs.imports.services import clear_old_reports
        from apps.jobs.kinds import Chore, register_chore
        from apps.jobs.services import clear_old_jobs

        panels.register()
        tiles.register()
        import_panels.register()
        bulk_panels.register()
        register_chore(Chore(code="jobs.clear", run=clear_old_jobs, every=3600))
        register_chore(Chore(code="imports.clear", run=clear_old_reports, every=3600))
        register_chore(Chore(code="bulk.clear", run=clear_drafts, every=3600))
