"""The order form, and the mail that confirms a validated order with it: drawn and sent by a worker, once."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.utils import translation

from apps.catalog.choices import SaleMode
from apps.core.exceptions import DomainError
from apps.customers.models import Contact
from apps.jobs.models import Job
from apps.jobs.work import Outcome, Work
from apps.lines.choices import DiscountBasis, PurchaseMode
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.messaging.models import Delivery, EventSwitch
from apps.orders.choices import NumberSource, OrderKind
from apps.orders.mails import CONFIRMATION, mails_of
from apps.orders.models import Order
from apps.orders.services import order_form, validate_order
from apps.orders.services.order_form import keep_form
from apps.orders.tasks import confirm_order
from tests.documents.samples import text as pdf_text
from tests.factories import HandsetFactory, IntegratorFactory, OptionFactory, PlanFactory, ServiceFactory
from tests.orders.selling import TODAY, draft, order_line, order_service

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def integrator() -> Any:
    return IntegratorFactory(email="facturation@example.org")


def confirmed(order: Order) -> Outcome:
    """What the worker says of the job that the validation has started."""
    validate_order(order=order, actor=order.seller, today=TODAY)
    return confirm_order(Work(Job.objects.get(kind="orders.confirm", parameters={"order": order.pk})))


def full_order() -> Order:
    order = draft(purchase_order="BC-2026-118")
    order_line(
        order,
        user_name="ALICE MARTIN",
        plan=PlanFactory(label="Forfait Pro 50 Go", activation_fee=Decimal(25), sim_fee=Decimal(5)),
        plan_price=Decimal("29.90"),
        throughput="5G",
        options=[OptionTerms(option=OptionFactory(label="Option Monde"), price=Decimal("4.50"))],
        discounts=[
            DiscountTerms(percent=Decimal(10), months=6),
            DiscountTerms(basis=DiscountBasis.USAGE, amount=Decimal(5)),
        ],
        commitment_months=24,
        handset=HandsetFactory(brand="Fairphone", model="5 256 Go"),
        imei="490154203237518",
        sale_mode=SaleMode.INSTALMENTS,
        purchase_mode=PurchaseMode.STOCK,
        handset_price=Decimal("20.79"),
        handset_months=24,
    )
    order_line(order, user_name="PAUL DURAND", number_source=NumberSource.TYPED, msisdn="33639980002")
    return order


def test_the_form_says_who_sells_what_to_whom_at_which_price() -> None:
    order = full_order()
    confirmed(order)
    text = pdf_text(order_form(order))
    for said in (
        f"Bon de commande {order.number}",
        "Télécom Démo SAS",
        order.customer.legal_name,
        "12 RUE DES LILAS",
        "BC-2026-118",
        "ALICE MARTIN",
        "Forfait Pro 50 Go",
        "29,90 €",
        "Option Monde",
        "-2,99 €",
        "Engagement de 24 mois",
        "Remise de 5,00 € par mois sur les consommations, sans limite de durée.",
        "490154203237518",
        "06 39 98 00 02",
        "Frais de mise en service",
        "Total TTC",
    ):
        assert said in text, said
    # 29.90 - 2.99 + 4.50 + 20.79 + 20.00 a month, 25 + 5 once; VAT at 20 %.
    assert "72,20 €" in text
    assert "86,64 €" in text
    assert "36,00 €" in text


def test_a_draft_says_that_it_is_none() -> None:
    text = pdf_text(order_form(full_order()))
    assert "BROUILLON" in text
    assert "Validée le" not in text


def test_the_form_is_kept_as_it_was_sold() -> None:
    order = full_order()
    confirmed(order)
    first = order_form(order)
    order.customer.legal_name = "Autre nom"
    order.customer.save()
    assert order_form(order) == first == keep_form(order)
    order.refresh_from_db()
    assert order.form_path.endswith(".pdf")


def test_many_lines_take_several_numbered_pages() -> None:
    order = draft()
    for _rank in range(12):
        order_line(order)
    validate_order(order=order, actor=None, today=TODAY)
    drawn = keep_form(order)
    with pikepdf.open(io.BytesIO(drawn)) as opened:
        assert len(opened.pages) > 1
    assert "page 2/" in pdf_text(drawn)


def test_services_have_a_form_too() -> None:
    order = draft(kind=OrderKind.SERVICE)
    order_service(order, offer=ServiceFactory(label="Standard virtuel"), quantity=3)
    text = pdf_text(order_form(order))
    assert "Standard virtuel" in text
    assert "45,00 €" in text


def test_the_confirmation_goes_once_to_whoever_gets_the_invoices_with_the_form() -> None:
    order = full_order()
    outcome = confirmed(order)
    assert not outcome.refusals
    confirm_order(Work(Job.objects.get()))  # a worker was killed after its work
    delivery = Delivery.objects.get()
    to = Contact.objects.get(customer=order.customer, role="billing").email
    assert delivery.email.to == [to]
    assert order.number in delivery.email.subject
    assert delivery.email.attachments.get().name == f"Bon de commande {order.number}.pdf"
    assert "ALICE MARTIN" in delivery.email.message
    assert "72,20" in delivery.email.message
    assert list(mails_of(order)) == [delivery]


def test_an_integrator_that_wants_no_such_mails_sends_none() -> None:
    EventSwitch.objects.create(event=CONFIRMATION.code, is_sent=False)
    order = full_order()
    confirmed(order)
    assert not Delivery.objects.exists()
    order.refresh_from_db()
    assert order.form_path


def test_without_an_address_the_form_is_kept_and_the_job_says_so() -> None:
    order = full_order()
    Contact.objects.all().delete()
    with translation.override("en"):
        assert "no e-mail address" in confirmed(order).refusals[0]
    order.refresh_from_db()
    assert order.form_path


def test_before_the_integrator_is_known_there_is_no_form(integrator: Any) -> None:
    order = full_order()
    integrator.delete()
    with pytest.raises(DomainError):
        order_form(order)


def test_the_texts_can_be_tried_on_a_real_order() -> None:
    order = full_order()
    confirmed(order)
    samples = CONFIRMATION.samples
    assert samples is not None
    assert [one.pk for one in samples.search(order.customer.number, 5)] == [order.pk]
    assert [one.pk for one in samples.search(order.number, 5)] == [order.pk]
    assert samples.context(order.pk)["order"].monthly_net == Decimal("72.20")
    with pytest.raises(LookupError):
        samples.context(0)
