"""What people decide about a mail: another copy, another try, none at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from post_office.models import Email

from apps.core.exceptions import DomainError
from apps.core.slots import notify
from apps.messaging.addresses import mailboxes
from apps.messaging.choices import RESENDABLE, AddressRole, DeliveryState
from apps.messaging.events import is_confidential
from apps.messaging.models import Delivery
from apps.messaging.querysets import COPY_MARK
from apps.messaging.services.queueing import Attachment, attach, new_message_id, put_out, save_email

#: The slot by which whoever asked for a mail learns of its copy: ``(original=, copy=)``, in the same transaction.
RESENT = "messaging.resent"
#: Mails of one transaction of :func:`retry_failed`.
CHUNK = 200


@transaction.atomic
def resend(
    *, delivery: Delivery, actor: Any, to: Iterable[str] | None = None, anew: Sequence[Attachment] = ()
) -> Delivery:
    """Send a copy of a mail that is no longer on its way: a mail of its own, with its own number («…#2»).

    ``to`` sends it to these addresses only; else it goes to those of the first. A mail is sent again once: the
    next copy is made of the copy, so that two people who ask at the same time send one. ``anew`` are its attachments
    where those of the first are no longer kept (``Delivery.keeps_attachments``); DomainError without.
    """
    locked = _locked(delivery)
    if is_confidential(locked.event):
        # Whoever may send copies could have it sent to himself, and be in.
        raise DomainError(_("This mail holds a personal link and is not copied: have a new link sent instead."))
    if hasattr(locked, "resent_as"):
        raise DomainError(_("This mail has been sent again already: see the copy."))
    if locked.state not in RESENDABLE:
        raise DomainError(_("This mail is still on its way."))
    first = locked.email
    attachments = list(first.attachments.select_for_update().order_by("pk"))
    if not anew and any(not one.file for one in attachments):
        raise DomainError(_("What was attached to this mail is no longer kept: it cannot be sent again."))
    if to is None:
        given = mailboxes(first.to, first.cc, first.bcc)
    else:
        given = mailboxes(to, (), ())
        if not given[0]:
            raise DomainError(_("There is no e-mail address to send to."))
    addresses = dict(zip(AddressRole, given, strict=True))
    copy = save_email(
        Email(
            from_email=first.from_email,
            to=addresses[AddressRole.TO],
            cc=addresses[AddressRole.CC],
            bcc=addresses[AddressRole.BCC],
            subject=first.subject,
            message=first.message,
            html_message=first.html_message,
            headers=first.headers,
            message_id=new_message_id(first.from_email),
        )
    )
    copy.attachments.set(attach(anew) if anew else attachments)
    root, _mark, number = locked.key.partition(COPY_MARK)
    queued = put_out(
        email=copy,
        addresses=addresses,
        event=locked.event,
        key=f"{root}{COPY_MARK}{int(number or 1) + 1}",
        actor=actor,
        logo=locked.logo,
        resend_of=locked,
    )
    # Whoever asked for the first mail goes on by the copy.
    notify(RESENT, original=locked, copy=queued)
    return queued


@transaction.atomic
def retry(*, delivery: Delivery, actor: Any) -> Delivery:
    """Try a mail again that has failed: it is the same mail, which has not left so far."""
    locked = _locked(delivery)
    if locked.state != DeliveryState.FAILED or hasattr(locked, "resent_as"):
        raise DomainError(_("Only a mail that has failed is tried again."))
    if not locked.keeps_attachments:
        raise DomainError(_("What was attached to this mail is no longer kept: it cannot be sent again."))
    locked.retry(at=timezone.now())
    locked.save()
    return locked


def retry_failed(*, actor: Any) -> list[Delivery]:
    """Try all that have failed again, and give them. One that somebody else has seen to meanwhile is left out."""
    retried: list[Delivery] = []
    waiting = list(Delivery.objects.failed().values_list("pk", flat=True))
    for start in range(0, len(waiting), CHUNK):
        with transaction.atomic():
            rows = Delivery.objects.failed().filter(pk__in=waiting[start : start + CHUNK])
            for delivery in rows.select_for_update(of=("self",)):
                delivery.retry(at=timezone.now())
                delivery.save()
                retried.append(delivery)
    return retried


@transaction.atomic
def cancel(*, delivery: Delivery, actor: Any) -> Delivery:
    """Take a mail back that waits to be sent."""
    locked = _locked(delivery)
    if locked.state != DeliveryState.QUEUED:
        raise DomainError(_("Only a mail that waits can be cancelled."))
    locked.cancel()
    locked.save()
    return locked


def _locked(delivery: Delivery) -> Delivery:
    return Delivery.objects.select_for_update().get(pk=delivery.pk)
