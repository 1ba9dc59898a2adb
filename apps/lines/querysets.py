"""Adjectives of lines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from apps.catalog.choices import OfferKind
from apps.core.periods import add_months
from apps.core.search import by_number, typed_digits
from apps.customers.models import Customer
from apps.lines.choices import LineStatus, ProvisioningState
from apps.sims.models import ICCID_BEGINNING

# From so many digits on, a text is a telephone number and not the number of a customer.
WHOLE_NUMBER = 10
#: For how long a customer still sees a line that has ended: claims lapse after a year (DOMAIN §7), and the last
#: invoice comes in the month after.
RECENT_MONTHS = 13


class LineQuerySet(models.QuerySet):
    def locked(self) -> Self:
        """Locked until the caller's transaction ends, in the order of their keys, which all who lock several keep.

        Rows that point to a line may be written meanwhile: drafts of invoices name lines in an order of their own, and
        if they had to wait for the lock, two transactions could wait for one another.
        """
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def serving_on(self, day: date) -> Self:
        """Lines active or suspended on ``day``, by their dates, whatever their status is today."""
        return self.filter(Q(terminated_on__isnull=True) | Q(terminated_on__gt=day), activated_on__lte=day)

    def unended_on(self, day: date) -> Self:
        """Lines that serve on ``day`` or some day after it, or that wait to."""
        return self.filter(Q(terminated_on__isnull=True) | Q(terminated_on__gt=day)).exclude(
            status=LineStatus.CANCELLED
        )

    def recent_on(self, day: date) -> Self:
        """Lines that serve on ``day``, wait to, or have ended no more than RECENT_MONTHS before it."""
        return self.unended_on(add_months(day, -RECENT_MONTHS))

    def held(self, msisdn: str, day: date) -> Self:
        """The line that held the number (digits, E.164) on ``day``: none or one."""
        return self.filter(
            Q(numbers__end__isnull=True) | Q(numbers__end__gt=day),
            numbers__msisdn=msisdn,
            numbers__start__lte=day,
        )

    def with_sim(self, iccid: str, day: date) -> Self:
        """The line that the card ``iccid`` was in on ``day``."""
        return self.filter(
            Q(sims__end__isnull=True) | Q(sims__end__gt=day), sims__sim__iccid=iccid, sims__start__lte=day
        )

    def matching(self, text: str) -> Self:
        """Lines found by a number typed in any way or by its last digits, a card, a user name, or a customer."""
        from apps.lines.models import LineSim

        text = text.strip()
        customers = Q(customer__in=Customer.objects.matching(text))
        by_msisdn = by_number("msisdn", text)
        if by_msisdn is None:
            return self.filter(customers | Q(user_name__contains=text.upper()))
        digits = typed_digits(text) or ""
        if len(digits) >= ICCID_BEGINNING and digits.startswith("89"):
            return self.filter(pk__in=LineSim.objects.filter(sim__iccid__startswith=digits).values("line"))
        if len(digits) >= WHOLE_NUMBER:
            return self.filter(by_msisdn)
        return self.filter(by_msisdn | customers)

    def with_latest(self, day: date) -> Self:
        """``latest_plan``, ``latest_iccid``, ``latest_tariff``: in force on ``day``, or the last ones before it."""
        from apps.lines.models import LineSim, LineTariff, Subscription

        def latest(periods: models.QuerySet[Any], value: str) -> Subquery:
            begun = periods.filter(line=OuterRef("pk"), start__lte=day)
            return Subquery(begun.order_by("-start").values(value)[:1])

        return self.annotate(
            latest_plan=latest(Subscription.objects.filter(kind=OfferKind.PLAN), "offer__label"),
            latest_iccid=latest(LineSim.objects.all(), "sim__iccid"),
            latest_tariff=latest(LineTariff.objects.all(), "tariff__label"),
        )


class OfLineQuerySet(models.QuerySet):
    """Rows that belong to a line, found as lines are."""

    def matching(self, text: str) -> Self:
        from apps.lines.models import Line

        return self.filter(line__in=Line.objects.matching(text))


class ProvisioningQuerySet(models.QuerySet):
    def open(self) -> Self:
        """To be sent, or without an answer."""
        return self.filter(state__in=[ProvisioningState.TO_SEND, ProvisioningState.SENT])

    def due(self, day: date) -> Self:
        """To be sent by ``day``: what takes effect later waits for its day."""
        return self.filter(state=ProvisioningState.TO_SEND, operation__effective_on__lte=day)

    def late(self, since: datetime) -> Self:
        """Open since before the moment ``since``: nobody has sent them, or the operator says nothing."""
        unsent = Q(created_at__lt=since, operation__effective_on__lte=localdate(since), state=ProvisioningState.TO_SEND)
        return self.filter(unsent | Q(state=ProvisioningState.SENT, sent_at__lt=since))

    def of_line(self, line_id: int) -> Self:
        return self.filter(operation__line=line_id)

    def acknowledged(self) -> Self:
        """What the operator has acknowledged, the latest first: the first of a line is what the network does."""
        return self.filter(state=ProvisioningState.ACKNOWLEDGED).order_by("-sent_at", "-pk")

    def matching(self, text: str) -> Self:
        """By the number of the line typed in any way or by its last digits, or by the reference."""
        text = text.strip()
        by_msisdn = by_number("operation__line__msisdn", text)
        named = Q(reference__iexact=text)
        return self.filter(named if by_msisdn is None else named | by_msisdn)


def with_line_count(customers: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
    """``line_count``: the lines of each customer that serve on ``day``."""
    from apps.lines.models import Line

    serving = Line.objects.serving_on(day).filter(customer=OuterRef("pk")).order_by().values("customer")
    counted = serving.annotate(count=Count("pk")).values("count")
    return customers.annotate(line_count=Coalesce(Subquery(counted), 0))


def with_lines_on(tariffs: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
    """``line_count``: the lines that serve on ``day`` and that each grid prices then."""
    from apps.lines.models import Line, LineTariff

    serving = Line.objects.serving_on(day).order_by().values("pk")
    priced = LineTariff.objects.on(day).filter(tariff=OuterRef("pk"), line__in=serving).order_by().values("tariff")
    counted = priced.annotate(count=Count("pk")).values("count")
    return tariffs.annotate(line_count=Coalesce(Subquery(counted), 0))
