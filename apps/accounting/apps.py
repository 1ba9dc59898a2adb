from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountingConfig(AppConfig):
    name = "apps.accounting"
    label = "accounting"
    verbose_name = _("Accounting")

    def ready(self) -> None:
        from apps.accounting import dialogs
        from apps.accounting.tasks import run_export
        from apps.jobs.kinds import Kind, register

        dialogs.register()
        register(
            Kind(
                code=dialogs.KIND,
                title=_("Recap of invoices for accounting"),
                run=run_export,
                permission="accounting.export_recap",
            )
        )
