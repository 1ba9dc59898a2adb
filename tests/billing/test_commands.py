"""What scripts are told by billing_run and verify_ledger, to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from apps.billing.models import BillingRun, Invoice
from apps.billing.services.numbers import log_path
from apps.core.french import NBSP
from apps.customers.choices import VatRegime
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from apps.lines.models import Line
from tests.commands import run_command
from tests.factories import CustomerFactory, DiscountFactory, LineFactory, OneOffChargeFactory, PlanFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("integrator", "undrawn")]

Rated = Callable[..., Any]
ROOT = Path(__file__).parents[2]
OCTOBER = ("--period", "2026-10", "--json")


@pytest.fixture
def lines(rated: Rated) -> list[Line]:
    """Two customers with something to bill, made in the wrong order, and one without."""
    later = LineFactory(
        customer=CustomerFactory(number="C2", vat_regime=VatRegime.DOM_8_5),
        billing_start=date(2026, 10, 1),
        price=Decimal("31.00"),
    )
    first = LineFactory(
        customer=CustomerFactory(number="C1"),
        msisdn="33639980001",
        plan=PlanFactory(label="Forfait 31"),
        billing_start=date(2026, 10, 10),
        price=Decimal("31.00"),
    )
    DiscountFactory(subscription=first.subscriptions.get(), percent=Decimal(10))
    OneOffChargeFactory(customer=first.customer, label="Frais de mise en service", day=date(2026, 10, 10))
    rated(first, "0.123456")
    CustomerFactory(number="C3")
    return [first, later]


def said(*arguments: str, code: int = 0) -> dict[str, Any]:
    ended = run_command("billing_run", *arguments)
    assert ended.code == code, ended
    answer: dict[str, Any] = json.loads(ended.out)
    return answer


def line(kind: str, label: str, days: tuple[str, str], unit_price: str, **more: Any) -> dict[str, Any]:
    """A line of the first customer's invoice as the command prints it; ``days`` end with the day after the last."""
    told = {
        "kind": kind,
        "label": label,
        "msisdn": "33639980001",
        "period_start": days[0],
        "period_end": days[1],
        "quantity": 1,
        "unit_price": unit_price,
        "net": unit_price,
        "vat_rate": "20.00",
    }
    return told | more


MONTH, SINCE_THE_10TH = ("2026-10-01", "2026-11-01"), ("2026-10-10", "2026-11-01")
FIRST = {
    "customer": "C1",
    "number": None,
    "net": "44.92",
    "vat": [{"rate": "20.00", "base": "44.92", "amount": "8.98"}],
    "gross": "53.90",
    "lines": [
        line("one_off", "Frais de mise en service", MONTH, "25.00", msisdn=None),
        line("subscription", "Forfait 31", SINCE_THE_10TH, "31.00", net="22.00"),
        line("discount", f"Remise 10{NBSP}% – Forfait 31", SINCE_THE_10TH, "-2.20"),
        line("usage", "Appels France mobile", MONTH, "0.12"),
    ],
}
# 31.00 × 8.5 % = 2.635
SECOND_VAT = [{"rate": "8.50", "base": "31.00", "amount": "2.64"}]


@pytest.mark.usefixtures("lines")
def test_drafts_are_told_in_the_shape_that_scripts_read() -> None:
    answer = said(*OCTOBER)
    assert list(answer) == ["run", "state", "invoices", "errors"]
    assert answer["run"] == BillingRun.objects.get().pk
    assert (answer["state"], answer["errors"]) == ("review", [])
    first, second = answer["invoices"]  # the third has nothing to bill
    assert (list(first), first) == (list(FIRST), FIRST)
    assert (second["customer"], second["vat"], second["gross"]) == ("C2", SECOND_VAT, "33.64")


@pytest.mark.usefixtures("lines")
def test_issued_invoices_are_told_with_their_numbers_and_told_again() -> None:
    answer = said(*OCTOBER, "--issue", "--date", "2026-11-03")
    assert answer["state"] == "done"
    assert answer["invoices"][0] == FIRST | {"number": "F2026-000001"}
    assert [one["number"] for one in answer["invoices"]] == ["F2026-000001", "F2026-000002"]
    assert set(Invoice.objects.values_list("issue_date", flat=True)) == {date(2026, 11, 3)}
    assert said(*OCTOBER, "--issue", "--date", "2026-11-20") == answer


