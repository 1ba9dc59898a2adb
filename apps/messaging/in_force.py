"""Which texts a mail is made of: the integrator's own where there are any, else those that the product ships."""

from __future__ import annotations

from dataclasses import dataclass

from apps.messaging.events import Event, Texts
from apps.messaging.models import EmailTemplate, EmailTemplateVersion, EventSwitch


@dataclass(frozen=True, slots=True)
class InForce:
    """The texts of an event and where they come from; no template: from the product."""

    texts: Texts
    template: EmailTemplate | None = None
    version: EmailTemplateVersion | None = None


def texts_of(version: EmailTemplateVersion) -> Texts:
    return Texts(version.subject, version.text, version.html)


def latest_of(template: EmailTemplate) -> EmailTemplateVersion | None:
    """The version in force: the latest. None only for a row that somebody has made without the services."""
    return template.versions.order_by("-number").first()


def in_force(event: Event) -> InForce:
    """The latest version of the template in use, or what is shipped. Two queries at most."""
    if event.by_hand:
        return InForce(event.shipped)
    template = EmailTemplate.objects.filter(event=event.code, in_use=True).first()
    version = latest_of(template) if template else None
    if template is None or version is None:
        return InForce(event.shipped)
    return InForce(texts_of(version), template, version)


def templates_in_force(event: Event) -> Texts:
    """The texts that a mail about ``event`` is made of at this moment."""
    return in_force(event).texts


def is_sent(event: Event) -> bool:
    """Whether mails about ``event`` are wanted. Callers ask before they queue one; what has no switch is sent."""
    if not event.optional:
        return True
    decided = EventSwitch.objects.filter(event=event.code).values_list("is_sent", flat=True).first()
    return event.sent_at_first if decided is None else decided
