"""«Who held this number, this card, on that date, on which plan, at which price»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.catalog.choices import OfferKind
from apps.lines.models import Line


@dataclass(frozen=True, slots=True)
class Holding:
    """One line as it was on a day; None or empty where it had nothing of the kind."""

    line: Line
    day: date
    number: str
    iccid: str
    status: str
    tariff: str
    plan: str
    price: Decimal | None
    options: tuple[tuple[str, Decimal], ...]


def who_held_number(*, msisdn: str, day: date) -> Holding | None:
    """The line that held the number (digits, E.164) on ``day``; None if nobody did."""
    line = Line.objects.held(msisdn, day).select_related("customer").first()
    return None if line is None else line_on(line, day)


def who_held_sim(*, iccid: str, day: date) -> Holding | None:
    """The line that the card was in on ``day``; None if it was in none."""
    line = Line.objects.with_sim(iccid, day).select_related("customer").first()
    return None if line is None else line_on(line, day)


def line_on(line: Line, day: date) -> Holding:
    """What ``line`` was on ``day``."""
    number = line.numbers.on(day).first()
    sim = line.sims.on(day).select_related("sim").first()
    state = line.states.on(day).first()
    tariff = line.tariffs.on(day).select_related("tariff").first()
    subscriptions = list(line.subscriptions.on(day).select_related("offer").order_by("offer__code"))
    plan = next((one for one in subscriptions if one.kind == OfferKind.PLAN), None)
    return Holding(
        line=line,
        day=day,
        number="" if number is None else number.msisdn,
        iccid="" if sim is None else sim.sim.iccid,
        status="" if state is None else state.status,
        tariff="" if tariff is None else tariff.tariff.code,
        plan="" if plan is None else plan.offer.code,
        price=None if plan is None else plan.price,
        options=tuple((one.offer.code, one.price) for one in subscriptions if one.kind == OfferKind.OPTION),
    )
