"""What the installation as a whole does once its apps are there."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

DAY = 24 * 3600  # seconds


class InstallationConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from apps.accounts.sessions import forget_ended_sessions
        from apps.accounts.signing_in import forget_old_sign_ins
        from apps.jobs.kinds import Chore, register_chore
        from config.roles import apply_roles

        # Permissions are made app by app: after the last one, all of them are there.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(apply_roles, sender=last, dispatch_uid="config.roles")
        # Accounts stand below jobs, and cannot register their chores themselves.
        register_chore(Chore(code="accounts.sessions", run=forget_ended_sessions, every=DAY))
        register_chore(Chore(code="accounts.sign_ins", run=forget_old_sign_ins, every=DAY))
