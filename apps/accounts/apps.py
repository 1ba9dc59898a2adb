from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from axes.signals import user_locked_out

        from apps.accounts import sessions, signing_in

        # After those of django-axes, which comes before this app: a failure that locks is written as a lock.
        user_logged_in.connect(sessions.begin, dispatch_uid="accounts.session")
        user_logged_in.connect(signing_in.signed_in, dispatch_uid="accounts.signed_in")
        user_logged_out.connect(signing_in.signed_out, dispatch_uid="accounts.signed_out")
        user_login_failed.connect(signing_in.failed, dispatch_uid="accounts.failed")
        user_locked_out.connect(signing_in.locked, dispatch_uid="accounts.locked")
