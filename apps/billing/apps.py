from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "apps.billing"
    label = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from apps.billing import (
            effects,
            invoiced,
            layout_previews,
            mailing,
            order_vat,
            panels,
            reminders,
            searching,
            tasks,
            tiles,
            versions_shown,
        )
        from apps.billing.defaults import install_defaults

        panels.register()
        effects.register()
        invoiced.register()
        tasks.register_kinds()
        mailing.register()
        reminders.register()
        tiles.register()
        searching.register()
        layout_previews.register()
        versions_shown.register()
        order_vat.register()
        post_migrate.connect(install_defaults, sender=self, dispatch_uid="billing.defaults")
