"""Files of plans and options (DOMAIN §13)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.choices import OfferKind
from apps.catalog.imports import OfferImporter
from apps.catalog.models import Allowance, Offer, OfferPrice
from apps.core import slots
from apps.core.imports import Plan
from apps.core.wording import sentence
from tests.commands import run_command
from tests.factories import AllowanceFactory, LineFactory, OptionFactory, PlanFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db

OFFERS = Path(__file__).parents[2] / "fixtures/demo/offres.csv"
TODAY = date(2026, 11, 24)
HEADER = "CODE;LIBELLE;NATURE;PRIX_HT;TVA;VOIX_INCLUSE_S;SMS_INCLUS;DATA_INCLUSE_OCTETS;DEBIT;A_ECHOIR"
PRO = "PRO;Forfait Pro;ABONNEMENT;19,90;20;ILLIMITE;100;;5G;OUI"


def run(*lines: str, header: str = HEADER, today: date = TODAY) -> Plan[Offer]:
    return OfferImporter(today=today).run("\n".join([header, *lines]).encode())


def taken(*lines: str, **options: Any) -> Plan[Offer]:
    """The plan of a file that is taken over."""
    plan = run(*lines, **options)
    assert [(fault.line, fault.column, sentence(fault)) for fault in plan.faults] == []
    return plan


def everything() -> Iterator[dict[str, Any]]:
    for rows in (Offer.objects, Offer.history, OfferPrice.objects, Allowance.objects):  # type: ignore[attr-defined]
        yield from rows.order_by("pk").values()


def faults(*lines: str, **options: Any) -> list[tuple[int, str, str]]:
    before = list(everything())
    plan = run(*lines, **options)
    assert list(everything()) == before
    return [(fault.line, fault.column, fault.reason_code) for fault in plan.faults]


def prices(offer: Offer) -> list[tuple[date, date | None, Decimal]]:
    return list(offer.prices.order_by("start").values_list("start", "end", "amount"))


def included(offer: Offer) -> dict[str, int | None]:
    return dict(offer.allowances.values_list("kind", "quantity"))


def test_a_line_becomes_a_plan_with_its_price_and_allowances() -> None:
    taken(PRO)
    plan = Offer.objects.get()
    assert (plan.code, plan.label, plan.kind) == ("PRO", "Forfait Pro", OfferKind.PLAN)
    assert (plan.vat_rate, plan.throughput, plan.in_advance, plan.recurring) == (20, "5G", True, True)
    assert prices(plan) == [(date(2000, 1, 1), None, Decimal("19.90"))]
    assert included(plan) == {"voice": None, "sms": 100}
    assert plan.allowances.get(kind="voice").unlimited
    assert plan.history.count() == 1  # type: ignore[attr-defined]


def test_a_short_file_says_enough() -> None:
    taken("OPT;Option;option;5;5.5", header="code;libelle;nature;prix_ht;tva")
    option = Offer.objects.get()
    assert (option.kind, option.vat_rate, option.in_advance) == (OfferKind.OPTION, Decimal("5.5"), False)
    assert included(option) == {}


def test_a_file_taken_twice_changes_nothing_the_second_time() -> None:
    taken(PRO)
    before = list(everything())
    assert taken(PRO).counts() == {"new": 0, "changed": 0, "unchanged": 1, "removed": 0}
    assert list(everything()) == before


def test_a_new_price_holds_from_today_and_spares_what_was_agreed() -> None:
    taken(PRO)
    agreed = SubscriptionFactory(offer=Offer.objects.get(), price=Decimal("19.90"))
    [change] = taken(PRO.replace("19,90", "24,90")).changed
    assert list(change.described()) == [("PRIX_HT", "19,90", "24,90")]

    assert prices(agreed.offer) == [
        (date(2000, 1, 1), TODAY, Decimal("19.90")),
        (TODAY, None, Decimal("24.90")),
    ]
    agreed.refresh_from_db()
    assert agreed.price == Decimal("19.90")

    taken(PRO.replace("19,90", "22,90"))  # a second thought on the same day
    assert prices(agreed.offer)[-1] == (TODAY, None, Decimal("22.90"))
    assert len(prices(agreed.offer)) == 2


def test_a_price_planned_for_later_still_comes() -> None:
    plan = PlanFactory(code="PRO", catalogue_price=None)
    later = date(2027, 1, 1)
    OfferPrice.objects.create(offer=plan, amount=15, start=date(2026, 1, 1), end=later)
    OfferPrice.objects.create(offer=plan, amount=18, start=later)
    taken(PRO)
    assert prices(plan) == [
        (date(2026, 1, 1), TODAY, Decimal("15.00")),
        (TODAY, later, Decimal("19.90")),
        (later, None, Decimal("18.00")),
    ]


def test_changed_allowances_are_told_to_those_who_compute_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = PlanFactory(code="PRO", label="Forfait Pro", throughput="5G", in_advance=True)
    for kind, quantity in (("voice", 3600), ("sms", 100), ("data", 1024)):
        AllowanceFactory(offer=plan, kind=kind, quantity=quantity)
    line = LineFactory(plan=plan)
    LineFactory()
    told: list[list[int]] = []
    monkeypatch.setitem(slots._slots, "lines.allowances_changed", [lambda line_ids: told.append(line_ids)])

    taken(PRO)
    assert included(plan) == {"voice": None, "sms": 100}
    assert told == [[line.pk]]
    taken(PRO.replace("Forfait Pro", "Forfait Professionnel"))
    assert told == [[line.pk]]


def test_a_plan_does_not_turn_into_an_option() -> None:
    OptionFactory(code="PRO")
    assert faults(PRO) == [(2, "NATURE", "cannot_change")]


def test_every_fault_is_named() -> None:
    assert faults(
        "A+B;Deux;ABONNEMENT;19,905;20;;;;;",
        f"C;{'x' * 81};FORFAIT;-1;120;beaucoup;-1;1,5;;PEUT-ETRE",
        PRO,
        f"PRO;{PRO[4:]}",
        "D;;OPTION;;20;;;;;",
    ) == [
        (2, "CODE", "offer_code_plus"),
        (2, "PRIX_HT", "number_scale"),
        (3, "LIBELLE", "text_length"),
        (3, "NATURE", "choice_expected"),
        (3, "PRIX_HT", "number_too_small"),
        (3, "TVA", "number_too_large"),
        (3, "VOIX_INCLUSE_S", "number_expected"),
        (3, "SMS_INCLUS", "number_too_small"),
        (3, "DATA_INCLUSE_OCTETS", "number_not_whole"),
        (3, "A_ECHOIR", "choice_expected"),
        (5, "CODE", "given_twice"),
        (6, "LIBELLE", "value_missing"),
        (6, "PRIX_HT", "value_missing"),
    ]


def test_the_number_of_queries_does_not_grow_with_the_file() -> None:
    def queries(name: str, count: int) -> int:
        lines = [f"{name}{n};Forfait;ABONNEMENT;10;20;60;1;1;;NON" for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            taken(*lines)
            taken(*(line.replace(";10;20;60", ";11;20;90").replace("Forfait", "Option") for line in lines))
        return len(captured)

    assert queries("A", 2) == queries("B", 40)


def test_the_sample_catalogue_is_taken_once() -> None:
    assert run_command("import_offers", str(OFFERS)).code == 0
    assert Offer.objects.plans().count() == 4
    assert Offer.objects.options().count() == 2
    assert Offer.objects.get(code="FORFAIT_2H").price_on(date(2026, 10, 1)) == Decimal("12.90")

    again = run_command("import_offers", str(OFFERS), "--json")
    assert (again.code, json.loads(again.out)["unchanged"]) == (0, 6)
