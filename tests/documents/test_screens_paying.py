"""«Modalités de paiement», «Modes de paiement» and «Taux de pénalité» over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.core.roles import Role
from apps.documents.choices import PaymentMode
from apps.documents.models import LegalRate, PaymentMethod, PaymentTerms
from tests.documents.asking import address, asked, errors
from tests.factories import CustomerFactory
from tests.people import SignIn
from tests.reading import plain, said, text_of

pytestmark = pytest.mark.django_db

TERMS = {"label": "15 jours", "code": "15J", "days": "15"}


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=True) as moment:
        yield moment


@pytest.fixture
def admin_of(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.ADMINISTRATOR)


class TestTerms:
    def test_are_created(self, admin_of: Client) -> None:
        assert admin_of.post(address("paymentterms_add"), TERMS).status_code == 302
        terms = PaymentTerms.objects.get(code="15J")
        assert (terms.days, terms.end_of_month, terms.day_of_month, terms.is_default) == (15, False, None, False)

    def test_say_what_they_give_while_they_are_typed(self, admin_of: Client) -> None:
        told = text_of(admin_of.get(address("paymentterms_due"), {"days": "20", "day_of_month": "31"}))
        assert "24/11/2026, serait à payer le 31/12/2026" in told
        assert "la loi" in told  # 20 days, then up to 31 more

    @pytest.mark.parametrize("days", ["", "x", "-1", "9" * 30, "'; <b>"])
    def test_say_nothing_of_nonsense(self, admin_of: Client, days: str) -> None:
        response = admin_of.get(address("paymentterms_due"), {"days": days})
        assert response.status_code == 200
        assert "serait" not in response.content.decode()

    @pytest.mark.parametrize(
        "rule", [{"days": "60"}, {"days": "30", "end_of_month": "on"}, {"days": "46"}, {"days": "400"}]
    )
    def test_that_the_law_does_not_allow_are_refused(self, admin_of: Client, rule: dict[str, str]) -> None:
        refused = errors(admin_of.post(address("paymentterms_add"), {**TERMS, **rule}))
        assert list(refused) == ["days"]
        assert not PaymentTerms.objects.filter(code="15J").exists()

    def test_with_a_code_that_exists_are_refused(self, admin_of: Client) -> None:
        assert "code" in errors(admin_of.post(address("paymentterms_add"), {**TERMS, "code": "30J"}))

    def test_change_but_for_their_code(self, admin_of: Client) -> None:
        terms = PaymentTerms.objects.get(code="30J")
        response = admin_of.post(
            address("paymentterms_change", terms.pk), {"label": "20 jours", "code": "AUTRE", "days": "20"}
        )
        assert response.status_code == 302
        terms.refresh_from_db()
        assert (terms.code, terms.label, terms.days) == ("30J", "20 jours", 20)
        assert terms.history.order_by("history_id").last().history_user is not None

    def test_become_the_default_ones_after_it_has_been_said_what_that_means(self, admin_of: Client) -> None:
        terms = PaymentTerms.objects.get(code="COMPTANT")
        shown = admin_of.get(address("paymentterms_make_default", terms.pk))
        assert "Jusqu’ici : 30 jours." in said(shown)
        assert asked(admin_of, "paymentterms_make_default", terms.pk).status_code == 302
        assert list(PaymentTerms.objects.filter(is_default=True)) == [terms]

    def test_that_are_too_long_are_not_made_the_default_ones(self, admin_of: Client) -> None:
        terms = PaymentTerms.objects.get(code="30JFDM")
        assert "loi" in said(asked(admin_of, "paymentterms_make_default", terms.pk))
        assert PaymentTerms.objects.get(is_default=True).code == "30J"

    def test_say_how_many_customers_have_them(self, admin_of: Client) -> None:
        for _ in range(2):
            CustomerFactory(payment_terms=PaymentTerms.objects.get(code="COMPTANT"))
        # Those that have no terms of their own pay by the default ones.
        CustomerFactory(payment_terms=PaymentTerms.objects.get(code="30J"))
        for _ in range(3):
            CustomerFactory(payment_terms=None)
        page = admin_of.get(address("paymentterms_changelist"))
        rows = {row.code: row.paying_customers for row in page.context["cl"].result_list}
        assert rows == {"30J": 4, "COMPTANT": 2, "30JFDM": 0}

    @pytest.mark.parametrize("role", [Role.SALES, Role.BILLING, Role.ACCOUNTANT, Role.READER])
    def test_are_changed_by_the_administrator_only(self, sign_in_as: SignIn, role: Role) -> None:
        client = sign_in_as(role)
        terms = PaymentTerms.objects.get(code="30J")
        assert client.get(address("paymentterms_change", terms.pk)).status_code == 200
        assert client.post(address("paymentterms_change", terms.pk), TERMS).status_code == 403
        assert client.post(address("paymentterms_add"), TERMS).status_code == 403


class TestAModeOfPayment:
    @pytest.fixture
    def debit(self) -> PaymentMethod:
        return PaymentMethod.objects.get(mode=PaymentMode.DIRECT_DEBIT)

    def test_shows_its_sentence_as_an_invoice_prints_it(self, admin_of: Client, debit: PaymentMethod) -> None:
        page = text_of(admin_of.get(address("paymentmethod_change", debit.pk)))
        assert "Prélèvement SEPA le 24/12/2026 sur le compte FR76 ****" in page
        assert 'data-insert="{customer_iban}"' in page

    def test_shows_the_sentence_that_is_being_typed(self, admin_of: Client, debit: PaymentMethod) -> None:
        typed = {"text": "Payez {amount} par {mode} ; <b>merci</b>"}
        sentence = text_of(admin_of.post(address("paymentmethod_preview", debit.pk), typed))
        assert "Payez 154,80 € par Prélèvement ; &lt;b&gt;merci&lt;/b&gt;" in sentence
        debit.refresh_from_db()
        assert "SEPA" in debit.text

    def test_gets_another_text(self, admin_of: Client, debit: PaymentMethod) -> None:
        text = "Prélèvement le {due_date}, mandat {mandate}."
        assert admin_of.post(address("paymentmethod_change", debit.pk), {"text": text}).status_code == 302
        debit.refresh_from_db()
        assert debit.text == text

    def test_refuses_what_nobody_fills_in_with_its_place(self, admin_of: Client, debit: PaymentMethod) -> None:
        wrong = {"text": "Le {date} {mandat}"}
        refused = errors(admin_of.post(address("paymentmethod_change", debit.pk), wrong))
        assert ["{date}" in refused["text"][0], "4" in refused["text"][0]] == [True, True]
        assert ["{mandat}" in refused["text"][1], "11" in refused["text"][1]] == [True, True]
        shown = text_of(admin_of.post(address("paymentmethod_preview", debit.pk), wrong))
        assert "{date}" in shown

    def test_tells_of_a_text_written_meanwhile(self, admin_of: Client, debit: PaymentMethod) -> None:
        PaymentMethod.objects.filter(pk=debit.pk).update(text="Un autre texte")
        answers = {"text": "Le mien", "initial-text": debit.text}
        refused = errors(admin_of.post(address("paymentmethod_change", debit.pk), answers))
        assert "Un autre texte" in plain(refused["text"][0])

    @pytest.mark.parametrize("role", [Role.SALES, Role.BILLING, Role.ACCOUNTANT, Role.READER])
    def test_is_changed_by_the_administrator_only(self, sign_in_as: SignIn, debit: PaymentMethod, role: Role) -> None:
        client = sign_in_as(role)
        page = text_of(client.get(address("paymentmethod_change", debit.pk)))
        assert "Prélèvement SEPA le 24/12/2026" in page
        assert "data-insert=" not in page
        assert client.post(address("paymentmethod_change", debit.pk), {"text": "x"}).status_code == 403
        assert client.post(address("paymentmethod_preview", debit.pk), {"text": "x"}).status_code == 403


class TestThePenaltyRates:
    def test_are_filled_in_per_half_year(self, admin_of: Client) -> None:
        answers = {"year": "2026", "half": "2", "ecb": "2,15", "legal": "2,76"}
        assert admin_of.post(address("legalrate_add"), answers).status_code == 302
        rate = LegalRate.objects.get()
        assert (rate.ecb, rate.legal) == (Decimal("2.15"), Decimal("2.76"))
        page = text_of(admin_of.get(address("legalrate_changelist")))
        assert "12,15 %" in page  # ECB plus ten points
        assert "8,28 %" in page  # three times the legal rate

    def test_exist_once_per_half_year(self, admin_of: Client) -> None:
        answers = {"year": "2026", "half": "2", "ecb": "2,15", "legal": "2,76"}
        admin_of.post(address("legalrate_add"), answers)
        assert errors(admin_of.post(address("legalrate_add"), {**answers, "ecb": "3"}))
        assert LegalRate.objects.get().ecb == Decimal("2.15")

    @pytest.mark.parametrize("answers", [{"ecb": "-1"}, {"legal": "101"}, {"half": "3"}, {"year": "x"}, {"ecb": ""}])
    def test_are_rates(self, admin_of: Client, answers: dict[str, str]) -> None:
        filled = {"year": "2026", "half": "2", "ecb": "2,15", "legal": "2,76", **answers}
        assert errors(admin_of.post(address("legalrate_add"), filled))
        assert not LegalRate.objects.exists()
