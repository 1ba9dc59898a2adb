"""Payment terms, texts of payment modes, rates of penalties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from apps.billing.models import Invoice
from apps.billing.services import bill_period
from apps.core.exceptions import DomainError
from apps.core.french import NBSP
from apps.core.periods import Month
from apps.documents.choices import PaymentMode
from apps.documents.models import LegalRate, PaymentMethod, PaymentTerms
from apps.documents.penalties import HalfYear
from apps.documents.services import (
    TermsValues,
    change_payment_text,
    change_terms,
    create_terms,
    make_default_terms,
    rates_on,
    set_legal_rate,
)
from tests.factories import CustomerFactory, IntegratorFactory, LineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

OCTOBER, ISSUED_ON = Month(2026, 10), date(2026, 11, 3)


def issued() -> Invoice:
    bill_period(month=OCTOBER, issue_on=ISSUED_ON)
    return Invoice.objects.issued().get()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)


# --- Payment terms


def test_new_terms_are_kept_with_who_made_them() -> None:
    actor = UserFactory()
    terms = create_terms(values=TermsValues(code=" 15J ", label=" 15 jours ", days=15), actor=actor)
    assert (terms.code, terms.label, terms.days, terms.is_default) == ("15J", "15 jours", 15, False)
    assert terms.history.get().history_user == actor


@pytest.mark.parametrize(
    "values",
    [
        TermsValues(code="60J", label="60 jours", days=60),
        TermsValues(code="45FDM", label="45 jours fin de mois", days=45, end_of_month=True),
        TermsValues(code="LE31", label="Le 31 du mois", days=30, day_of_month=31),
        TermsValues(code="X", label="X", days=-1),
        TermsValues(code="X", label="X", day_of_month=32),
        TermsValues(code="", label="X"),
        TermsValues(code="X", label=" "),
        TermsValues(code="30J", label="Une seconde fois"),
    ],
    ids=lambda values: f"{values.code}-{values.days}",
)
def test_terms_that_the_law_or_the_list_does_not_allow_are_refused(values: TermsValues) -> None:
    before = PaymentTerms.objects.count()
    with pytest.raises(DomainError):
        create_terms(values=values, actor=None)
    assert PaymentTerms.objects.count() == before


def test_one_set_of_terms_is_the_default() -> None:
    chosen = PaymentTerms.objects.get(code="COMPTANT")
    make_default_terms(terms=chosen, actor=None)
    make_default_terms(terms=chosen, actor=None)
    assert list(PaymentTerms.objects.filter(is_default=True)) == [chosen]


@pytest.mark.usefixtures("undrawn")
def test_changed_terms_hold_for_the_next_invoices() -> None:
    IntegratorFactory()
    terms = create_terms(values=TermsValues(code="15J", label="15 jours", days=15), actor=None)
    LineFactory(customer=CustomerFactory(payment_terms=terms), billing_start=OCTOBER.start)
    change_terms(terms=terms, values=TermsValues(code="15J", label="10 jours", days=10), actor=None)
    assert issued().due_date == date(2026, 11, 13)


def test_the_code_of_terms_in_use_stays() -> None:
    terms = create_terms(values=TermsValues(code="15J", label="15 jours", days=15), actor=None)
    change_terms(terms=terms, values=TermsValues(code="16J", label="16 jours", days=16), actor=None)
    CustomerFactory(payment_terms=terms)
    with pytest.raises(DomainError):
        change_terms(terms=terms, values=TermsValues(code="17J", label="17 jours", days=17), actor=None)
    default = PaymentTerms.objects.get(is_default=True)
    with pytest.raises(DomainError):
        change_terms(terms=default, values=TermsValues(code="Z", label="Z"), actor=None)


# --- Texts of payment modes


@pytest.mark.usefixtures("undrawn")
def test_the_text_of_a_mode_is_printed_with_its_placeholders_filled() -> None:
    IntegratorFactory(iban="FR7630004500190859965184296")
    method = PaymentMethod.objects.get(mode=PaymentMode.TRANSFER)
    change_payment_text(method=method, text=" {mode} de {amount} avant le {due_date}, réf. {number} ", actor=None)
    LineFactory(
        customer=CustomerFactory(payment_mode=PaymentMode.TRANSFER), billing_start=OCTOBER.start, price=Decimal("10.00")
    )
    assert issued().snapshot["payment"]["text"] == (  # type: ignore[index]
        f"Virement de 12,00{NBSP}€ avant le 03/12/2026, réf. F2026-000001"
    )


@pytest.mark.parametrize(
    ("text", "position"), [("Le {date}", "4"), ("Le {due_date", "4"), ("Le due_date}", "12"), ("{ due_date }", "1")]
)
def test_an_unknown_placeholder_is_refused_with_its_position(text: str, position: str) -> None:
    method = PaymentMethod.objects.get(mode=PaymentMode.CHEQUE)
    with pytest.raises(DomainError, match=rf"position {position}\b"):
        change_payment_text(method=method, text=text, actor=None)
    with pytest.raises(DomainError):
        change_payment_text(method=method, text="  ", actor=None)
    assert method.history.count() == 1


def test_the_history_of_a_text_says_who_changed_it() -> None:
    actor = UserFactory()
    method = PaymentMethod.objects.get(mode=PaymentMode.CASH)
    change_payment_text(method=method, text="En espèces.", actor=actor)
    change_payment_text(method=method, text="En espèces.", actor=actor)
    assert [(one.text, one.history_user) for one in method.history.all()[:1]] == [("En espèces.", actor)]
    assert method.history.count() == 2


# --- Rates of penalties


def test_the_rates_of_a_half_year_are_written_once_and_may_be_corrected() -> None:
    second = HalfYear(2026, 2)
    set_legal_rate(half_year=second, ecb=Decimal("2.00"), legal=Decimal("3.00"), actor=None)
    row = set_legal_rate(half_year=second, ecb=Decimal("2.15"), legal=Decimal("3.00"), actor=UserFactory())
    assert LegalRate.objects.get() == row
    assert row.history.count() == 2
    assert rates_on(date(2026, 6, 30)) is None
    rates = rates_on(date(2026, 7, 1))
    assert rates is not None
    assert (rates.by_default, rates.least) == (Decimal("12.15"), Decimal("9.00"))
    with pytest.raises(ValidationError):
        set_legal_rate(half_year=second, ecb=Decimal(-1), legal=Decimal(300), actor=None)