@pytest.mark.usefixtures("lines")
def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    before = NumberSeries.objects.get(kind=DocumentKind.INVOICE).counter
    dry = said(*OCTOBER, "--dry-run")
    assert (dry["run"], dry["state"]) == (None, "preview")
    assert not BillingRun.objects.exists()
    assert not Invoice.objects.exists()
    assert NumberSeries.objects.get(kind=DocumentKind.INVOICE).counter == before
    assert dry["invoices"] == said(*OCTOBER)["invoices"]


def test_only_the_customers_that_are_named(lines: list[Line]) -> None:
    answer = said(*OCTOBER, "--customer", "C2", "--customer", "C3")
    assert [one["customer"] for one in answer["invoices"]] == ["C2"]


@pytest.mark.usefixtures("lines")
def test_a_customer_who_cannot_be_billed_is_told_beside_the_others() -> None:
    # A rate that no rule maps to the customer's regime.
    offer = Line.objects.get(customer__number="C2").subscriptions.get().offer
    offer.vat_rate = Decimal("7.00")
    offer.save()
    answer = said(*OCTOBER, "--issue", "--date", "2026-11-03")
    assert [one["number"] for one in answer["invoices"]] == ["F2026-000001"]
    (error,) = answer["errors"]
    assert error["customer"] == "C2"
    assert "7 %" in error["reason"]


@pytest.mark.usefixtures("lines")
def test_a_report_for_people_names_customers_and_numbers() -> None:
    ended = run_command("billing_run", "--period", "2026-10", "--issue", "--date", "2026-11-03")
    assert (ended.code, ended.err) == (0, "")
    assert "C1" in ended.out
    assert "F2026-000002" in ended.out
    assert "2 factures" in ended.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--customer", "C404", "--customer", "C1"), "C404"),
        (("--date", "2026-11-03"), "--issue"),
    ],
    ids=["unknown customer", "date of nothing"],
)
@pytest.mark.usefixtures("lines")
def test_what_cannot_be_done_ends_with_1_and_its_reason(arguments: tuple[str, ...], reason: str) -> None:
    answer = said(*OCTOBER, *arguments, code=1)
    assert reason in answer["errors"][0]["reason"]
    assert not BillingRun.objects.exists()


@pytest.mark.usefixtures("lines")
def test_an_invoice_date_before_the_last_ends_with_1() -> None:
    said(*OCTOBER, "--customer", "C1", "--issue", "--date", "2026-11-03")
    answer = said(*OCTOBER, "--issue", "--date", "2026-11-02", code=1)
    assert "02/11/2026" in answer["errors"][0]["reason"]
    assert Invoice.objects.issued().count() == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--period", "2026-13"),
        ("--period", "octobre"),
        ("--period", "2026-10", "--issue", "--date", "03/11/2026"),
        ("--period", "2026-10", "--issue", "--dry-run"),
    ],
    ids=" ".join,
)
def test_a_wrong_usage_is_refused_before_anything_is_done(arguments: tuple[str, ...]) -> None:
    """Called from Python, Django raises what would end a process with code 2."""
    with pytest.raises(CommandError, match=r"--period|--date|--dry-run"):
        run_command("billing_run", *arguments)


def test_a_process_ends_with_the_code_of_a_wrong_usage() -> None:
    command = [sys.executable, "manage.py", "billing_run", "--period", "2026-13"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")


@pytest.mark.usefixtures("lines")
def test_a_sound_ledger_ends_with_0() -> None:
    said(*OCTOBER, "--issue", "--date", "2026-11-03")
    ended = run_command("verify_ledger", "--json")
    assert ended.code == 0
    assert json.loads(ended.out) == {"ok": True, "invoices": 2, "statements": 1, "documents": 0, "faults": []}


@pytest.mark.usefixtures("lines")
def test_an_unsound_ledger_ends_with_1_and_names_each_fault() -> None:
    said(*OCTOBER, "--issue", "--date", "2026-11-03")
    log = log_path(DocumentKind.INVOICE)
    log.write_text(log.read_text().splitlines()[0] + "\n")
    ended = run_command("verify_ledger", "--json")
    answer = json.loads(ended.out)
    assert (ended.code, answer["ok"]) == (1, False)
    (fault,) = answer["faults"]
    assert "F2026-000002" in fault
    assert run_command("verify_ledger").err.strip() == fault
