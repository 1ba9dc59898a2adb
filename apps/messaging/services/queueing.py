"""Asking for a mail: rendered in full, and stored as it will be sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from post_office.models import Attachment as StoredAttachment
from post_office.models import Email

from apps.core import files
from apps.core.exceptions import DomainError
from apps.messaging.addresses import mailboxes
from apps.messaging.choices import AddressRole
from apps.messaging.composition import Composed, compose_mail, note_fault, with_hidden_copies
from apps.messaging.events import Event
from apps.messaging.events import event as event_of
from apps.messaging.letterhead import Letterhead, letterhead
from apps.messaging.models import Addressee, Delivery, EmailTemplate
from apps.messaging.querysets import COPY_MARK
from apps.messaging.rendering import Rendered

#: What most mail servers take is 20 to 25 MB, and a third is lost to the encoding.
MOST_BYTES = 15 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail. It is kept once, for a while: copies of the mail share it."""

    name: str
    content_type: str
    data: bytes


def queue_mail(
    *,
    event: str,
    to: Iterable[str],
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    context: Mapping[str, Any],
    attachments: Sequence[Attachment] = (),
    template: EmailTemplate | None = None,
    key: str,
    actor: Any = None,
) -> Delivery:
    """Put the mail about ``event`` into the outbox, and give its row.

    ``key`` says what it is about («invoice:123»): the same key a second time gives the mail that is there already,
    whatever became of it. Everything is rendered here, with the integrator's name, logo and texts of this moment. A
    text of its own that fails gives way to the shipped one (:mod:`apps.messaging.composition`). ``template`` is for
    letters sent by hand, which are made of that template or refused.

    Attachments lie in PRIVATE_ROOT for MAIL_FILE_DAYS (:mod:`apps.messaging.services.purging`).

    DomainError: no sender, no address or a wrong one, attachments too heavy. TemplateFault (one of them): a
    shipped text or a letter that does not fit its placeholders. ValueError: a context that is not the event's,
    or a key with a ``#``, which are mistakes of the program.
    """
    if not key or COPY_MARK in key:
        raise ValueError(f"{key!r} is no key")
    queued = Delivery.objects.filter(key=key).first()
    if queued is not None:
        return queued
    addresses = dict(zip(AddressRole, mailboxes(to, cc, bcc), strict=True))
    if not addresses[AddressRole.TO]:
        raise DomainError(_("There is no e-mail address to send to."))
    if sum(len(one.data) for one in attachments) > MOST_BYTES:
        raise DomainError(_("The attachments are too heavy for a mail: more than 15 MB."))
    head = letterhead()
    known = event_of(event)
    made = compose_mail(known, context, head, template=template)
    return put_in_outbox(
        event=known,
        mail=made.mail,
        head=head,
        addresses=with_hidden_copies(known, addresses, made.template),
        attachments=attachments,
        shared=_template_of_files(made, attachments),
        key=key,
        actor=actor,
    )


def put_in_outbox(
    *,
    event: Event,
    mail: Rendered,
    head: Letterhead,
    addresses: Mapping[AddressRole, Sequence[str]],
    attachments: Sequence[Attachment] = (),
    shared: EmailTemplate | None = None,
    key: str,
    actor: Any,
) -> Delivery:
    """Keep a mail that is rendered; the files of the template ``shared`` go with it. One per key, as always."""
    queued = Delivery.objects.filter(key=key).first()
    if queued is not None:
        return queued
    paths = [_kept(one) for one in attachments]
    try:
        with transaction.atomic():
            email = _stored(mail, head, addresses)
            own = [_attached(one, path) for one, path in zip(attachments, paths, strict=True)]
            email.attachments.set([*own, *_files_of(shared)])
            return put_out(email=email, addresses=addresses, event=event.code, key=key, actor=actor, logo=head.logo)
    except BaseException as error:
        for path in paths:
            files.remove(path)
        # Somebody else has asked for the very mail meanwhile.
        queued = Delivery.objects.filter(key=key).first() if isinstance(error, IntegrityError) else None
        if queued is None:
            raise
        return queued


def put_out(*, email: Email, addresses: Mapping[AddressRole, Sequence[str]], **fields: Any) -> Delivery:
    """The row by which ``email`` waits to be sent, from now on. In the caller's transaction."""
    now = timezone.now()
    actor = fields.pop("actor")
    delivery = Delivery.objects.create(
        email=email,
        created_at=now,
        next_attempt_at=now,
        created_by=actor if actor is not None and actor.is_authenticated else None,
        **fields,
    )
    Addressee.objects.bulk_create(
        Addressee(delivery=delivery, role=role, address=address.lower())
        for role, given in addresses.items()
        for address in given
    )
    return delivery


def attach(attachments: Sequence[Attachment]) -> list[StoredAttachment]:
    """Rows of files that are kept from now on. In the caller's transaction."""
    return [_attached(one, _kept(one)) for one in attachments]


def new_message_id(sender: str) -> str:
    """The name under which the mail is known everywhere: the same at every attempt, another for every copy."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{uuid.uuid4().hex}@{domain}>"


def save_email(email: Email) -> Email:
    """post_office checks its rows as it saves them."""
    try:
        email.save()
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
    return email


def _stored(mail: Rendered, head: Letterhead, addresses: Mapping[AddressRole, Sequence[str]]) -> Email:
    return save_email(
        Email(
            from_email=head.sender,
            to=addresses[AddressRole.TO],
            cc=addresses[AddressRole.CC],
            bcc=addresses[AddressRole.BCC],
            subject=mail.subject,
            message=mail.text,
            html_message=mail.html,
            headers={"Reply-To": head.reply_to} if head.reply_to else None,
            message_id=new_message_id(head.sender),
        )
    )


def _kept(attachment: Attachment) -> str:
    return files.store(files.Area.DOCUMENTS, attachment.data, suffix=PurePath(attachment.name).suffix)


def _attached(attachment: Attachment, path: str) -> StoredAttachment:
    name = " ".join(PurePath(attachment.name).name.split())
    return StoredAttachment.objects.create(file=path, name=name, mimetype=attachment.content_type)


def _template_of_files(made: Composed, attachments: Sequence[Attachment]) -> EmailTemplate | None:
    """The template, unless its files and those of the mail are too heavy together: then it has a fault."""
    if made.template is None:
        return None
    heavy = sum(made.template.attachments.values_list("size", flat=True)) + sum(len(one.data) for one in attachments)
    if heavy <= MOST_BYTES:
        return made.template
    note_fault(made.template, made.number, gettext("Its files and those of a mail were too heavy together: left out."))
    return None


def _files_of(template: EmailTemplate | None) -> list[StoredAttachment]:
    return [one.stored for one in template.attachments.select_related("stored")] if template else []
