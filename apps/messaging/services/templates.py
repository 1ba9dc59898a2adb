"""Writing the integrator's own texts for mails.

A text is never changed: each of these writes the next version of a template, checked, under the template's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.messaging.addresses import mailboxes
from apps.messaging.checking import check_texts
from apps.messaging.events import Event, Texts
from apps.messaging.events import event as event_of
from apps.messaging.exceptions import FIELDS, TextsRefused
from apps.messaging.in_force import latest_of, texts_of
from apps.messaging.models import EmailTemplate, EmailTemplateVersion, EventSwitch
from apps.messaging.services.template_files import attach_file, detach_file
from apps.messaging.services.trying import preview, send_test

#: Hidden copies of one template.
MOST_COPIES = 5

__all__ = [
    "attach_file",
    "check_texts",
    "create_template",
    "detach_file",
    "preview",
    "put_in_use",
    "put_out_of_use",
    "rename_template",
    "restore_version",
    "send_test",
    "set_hidden_copies",
    "switch_event",
    "use_shipped_texts",
    "write_version",
]


def create_template(*, event: Event, name: str, texts: Texts, actor: Any, at: datetime) -> EmailTemplate:
    """A template of ``event`` with its first version; it is not in use. TextsRefused, DomainError: a name taken."""
    _refuse_faults(event, texts)
    try:
        with transaction.atomic():
            template = EmailTemplate(event=event.code, name=_name(name))
            _save(template, actor)
            _write(template, number=1, texts=texts, note="", actor=actor, at=at)
            return template
    except IntegrityError as error:
        raise _taken(name) from error


def rename_template(*, template: EmailTemplate, name: str, actor: Any) -> EmailTemplate:
    """DomainError: no name, or another template's."""
    try:
        with transaction.atomic():
            locked = _locked(template)
            locked.name = _name(name)
            _save(locked, actor)
            return locked
    except IntegrityError as error:
        raise _taken(name) from error


@transaction.atomic
def write_version(
    *, template: EmailTemplate, texts: Texts, note: str, actor: Any, at: datetime, expected: int
) -> EmailTemplateVersion:
    """The next version of a template: it is in force as soon as this is committed, and clears the template's fault.

    ``expected`` is the number of the version that the writer began with: DomainError where somebody has written
    another one meanwhile. TextsRefused for texts that have faults, DomainError for texts that change nothing.
    """
    locked = _locked(template)
    latest = latest_of(locked)
    number = latest.number if latest else 0
    if number != expected:
        raise _overtaken(latest)
    if latest is not None and texts_of(latest) == texts and not locked.fault:
        raise DomainError(_("Nothing has changed since version %(number)d.") % {"number": number})
    _refuse_faults(event_of(locked.event), texts)
    if locked.in_use:
        _refuse_unwritten(event_of(locked.event), texts)
    version = _write(locked, number=number + 1, texts=texts, note=note, actor=actor, at=at)
    if locked.fault:
        locked.fault, locked.fault_at = "", None
        locked.save(update_fields=["fault", "fault_at"])
    return version


def restore_version(
    *, template: EmailTemplate, number: int, actor: Any, at: datetime, expected: int
) -> EmailTemplateVersion:
    """The texts of an earlier version, as the next one. They are checked again: placeholders may have gone since."""
    earlier = EmailTemplateVersion.objects.filter(template=template, number=number).first()
    if earlier is None:
        raise DomainError(_("This template has no version %(number)d.") % {"number": number})
    note = _("Version %(number)d restored") % {"number": number}
    return write_version(template=template, texts=texts_of(earlier), note=note, actor=actor, at=at, expected=expected)


def use_shipped_texts(*, template: EmailTemplate, actor: Any, at: datetime, expected: int) -> EmailTemplateVersion:
    """Back to the texts that the product ships, as the next version."""
    texts = event_of(template.event).shipped
    note = _("Back to the shipped texts")
    return write_version(template=template, texts=texts, note=note, actor=actor, at=at, expected=expected)


