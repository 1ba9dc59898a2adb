"""A mail made of the texts in force.

A text that an integrator has written can fail when a mail is made of it, though it was checked when it was kept: an
upgrade took a placeholder away, a value is one that nobody thought of. Then the shipped text is sent in its place,
and the template says so until somebody has written its next version: a mail is never blocked, and never empty.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.core.sandbox import TemplateFault
from apps.messaging.choices import AddressRole
from apps.messaging.events import Event, Texts
from apps.messaging.exceptions import TextFault
from apps.messaging.in_force import in_force, latest_of, texts_of
from apps.messaging.letterhead import Letterhead
from apps.messaging.models import EmailTemplate, EmailTemplateVersion
from apps.messaging.rendering import PARTS, Rendered, render_event, render_part, render_texts

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail, and the template whose files and hidden copies go with it."""

    mail: Rendered
    template: EmailTemplate | None = None
    number: int = 0  # of the version


def compose_mail(
    event: Event, context: Mapping[str, Any], head: Letterhead, *, template: EmailTemplate | None = None
) -> Composed:
    """The mail about ``event``. Only a letter, for which there is no other text, is refused for its own fault."""
    with_logo = head.logo is not None
    if event.by_hand and template is not None:
        version = latest_of(template)
        texts, number = (texts_of(version), version.number) if version else (event.shipped, 0)
        mail = render_texts(event, texts, context, head.company, with_logo=with_logo)
        return Composed(mail, template, number)
    chosen = in_force(event)
    if chosen.template is None or chosen.version is None:
        return Composed(render_event(event, context, head.company, with_logo=with_logo))
    number = chosen.version.number
    try:
        mail = render_texts(event, chosen.texts, context, head.company, with_logo=with_logo)
    except Exception as error:  # noqa: BLE001  # whatever it is, the mail does not wait for it; it is logged below
        # Where the shipped text fails as well, the mistake is not the template's: it is raised as ever.
        mail = render_event(event, context, head.company, with_logo=with_logo)
        if not chosen.template.fault:  # by the first of thousands of mails
            said = _where(event, chosen.texts, {**context, "company": head.company}) or type(error).__name__
            note_fault(chosen.template, number, said, cause=error)
    return Composed(mail, chosen.template, number)


def with_hidden_copies(
    event: Event, addresses: Mapping[AddressRole, Sequence[str]], template: EmailTemplate | None
) -> dict[AddressRole, Sequence[str]]:
    """``addresses`` and the hidden copies of the template; never of a mail with a personal link."""
    given = dict(addresses)
    if template is None or event.confidential:
        return given
    seen = {address.lower() for some in given.values() for address in some}
    copies = [address for address in template.bcc.split() if address.lower() not in seen]
    given[AddressRole.BCC] = [*given[AddressRole.BCC], *copies]
    return given


def _where(event: Event, texts: Texts, values: Mapping[str, Any]) -> str:
    """The first fault of the texts for these values, with the text and the line that it is in."""
    for part in PARTS:
        try:
            render_part(part, getattr(texts, part), values, event.indispensable)
        except TemplateFault as fault:
            return str(TextFault(part, fault.line, str(fault.reason)))
        except DomainError as refusal:
            return str(TextFault(part, None, str(refusal)))
    return ""


def note_fault(template: EmailTemplate, number: int, said: str, *, cause: Exception | None = None) -> None:
    """Write to the template what is wrong with its version ``number``: once, and after the caller's work is kept.

    In the caller's transaction it would hold the template's row as long as a run of thousands lasts; on another
    connection it would wait for that very transaction on SQLite. Where the work is undone there is no mail either:
    the log keeps the fault.
    """
    if template.fault:
        return
    logger.error("template %s, version %s: %s", template.pk, number, said, exc_info=cause)
    transaction.on_commit(lambda: _write_fault(template.pk, number, said), robust=True)


def _write_fault(template: int, number: int, said: str) -> None:
    # Looked at first, as hundreds of mails of one transaction ask for it: writing takes a lock.
    rows = EmailTemplate.objects.filter(pk=template, fault="")
    if not rows.exists():
        return
    with transaction.atomic():
        newer = EmailTemplateVersion.objects.filter(template=template, number__gt=number)
        # Whoever writes a version holds the same lock: the fault of the one before is not put on it.
        if rows.select_for_update().first() is not None and not newer.exists():
            rows.update(fault=said, fault_at=timezone.now())
