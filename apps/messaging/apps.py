from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

SEND_SECONDS = 2.0
SETTLE_SECONDS = 15.0
FORGET_SECONDS = 3600.0


class MessagingConfig(AppConfig):
    name = "apps.messaging"
    label = "messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from apps.jobs.kinds import Chore, Queue, register_chore
        from apps.messaging import checks, panels, tiles
        from apps.messaging.services import forget_old_attachments, send_next, settle_lost

        checks.register_checks()
        panels.register()
        tiles.register()
        register_chore(Chore(code="messaging.settle_lost", run=settle_lost, every=SETTLE_SECONDS, queue=Queue.MAIL))
        register_chore(Chore(code="messaging.send_next", run=send_next, every=SEND_SECONDS, queue=Queue.MAIL))
        register_chore(Chore(code="messaging.forget_files", run=forget_old_attachments, every=FORGET_SECONDS))
