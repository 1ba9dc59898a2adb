from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ANSWER_SECONDS = 2.0
FORGET_SECONDS = 3600.0


class PortalConfig(AppConfig):
    name = "apps.portal"
    label = "portal"
    verbose_name = _("Customer space")

    def ready(self) -> None:
        from apps.accounts.signing_in import LOCKED_PAGES
        from apps.core.slots import contribute
        from apps.customers.logins import PAGES
        from apps.jobs.kinds import Chore, Queue, register_chore
        from apps.portal import checks, recovery
        from apps.portal.entry import Pages, locked_page

        checks.register_checks()
        contribute(PAGES, Pages)
        contribute(LOCKED_PAGES, locked_page)
        register_chore(Chore(code="portal.recover", run=recovery.answer_next, every=ANSWER_SECONDS, queue=Queue.MAIL))
        register_chore(Chore(code="portal.forget", run=recovery.forget_old, every=FORGET_SECONDS))