@transaction.atomic
def put_in_use(*, template: EmailTemplate, actor: Any, at: datetime) -> EmailTemplate:
    """Mails about its event are made of this template from now on; the one that was in use no longer is.

    DomainError for a letter of which nobody has written a word.
    """
    event = event_of(template.event)
    # All of the event, always in the same order: two people at once wait for each other.
    rows = list(EmailTemplate.objects.select_for_update().filter(event=template.event).order_by("pk"))
    chosen = next(row for row in rows if row.pk == template.pk)
    refuse_unwritten(chosen)
    if not event.by_hand:
        for row in rows:
            if row.in_use and row != chosen:
                row.in_use = False
                _save(row, actor)
    if not chosen.in_use:
        chosen.in_use = True
        _save(chosen, actor)
    return chosen


@transaction.atomic
def put_out_of_use(*, template: EmailTemplate, actor: Any, at: datetime) -> EmailTemplate:
    """The shipped texts serve again; a letter is no longer offered."""
    locked = _locked(template)
    if locked.in_use:
        locked.in_use = False
        _save(locked, actor)
    return locked


@transaction.atomic
def set_hidden_copies(*, template: EmailTemplate, addresses: Iterable[str], actor: Any, at: datetime) -> EmailTemplate:
    """Who gets a hidden copy of every mail made of the template. DomainError: a wrong address, too many of them.

    A mail with a personal link has none: whoever reads the copy could use the link.
    """
    copies = mailboxes(addresses)[0]
    if copies and event_of(template.event).confidential:
        raise DomainError(_("These mails hold a personal link: they have no hidden copies."))
    if len(copies) > MOST_COPIES:
        raise DomainError(_("A template has %(most)d hidden copies at most.") % {"most": MOST_COPIES})
    locked = _locked(template)
    written = "\n".join(copies)
    if locked.bcc != written:
        locked.bcc = written
        _save(locked, actor)
    return locked


@transaction.atomic
def switch_event(*, event: Event, is_sent: bool, actor: Any, at: datetime) -> EventSwitch:
    """Have the mails about ``event`` sent, or not. DomainError for those that customers cannot do without."""
    if not event.optional:
        raise DomainError(_("“%(event)s” is always sent.") % {"event": event.title})
    row, made = EventSwitch.objects.select_for_update().get_or_create(
        event=event.code, defaults={"is_sent": event.sent_at_first}
    )
    if made or row.is_sent != is_sent:
        row.is_sent = is_sent
        _save(row, actor)
    return row


def refuse_unwritten(template: EmailTemplate) -> None:
    """DomainError for a letter whose text is still, in part, the one that every letter begins with."""
    latest = latest_of(template)
    if latest is not None:
        _refuse_unwritten(event_of(template.event), texts_of(latest))


# --- Hands


def _locked(template: EmailTemplate) -> EmailTemplate:
    return EmailTemplate.objects.select_for_update().get(pk=template.pk)


def _save(row: Any, actor: Any) -> None:
    row._history_user = actor  # of simple-history
    row.save()


def _write(
    template: EmailTemplate, *, number: int, texts: Texts, note: str, actor: Any, at: datetime
) -> EmailTemplateVersion:
    return EmailTemplateVersion.objects.create(
        template=template,
        number=number,
        subject=texts.subject,
        text=texts.text,
        html=texts.html,
        note=note.strip()[:120],
        made_by=actor,
        made_at=at,
    )


def _name(name: str) -> str:
    """DomainError for none, and for one that is too long."""
    written = " ".join(name.split())
    longest = EmailTemplate._meta.get_field("name").max_length
    if not written or len(written) > (longest or 0):
        raise DomainError(_("A template has a name of %(longest)d signs at most.") % {"longest": longest})
    return written


def _refuse_faults(event: Event, texts: Texts) -> None:
    faults = check_texts(event, texts)
    if faults:
        raise TextsRefused(faults)


def _refuse_unwritten(event: Event, texts: Texts) -> None:
    if not event.by_hand:
        return
    for part in ("html", "text"):
        # Forms end lines their own way.
        if getattr(texts, part).split() == getattr(event.shipped, part).split():
            raise DomainError(
                _("%(text)s: still what every letter begins with. Write your message first.") % {"text": FIELDS[part]}
            )


def _taken(name: str) -> DomainError:
    return DomainError(_("There is a template named “%(name)s” already.") % {"name": " ".join(name.split())})


def _overtaken(latest: EmailTemplateVersion | None) -> DomainError:
    said = {"number": latest.number if latest else 0, "who": (latest and latest.made_by) or "–"}
    return DomainError(
        _("%(who)s has written version %(number)d meanwhile: look at it, then write yours again.") % said
    )
