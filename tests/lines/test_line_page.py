"""The page of a line: what it is today. And «Qui avait ce numéro le…», above the fleet (SPEC I)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.catalog.choices import SaleMode, UsageKind
from apps.core.roles import Role
from apps.lines.choices import Barring, International, PurchaseMode
from apps.lines.models import Line
from apps.lines.now import clock_of
from apps.lines.services import change_plan, suspend_line, swap_sim, terminate_line
from apps.usage.models import RatedRecord
from tests.billing.conftest import rated as rated
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    HandsetFactory,
    LineFactory,
    PlanFactory,
    SimCardFactory,
)
from tests.people import SignIn
from tests.reading import text_of

TODAY = date(2026, 11, 24)
WHO_HELD = "/admin/lines/line/who-held/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day() -> Iterator[None]:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def line() -> Line:
    plan = PlanFactory(label="Forfait 2 h")
    AllowanceFactory(offer=plan, kind=UsageKind.VOICE, quantity=7200)
    line: Line = LineFactory(
        msisdn="33639981234", user_name="JEANNE MARTIN", plan=plan, price=Decimal("31.00"), rio="02P131780R0W"
    )
    return line


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


def words(response: Any) -> str:
    """What is read, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text_of(response))).split())


def page(client: Client, line: Line) -> str:
    return words(client.get(f"/admin/lines/line/{line.pk}/change/"))


def held(client: Client, asked: str, on: str) -> str:
    return words(client.get(WHO_HELD, {"asked": asked, "on": on}))


def test_the_page_says_what_the_line_is_today(line: Line, support: Client) -> None:
    line.internationals.create(behaviour=International.NO_ROAMING, start=TODAY)
    line.handsets.create(
        handset=HandsetFactory(brand="Fairphone", model="5"),
        imei="490154203237518",
        sale_mode=SaleMode.OUTRIGHT,
        purchase_mode=PurchaseMode.STOCK,
        price=Decimal("300.00"),
        start=TODAY,
    )
    suspend_line(line=line, on=TODAY, today=TODAY, actor=None, barring=Barring.OUTGOING, billed=False)
    told = page(support, line)
    for said in (
        "Forfait 2 h 31,00 € par mois",
        "Suspendue (sortante, non facturée), depuis le 24/11/2026",
        "Itinérance interdite",
        "Fairphone 5, IMEI 490154203237518",
        "02P131780R0W",
    ):
        assert said in told


def test_what_has_ended_is_not_said_of_today(line: Line, support: Client) -> None:
    line.internationals.create(behaviour=International.NO_ROAMING, start=date(2026, 11, 1), end=TODAY)
    change_plan(line=line, plan=PlanFactory(label="Forfait 5 h"), price=Decimal("45.00"), on=TODAY, actor=None)
    told = page(support, line)
    assert "Forfait 5 h 45,00 € par mois" in told
    assert "Forfait 2 h 31,00 € par mois" not in told
    assert "Selon l’offre de l’opérateur" in told


def test_the_usage_of_the_month_stands_against_what_is_included(
    line: Line, support: Client, rated: Callable[..., RatedRecord]
) -> None:
    rated(line, at="2026-11-03T09:00:00", quantity=3600)
    RatedRecord.objects.update(covered_quantity=3600, included=True)
    answer = support.get(f"/admin/lines/line/{line.pk}/change/").content.decode()
    assert 'value="50"' in answer


@pytest.mark.parametrize(
    ("today", "done", "told"),
    [
        (date(2026, 1, 31), 0, "Engagée jusqu’au 30/01/2027"),
        (date(2026, 11, 24), 9, "il reste 2 mois entiers"),
        (date(2027, 1, 30), 11, "il reste moins d’un mois"),
        (date(2027, 1, 31), 12, "terminé le 30/01/2027"),
    ],
)
def test_the_clock_of_a_commitment(today: date, done: int, told: str) -> None:
    line = Line(commitment_months=12, committed_from=date(2026, 1, 31))
    clock = clock_of(line, today)
    assert clock is not None
    assert (clock.done, told in clock.told) == (done, True)


def test_a_line_that_never_was_committed_has_no_clock() -> None:
    assert clock_of(Line(), TODAY) is None


# --- Who held it


def test_who_held_a_number_on_a_day_is_found_however_it_is_typed(line: Line, support: Client) -> None:
    terminate_line(line=line, on=date(2026, 11, 10), today=TODAY, actor=None)
    heir = LineFactory(
        msisdn="33639981234", customer=CustomerFactory(name="HERITIER"), activated_on=date(2026, 11, 15), price=5
    )
    for typed in ("06 39 98 12 34", "+33 6 39 98 12 34", "0033639981234"):
        assert line.customer.name in held(support, typed, "09/11/2026").partition("Toutes ses périodes")[0]
    answer = held(support, "0639981234", "10/11/2026")
    assert "Le 10/11/2026, aucune ligne n’avait ce numéro." in answer
    # Those before and after are named all the same.
    assert line.customer.name in answer
    assert "HERITIER" in answer
    assert heir.customer.name in held(support, "0639981234", "15/11/2026").partition("Toutes ses périodes")[0]


def test_who_held_a_card_on_a_day(line: Line, support: Client) -> None:
    old = line.sims.get().sim
    new = SimCardFactory()
    swap_sim(line=line, sim=new, on=TODAY, today=TODAY, actor=None)
    assert line.user_name in held(support, old.iccid, "23/11/2026")
    assert "cette carte n’était dans aucune ligne" in held(support, old.iccid, "24/11/2026")
    assert line.user_name in held(support, new.iccid, "24/11/2026")


def test_plan_price_and_card_are_those_of_the_day(line: Line, support: Client) -> None:
    change_plan(line=line, plan=PlanFactory(code="NEUF"), price=Decimal("45.00"), on=TODAY, actor=None)
    assert "31,00 €" in held(support, "0639981234", "23/11/2026")
    assert "NEUF, 45,00 €" in held(support, "0639981234", "24/11/2026")


@pytest.mark.parametrize("asked", ["", "12", "0139980001", "8933012345678901234", "'; <b>{{"])
def test_what_is_no_number_and_no_card_is_refused_with_a_sentence(asked: str, support: Client) -> None:
    answer: Any = support.get(WHO_HELD, {"asked": asked, "on": "24/11/2026"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["asked"]
    assert "<b>{{" not in answer.content.decode()


def test_a_day_that_is_none_is_refused(support: Client) -> None:
    answer: Any = support.get(WHO_HELD, {"asked": "0639981234", "on": "31/02/2026"})
    assert answer.context["form"].errors["on"]


@pytest.mark.parametrize(("role", "status"), [(Role.SUPPORT, 200), (Role.READER, 200), (Role.ACCOUNTANT, 403)])
def test_whoever_sees_lines_may_ask(role: Role, status: int, sign_in_as: SignIn) -> None:
    assert sign_in_as(role).get(WHO_HELD).status_code == status
