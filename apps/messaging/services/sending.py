"""Sending: claim one mail and commit, send it, commit what became of it.

Between the two commits anything may happen to the process. What it leaves behind is a mail «being sent» that nobody
is sending: :func:`settle_lost` makes it «uncertain», and a person decides.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.processes import is_gone, this_process
from apps.messaging.choices import AttemptOutcome, DeliveryState
from apps.messaging.composing import compose
from apps.messaging.models import BACK_OFF, Attempt, Delivery
from apps.messaging.transport import Verdict, deliver

logger = logging.getLogger(__name__)

#: Beyond the deadline of the dialogue: looking a name up, reading attachments.
MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one mail, once: ``number`` is the attempt that it is."""

    delivery_id: int
    number: int


def send_next() -> bool:
    """Send the mail that has waited longest; False where none is due. Never more than one, never one twice."""
    # Looking takes no lock: on SQLite a claim keeps every other writer waiting.
    if not Delivery.objects.due(timezone.now()).exists():
        return False
    claim = _claim_next()
    if claim is None:
        return False
    _conclude(claim, _send(claim))
    return True


@transaction.atomic(durable=True)
def _claim_next() -> Claim | None:
    now = timezone.now()
    delivery = Delivery.objects.due(now).select_for_update(skip_locked=True).first()
    if delivery is None:
        return None
    me = this_process()
    delivery.claim(holder=me, until=now + timedelta(seconds=settings.EMAIL_DEADLINE) + MARGIN)
    delivery.save()
    Attempt.objects.create(delivery=delivery, number=delivery.attempts, started_at=now, holder=me)
    return Claim(delivery.pk, delivery.attempts)


def _send(claim: Claim) -> Verdict:
    delivery = Delivery.objects.select_related("email", "logo").get(pk=claim.delivery_id)
    try:
        letter = compose(delivery)
    except Exception as error:  # whatever it is, the mail has not left; a disk that is away comes back
        logger.exception("mail %s cannot be composed", claim.delivery_id)
        reason = _("The mail cannot be put together.")
        return Verdict(AttemptOutcome.TEMPORARY, reason, f"{type(error).__name__}: {error}")
    return deliver(letter)


@transaction.atomic(durable=True)
def _conclude(claim: Claim, verdict: Verdict) -> None:
    now = timezone.now()
    delivery = Delivery.objects.select_for_update().get(pk=claim.delivery_id)
    Attempt.objects.filter(delivery=delivery, number=claim.number).update(
        outcome=verdict.outcome, reason=verdict.reason, reply=verdict.reply, ended_at=now
    )
    if delivery.attempts != claim.number:
        logger.error("mail %s has been sent by somebody else meanwhile", claim.delivery_id)
        return
    said = {"reason": verdict.reason, "reply": verdict.reply}
    late = delivery.state == DeliveryState.UNKNOWN
    match verdict.outcome:
        case AttemptOutcome.ACCEPTED:
            delivery.confirm(reply=verdict.reply, at=now)
        case AttemptOutcome.PERMANENT:
            delivery.refuse(**said)
        case AttemptOutcome.TEMPORARY if late or claim.number > len(BACK_OFF):
            # Late: a person has been told that it is theirs to decide.
            delivery.fail(**said)
        case AttemptOutcome.TEMPORARY:
            delivery.try_later(**said, at=now + BACK_OFF[claim.number - 1])
        case _ if not late:
            delivery.lose(**said)
    delivery.save()


def settle_lost() -> bool:
    """Whether there were mails whose sender is gone: they become uncertain. Nothing is sent again."""
    now = timezone.now()
    lost = [delivery.pk for delivery in Delivery.objects.being_sent() if _is_lost(delivery, now)]
    settled = [pk for pk in lost if _settle(pk)]
    return bool(settled)


def _is_lost(delivery: Delivery, now: datetime) -> bool:
    return delivery.lease_until is None or delivery.lease_until <= now or is_gone(delivery.claimed_by)


@transaction.atomic(durable=True)
def _settle(pk: int) -> bool:
    now = timezone.now()
    delivery = Delivery.objects.being_sent().select_for_update().filter(pk=pk).first()
    if delivery is None or not _is_lost(delivery, now):
        return False
    reason = _("Sending was interrupted: a copy may have arrived.")
    open_one = Q(delivery=delivery, number=delivery.attempts, outcome=AttemptOutcome.RUNNING)
    Attempt.objects.filter(open_one).update(outcome=AttemptOutcome.UNCLEAR, reason=reason, ended_at=now)
    delivery.lose(reason=reason, reply="")
    delivery.save()
    return True
