"""Numbers that come from other operators: «Portabilités» (DOMAIN §1 and §2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.core.fsm import ProtectedFSMMixin
from apps.core.identifiers import national
from apps.lines.models import Line
from apps.orders.choices import OPEN_PORTINGS, PortRefusal, PortState
from apps.orders.models.items import MobileItem
from apps.orders.porting.querysets import PortInQuerySet


class PortIn(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """One number that a customer brings along, from the validation of its order to the day on which it is ours.

    The item keeps what was agreed; here is what is asked of the other operator now, which may be corrected after a
    refusal. ``next_on`` is the day of the next thing to do, for the board.
    """

    item = models.OneToOneField(
        MobileItem, on_delete=models.PROTECT, related_name="port_in", verbose_name=_("mobile line ordered")
    )
    line = models.OneToOneField(
        Line, on_delete=models.PROTECT, related_name="port_in", verbose_name=pgettext_lazy("mobile line", "line")
    )
    msisdn = models.CharField(_("number to be ported"), max_length=15, db_index=True)
    holder = models.CharField(_("holder of the number"), max_length=80)
    rio = models.CharField(_("RIO"), max_length=12)
    port_on = models.DateField(_("porting date"))
    state = FSMField(
        _("state"), max_length=10, choices=PortState.choices, default=PortState.TO_SEND, protected=True, db_index=True
    )
    refusal = models.CharField(_("reason of the refusal"), max_length=16, choices=PortRefusal.choices, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    next_on = models.DateField(_("next action on"), null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)

    objects = PortInQuerySet.as_manager()

    class Meta:
        verbose_name = _("port-in")
        verbose_name_plural = _("port-ins")
        ordering = ["next_on", "pk"]
        permissions = [("override_porting_dates", _("Can choose a porting date out of bounds"))]
        constraints = [
            models.CheckConstraint(
                name="orders_a_refused_porting_says_why",
                condition=~Q(state__in=[PortState.REFUSED, PortState.FAILED]) | ~Q(refusal=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{national(self.msisdn)} ({self.port_on:%d/%m/%Y})"

    @property
    def colour(self) -> str:
        """Of the badge of its state."""
        return PortState(self.state).colour

    @transition(field=state, source=PortState.DRAFT, target=PortState.TO_SEND)
    def confirm(self) -> None:
        """Its order is validated."""

    @transition(field=state, source=PortState.TO_SEND, target=PortState.SENT)
    def send(self) -> None:
        """The request is with the other operator."""

    @transition(field=state, source=PortState.SENT, target=PortState.ELIGIBLE)
    def accept(self) -> None:
        """The other operator lets the number go."""

    @transition(field=state, source=[PortState.SENT, PortState.ELIGIBLE, PortState.SCHEDULED], target=PortState.REFUSED)
    def refuse(self) -> None:
        """The other operator says no, and why."""

    @transition(field=state, source=[PortState.ELIGIBLE, PortState.SCHEDULED], target=PortState.SCHEDULED)
    def schedule(self) -> None:
        """The day is fixed, or fixed anew."""

    @transition(field=state, source=[PortState.ELIGIBLE, PortState.SCHEDULED], target=PortState.PORTED)
    def port(self) -> None:
        """The number is ours and the line serves."""

    @transition(
        field=state, source=[PortState.ELIGIBLE, PortState.SCHEDULED, PortState.PORTED], target=PortState.FAILED
    )
    def fail(self) -> None:
        """The day came and it did not work, which may be known only once the line serves."""

    @transition(field=state, source=[PortState.REFUSED, PortState.FAILED], target=PortState.TO_SEND)
    def correct(self) -> None:
        """What was wrong is put right: it is to be sent again."""

    @transition(field=state, source=[PortState.DRAFT, *OPEN_PORTINGS], target=PortState.CANCELLED)
    def cancel(self) -> None:
        """The customer keeps its number where it is."""


class PortEvent(models.Model):
    """What happened to a port-in, when, by whom. Never changed."""

    port_in = models.ForeignKey(PortIn, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(pgettext_lazy("port-in", "at"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("port-in", "by"),
    )
    before = models.CharField(_("before"), max_length=10, choices=PortState.choices, blank=True)
    after = models.CharField(_("after"), max_length=10, choices=PortState.choices)
    refusal = models.CharField(_("reason of the refusal"), max_length=16, choices=PortRefusal.choices, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    rio = models.CharField(_("RIO"), max_length=12, blank=True)
    port_on = models.DateField(_("porting date"), null=True)

    class Meta:
        verbose_name = _("event of a port-in")
        verbose_name_plural = _("events of port-ins")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_after_display()} ({self.at:%Y-%m-%d})"


class OperatorCode(models.Model):
    """Which operator the first two characters of a RIO name, in one part of France: the user's own table."""

    code = models.CharField(_("code"), max_length=2)
    zone = models.CharField(_("zone"), max_length=40, blank=True, help_text=_("Empty: metropolitan France."))
    name = models.CharField(_("operator"), max_length=60)

    class Meta:
        verbose_name = _("operator code")
        verbose_name_plural = _("operator codes")
        ordering = ["code", "zone"]
        constraints = [
            models.UniqueConstraint(fields=["code", "zone"], name="orders_a_code_is_one_operator_per_zone"),
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.name}"
