"""The screens of messaging: «Boîte d'envoi», «Modèles d'e-mail»."""

from apps.messaging.admin import outbox, templates

__all__ = ["outbox", "templates"]
