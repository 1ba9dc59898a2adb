from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class UsageConfig(AppConfig):
    name = "apps.usage"
    label = "usage"
    verbose_name = _("Usage")

    def ready(self) -> None:
        from apps.core.slots import contribute
        from apps.usage import fair_use, faults, panels, rates, simulating, tasks, tiles
        from apps.usage.changes import cover_again
        from apps.usage.defaults import install_defaults

        panels.register()
        tiles.register()
        faults.register()
        fair_use.register()
        rates.register()
        simulating.register()
        tasks.register_kinds()
        contribute("lines.allowances_changed", cover_again)
        post_migrate.connect(install_defaults, sender=self, dispatch_uid="usage.defaults")
