"""What is looked at before invoices are numbered: each check finds what it is for, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.billing.models import BillingRun, Invoice
from apps.billing.precautions import Precaution, precautions, to_see_to
from apps.billing.services import bill_period
from apps.branding.models import Integrator
from apps.core.french import NBSP
from apps.core.periods import Month
from apps.customers.choices import CustomerKind, VatRegime
from apps.documents.choices import PaymentMode
from apps.usage.choices import FileState
from tests.admin import rows
from tests.factories import CustomerFactory, LineFactory, MandateFactory, OneOffChargeFactory

OCTOBER = Month(2026, 10)
TODAY = date(2026, 11, 24)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("integrator", "undrawn")]


def a_line(number: str = "C1", price: str = "10.00", customer: Any = None, **fields: Any) -> Any:
    owner = customer or CustomerFactory(number=number)
    return LineFactory(customer=owner, billing_start=OCTOBER.start, price=Decimal(price), **fields)


def drafted() -> BillingRun:
    return bill_period(month=OCTOBER).run


def looked_at(run: BillingRun | None = None, **given: Any) -> dict[str, Precaution]:
    found = precautions(month=OCTOBER, today=given.pop("today", TODAY), run=run, **given)
    return {one.title: one for one in found}


def named(precaution: Precaution) -> list[str]:
    return [example.label for example in precaution.examples]


def test_a_month_with_nothing_wrong_has_nothing_to_see_to(rated: Any) -> None:
    rated(a_line())
    assert to_see_to(looked_at().values()) == []


@pytest.mark.parametrize(
    ("today", "sentence"),
    [
        (date(2026, 9, 30), "Ce mois n’a pas commencé."),
        (date(2026, 10, 31), "Ce mois n’est pas terminé : ce qui est encore à venir sera facturé avec le suivant."),
        (date(2026, 11, 1), "Ce mois est terminé."),
    ],
)
def test_a_month_that_is_not_over_warns(today: date, sentence: str) -> None:
    assert looked_at(today=today)["Période"].sentence.replace(NBSP, " ") == sentence


def test_a_month_without_calls_warns() -> None:
    a_line()
    assert not looked_at()["fichiers de CDRs"].is_fine


def test_a_file_that_is_being_loaded_warns(rated: Any) -> None:
    rated(a_line())
    rows.a_file(1, state=FileState.LOADING)
    assert "CDR_MOBILE_DEMO_202610_01.csv" in looked_at()["fichiers de CDRs"].sentence


def test_calls_that_wait_are_counted_in_their_month_only() -> None:
    file = rows.a_file(1)
    for number in range(3):
        rows.a_waiting_record(file, number)
    rows.SuspendedRecord.objects.filter(line_number=2).update(month=date(2026, 9, 1))
    waiting = looked_at()["CDRs en attente"]
    assert (waiting.is_fine, waiting.sentence[:7]) == (False, "2 CDRs ")


def test_a_company_that_is_not_filled_in_warns(integrator: Integrator) -> None:
    identity = looked_at()["Votre identité"]
    assert (identity.is_fine, identity.link) == (True, "/admin/branding/integrator/")
    Integrator.objects.update(vat_number="", iban="", email="")
    assert to_see_to(looked_at().values())[0] == (
        f"Il manque dans «{NBSP}Identité & logo{NBSP}»{NBSP}: numéro de TVA, IBAN, adresse de l’expéditeur."
    )
    Integrator.objects.update(vat_number="FR44732829320", iban=integrator.iban, mail_sender="a@ism.example")
    assert looked_at()["Votre identité"].is_fine
    integrator.delete()
    assert "aucune facture ne peut être numérotée" in looked_at()["Votre identité"].sentence


def test_a_line_without_a_plan_in_the_month_is_named() -> None:
    bare = a_line("C1", plan=None)
    a_line("C2")
    ended = a_line("C3", plan=None)
    type(ended).objects.filter(pk=ended.pk).update(terminated_on=OCTOBER.start)
    assert named(looked_at()["Lignes sans prix"]) == [bare.msisdn]


def test_customers_that_lack_something_are_named() -> None:
    a_line(customer=CustomerFactory(number="MAIL", billing=None))
    a_line(customer=CustomerFactory(number="MANDATE", payment_mode=PaymentMode.DIRECT_DEBIT))
    covered = CustomerFactory(number="COVERED", payment_mode=PaymentMode.DIRECT_DEBIT)
    MandateFactory(customer=covered)
    a_line(customer=covered)
    a_line(customer=CustomerFactory(number="SIREN", siren=""))
    a_line(customer=CustomerFactory(number="PERSON", siren="", kind=CustomerKind.INDIVIDUAL))
    a_line(customer=CustomerFactory(number="ABROAD", siren="", vat_regime=VatRegime.EU_REVERSE))
    CustomerFactory(number="NOTHING", billing=None, siren="")  # and nothing to bill
    for run in (None, drafted()):
        found = looked_at(run)
        assert {title: named(found[title]) for title in ("Adresses e-mail", "Mandats", "SIREN")} == {
            "Adresses e-mail": ["MAIL"],
            "Mandats": ["MANDATE"],
            "SIREN": ["SIREN"],
        }


def test_a_run_for_some_customers_looks_at_these_only() -> None:
    a_line(customer=CustomerFactory(number="MAIL", billing=None))
    fine = a_line("C2").customer
    assert looked_at(customers=[fine])["Adresses e-mail"].is_fine


def test_refused_customers_and_those_who_owe_nothing_are_named() -> None:
    a_line(customer=CustomerFactory(number="REFUSED", address=None))
    a_line("ZERO", price="0.00")
    a_line("MINUS")
    run = drafted()
    Invoice.objects.filter(customer__number="MINUS").update(net=Decimal("-5.00"), vat=0, gross=Decimal("-5.00"))
    run.items.filter(customer__number="REFUSED").update(state="failed", reason="Pas d’adresse.")
    found = looked_at(run)
    assert named(found["Clients refusés"]) == ["REFUSED"]
    assert named(found["Factures nulles ou négatives"]) == ["MINUS", "ZERO"]


def invoiced(month: Month, issue_on: date) -> None:
    bill_period(month=month, issue_on=issue_on)


def test_the_total_is_held_against_the_month_before() -> None:
    line = LineFactory(customer=CustomerFactory(number="C1"), billing_start=date(2026, 9, 1), price=Decimal("10.00"))
    invoiced(Month(2026, 9), date(2026, 10, 2))
    OneOffChargeFactory(customer=line.customer, price=Decimal("3.00"), day=OCTOBER.start)
    against = looked_at(drafted())["Total et mois précédent"]
    assert against.sentence.replace(NBSP, " ") == "13,00 € HT, contre 10,00 € pour le mois précédent (+30 %)."
    assert not against.is_fine


def test_a_customer_at_more_than_five_times_its_median_is_named() -> None:
    jumping = LineFactory(customer=CustomerFactory(number="C1"), billing_start=date(2026, 7, 1), price=Decimal("10.00"))
    LineFactory(customer=CustomerFactory(number="C2"), billing_start=date(2026, 7, 1), price=Decimal("10.00"))
    for number in (7, 8, 9):
        invoiced(Month(2026, number), date(2026, number + 1, 2))
    OneOffChargeFactory(customer=jumping.customer, price=Decimal("40.00"), day=OCTOBER.start)
    run = drafted()
    assert looked_at(run)["Montants inhabituels"].is_fine  # five times are not more than five times
    Invoice.objects.filter(run=run, customer__number="C1").update(
        net=Decimal("50.01"), vat=Decimal("10.00"), gross=Decimal("60.01")
    )
    assert named(looked_at(run)["Montants inhabituels"]) == [f"C1 (50,01{NBSP}€)"]


def test_a_run_of_many_customers_asks_no_more_than_one_of_few() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            looked_at(run)
        return len(captured)

    a_line("C1")
    run = drafted()
    few = queries()
    for number in range(2, 12):
        a_line(customer=CustomerFactory(number=f"C{number}", billing=None, siren=""), plan=None)
        OneOffChargeFactory(customer=CustomerFactory(number=f"D{number}", billing=None), day=OCTOBER.start)
    run = bill_period(month=OCTOBER).run
    assert queries() == few
    assert looked_at(run)["Adresses e-mail"].more == 5
