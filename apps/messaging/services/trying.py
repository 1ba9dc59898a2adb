"""Trying the texts of a mail before they are in force: on an example or a real object, on screen or in a mailbox."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.messaging.addresses import mailbox
from apps.messaging.checking import check_texts
from apps.messaging.choices import AddressRole
from apps.messaging.events import Event, Texts
from apps.messaging.exceptions import TextsRefused
from apps.messaging.letterhead import Letterhead, letterhead
from apps.messaging.models import Delivery, EmailTemplate
from apps.messaging.rendering import Rendered, render_texts, with_inline_logo
from apps.messaging.services.queueing import put_in_outbox

#: Before the subject of a trial, which is a mail like any other in a mailbox.
TRIAL = "[Essai]"


def preview(event: Event, texts: Texts, sample_pk: int | None = None) -> Rendered:
    """The mail that ``texts`` would make: on a real object, or on the examples. The logo stands in its HTML.

    TextsRefused with all faults; DomainError: no such object any more, nobody to write as («Identité & logo»).
    """
    head = letterhead()
    mail = _rendered(event, texts, sample_pk, head)
    return replace(mail, html=with_inline_logo(mail.html, head.logo))


def send_test(
    *,
    event: Event,
    texts: Texts,
    sample_pk: int | None = None,
    template: EmailTemplate | None = None,
    actor: Any,
    click: str = "",
) -> Delivery:
    """Send the mail that ``texts`` would make to whoever asks, and to nobody else; ``template`` gives its files.

    ``click`` names the asking (a form's one-time value): asked twice with the same one, one mail leaves.
    DomainError: the person has no e-mail address; and as :func:`preview`.
    """
    if not actor.email:
        raise DomainError(_("Your account has no e-mail address: have it filled in to get a test."))
    head = letterhead()
    mail = _rendered(event, texts, sample_pk, head)
    return put_in_outbox(
        event=event,
        mail=replace(mail, subject=f"{TRIAL} {mail.subject}"),
        head=head,
        addresses={AddressRole.TO: [mailbox(actor.email)], AddressRole.CC: [], AddressRole.BCC: []},
        shared=template,
        key=f"test:{actor.pk}:{click or uuid.uuid4().hex}",
        actor=actor,
    )


def _rendered(event: Event, texts: Texts, sample_pk: int | None, head: Letterhead) -> Rendered:
    faults = check_texts(event, texts)
    if faults:
        raise TextsRefused(faults)
    return render_texts(event, texts, _context(event, sample_pk), head.company, with_logo=head.logo is not None)


def _context(event: Event, sample_pk: int | None) -> dict[str, Any]:
    if sample_pk is None:
        return event.example
    if event.samples is None:
        raise DomainError(_("These mails are tried on an example only."))
    try:
        return event.samples.context(sample_pk)
    except LookupError as error:
        raise DomainError(_("What this was to be tried on is no longer there.")) from error
