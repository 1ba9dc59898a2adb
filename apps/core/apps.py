from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        from apps.core.guards import install_after_migrate

        post_migrate.connect(install_after_migrate, dispatch_uid="core.guards")
