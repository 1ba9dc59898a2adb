"""The outbox: what is to be sent, what became of it, and each attempt.

``post_office`` stores a mail as it was rendered. Whether, when and by whom it is sent is said by its ``Delivery``
alone: ``Email.status`` stays empty, so that no command of that library ever finds anything to send.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition
from post_office.models import Email

from apps.core.fsm import ProtectedFSMMixin
from apps.messaging.choices import RESENDABLE, AddressRole, AttemptOutcome, DeliveryState
from apps.messaging.events import is_confidential
from apps.messaging.querysets import DeliveryQuerySet

#: After how long a mail is tried again. What fails once more after the last of them has failed.
BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


class InlineImage(models.Model):
    """A logo as mails show it, kept once however many mails show it."""

    digest = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=20)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.digest


class Delivery(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """One mail on its way. ``key`` says what it is about: asked for twice, it is sent once.

    Whoever sends it holds the lease; ``attempts`` numbers its claims, so that a sender who was thought dead and
    comes back is told from its successor. The content cannot be changed: another address is a new Delivery.
    """

    event = models.CharField(_("event"), max_length=40)
    key = models.CharField(_("key"), max_length=120, unique=True)
    email = models.OneToOneField(Email, on_delete=models.PROTECT, related_name="delivery", verbose_name=_("mail"))
    logo = models.ForeignKey(InlineImage, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    state = FSMField(
        _("state"), max_length=9, choices=DeliveryState.choices, default=DeliveryState.QUEUED, protected=True
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    reply = models.TextField(_("answer of the server"), blank=True)
    claimed_by = models.CharField(max_length=120, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    # One to one: a mail is sent again once; whoever wants more does it from the copy, and sees that there is one.
    resend_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="resent_as", verbose_name=_("copy of")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    created_at = models.DateTimeField(_("created at"), db_index=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("outbox", "mail")
        verbose_name_plural = pgettext_lazy("outbox", "mails")
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("view_content", _("Can read the text and the attachments of mails")),
            ("resend_delivery", _("Can send mails again")),
            ("cancel_delivery", _("Can cancel mails")),
        ]
        constraints = [
            models.CheckConstraint(
                name="messaging_known_state",
                condition=Q(state__in=DeliveryState.values),
            ),
            models.CheckConstraint(
                name="messaging_waiting_has_a_time",
                condition=Q(state=DeliveryState.QUEUED, next_attempt_at__isnull=False)
                | (~Q(state=DeliveryState.QUEUED) & Q(next_attempt_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="messaging_sending_has_a_lease",
                condition=(Q(state=DeliveryState.SENDING, lease_until__isnull=False) & ~Q(claimed_by=""))
                | (~Q(state=DeliveryState.SENDING) & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="messaging_sent_has_a_time",
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(name="messaging_no_copy_of_itself", condition=~Q(resend_of=F("pk"))),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="messaging_due",
                condition=Q(state=DeliveryState.QUEUED),
            ),
            models.Index(fields=["state", "-created_at"], name="messaging_by_state"),
        ]

    def __str__(self) -> str:
        return self.email.subject

    # --- Its life. Each of these changes this row only; the service has locked it.

    @transition(field=state, source=DeliveryState.QUEUED, target=DeliveryState.SENDING)
    def claim(self, *, holder: str, until: datetime) -> None:
        """It is being sent by ``holder``, for good as soon as this is committed."""
        self.attempts += 1
        self.claimed_by, self.lease_until, self.next_attempt_at = holder, until, None
        self.reason = self.reply = ""

    @transition(field=state, source=[DeliveryState.SENDING, DeliveryState.UNKNOWN], target=DeliveryState.SENT)
    def confirm(self, *, reply: str, at: datetime) -> None:
        """The server has taken it over. Said late, this clears an uncertainty up."""
        self._let_go("", reply)
        self.sent_at = at

    @transition(field=state, source=DeliveryState.SENDING, target=DeliveryState.QUEUED)
    def try_later(self, *, reason: str, reply: str, at: datetime) -> None:
        """It certainly did not leave."""
        self._let_go(reason, reply)
        self.next_attempt_at = at

    @transition(field=state, source=[DeliveryState.SENDING, DeliveryState.UNKNOWN], target=DeliveryState.FAILED)
    def fail(self, *, reason: str, reply: str) -> None:
        """It certainly did not leave, and is not tried again by itself."""
        self._let_go(reason, reply)

    @transition(field=state, source=[DeliveryState.SENDING, DeliveryState.UNKNOWN], target=DeliveryState.REFUSED)
    def refuse(self, *, reason: str, reply: str) -> None:
        """The server will not have it, now or later."""
        self._let_go(reason, reply)

    @transition(field=state, source=DeliveryState.SENDING, target=DeliveryState.UNKNOWN)
    def lose(self, *, reason: str, reply: str) -> None:
        """Whether it left nobody knows: it is never sent again by itself."""
        self._let_go(reason, reply)

    @transition(field=state, source=DeliveryState.FAILED, target=DeliveryState.QUEUED)
    def retry(self, *, at: datetime) -> None:
        """Somebody wants it tried again; it did not leave so far."""
        self.next_attempt_at = at

    @transition(field=state, source=DeliveryState.QUEUED, target=DeliveryState.CANCELLED)
    def cancel(self) -> None:
        """It is not to be sent."""
        self.next_attempt_at = None

    def _let_go(self, reason: str, reply: str) -> None:
        self.lease_until = None
        self.reason, self.reply = reason, reply

    @property
    def keeps_attachments(self) -> bool:
        """False once what went with it has been forgotten (MAIL_FILE_DAYS)."""
        return not self.email.attachments.filter(file="").exists()

    @property
    def can_be_resent(self) -> bool:
        return self.state in RESENDABLE and not hasattr(self, "resent_as") and not is_confidential(self.event)


class Addressee(models.Model):
    """One address of a mail, in small letters: the outbox is searched by it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="addressees")
    role = models.CharField(_("role"), max_length=3, choices=AddressRole.choices)
    address = models.CharField(_("address"), max_length=254, db_index=True)

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.address


class Attempt(models.Model):
    """One dialogue with the mail server. It is written before the dialogue begins: a killed sender leaves it open."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="attempt_rows", verbose_name=pgettext_lazy("outbox", "mail")
    )
    number = models.PositiveSmallIntegerField(pgettext_lazy("attempt", "no."))
    outcome = models.CharField(
        _("outcome"), max_length=9, choices=AttemptOutcome.choices, default=AttemptOutcome.RUNNING
    )
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    reply = models.TextField(_("answer of the server"), blank=True)
    holder = models.CharField(_("sender"), max_length=120)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="messaging_attempt_once"),
            models.CheckConstraint(
                name="messaging_ended_attempt_has_a_time",
                condition=Q(outcome=AttemptOutcome.RUNNING, ended_at__isnull=True)
                | (~Q(outcome=AttemptOutcome.RUNNING) & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"
