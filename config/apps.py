"""What the installation as a whole does once its apps are there."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class InstallationConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from config.roles import apply_roles

        # Permissions are made app by app: after the last one, all of them are there.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(apply_roles, sender=last, dispatch_uid="config.roles")
