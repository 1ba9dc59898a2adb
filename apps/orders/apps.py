from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "apps.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from apps.core.wording import register
        from apps.orders import blocking, mails, panels, tasks
        from apps.orders.defaults import install_defaults
        from apps.orders.porting import desk
        from apps.orders.porting import mails as porting_mails
        from apps.orders.porting import panels as porting_panels
        from apps.orders.porting import tasks as porting_tasks
        from apps.orders.wording import SENTENCES

        register(SENTENCES)
        mails.register()
        porting_mails.register()
        porting_panels.register()
        desk.register_kinds()
        tasks.register_work()
        porting_tasks.register_work()
        blocking.register()
        panels.register()
        post_migrate.connect(install_defaults, sender=self, dispatch_uid="orders.defaults")
