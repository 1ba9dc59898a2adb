"""The screens of messaging: «Boîte d'envoi»."""

from apps.messaging.admin import outbox

__all__ = ["outbox"]
