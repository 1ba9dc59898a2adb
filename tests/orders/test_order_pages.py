"""The page of an order over HTTP: what it shows, its validation, its end; services and lists that are pasted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.catalog.choices import SaleMode
from apps.catalog.models import Offer
from apps.core.files import address
from apps.core.roles import Role
from apps.customers.models import Customer
from apps.lines.choices import LineStatus
from apps.lines.models import Line
from apps.orders.choices import ItemState, NumberSource, OrderKind, OrderState
from apps.orders.models import MobileItem, Order, ServiceItem
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import (
    CustomerFactory,
    HandsetFactory,
    HandsetPriceFactory,
    IntegratorFactory,
    LineFactory,
    OfferPriceFactory,
    PlanFactory,
    ServiceFactory,
    SimCardFactory,
    TariffFactory,
)
from tests.orders.selling import draft, numbered_card, order_line, order_service
from tests.people import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SALES, username="camille")


@pytest.fixture
def customer() -> Customer:
    IntegratorFactory()
    return CustomerFactory(number="C070001", name="HOTEL BELLEVUE")


def page_of(order: Order, name: str = "change") -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def words(response: Any) -> str:
    said: str = response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&#x27;", "’")
    return said


def confirmed(client: Client, dialog: str, **answers: Any) -> Any:
    """What a dialog answers to its button, once it has been looked at."""
    shown = client.post(dialog, {"_form_submitted": "True", **answers})
    if "_previewed" not in shown.content.decode() or shown.status_code != 200:
        return shown
    previewed = shown.context["form"].data.get("_previewed", "")
    return client.post(dialog, {"_form_submitted": "True", "_previewed": previewed, **answers})


def a_mobile_order(customer: Customer, **item: Any) -> Order:
    order = draft(customer, today=localdate())
    order_line(order, localdate(), **item)
    return order


# --- Its validation


def test_the_validation_says_what_happens_to_each_line_then_does_it(seller: Client, customer: Customer) -> None:
    order = a_mobile_order(customer, sim=numbered_card(msisdn="33639985001"))
    order_line(order, localdate(), sim=SimCardFactory(), number_source=NumberSource.LATER, user_name="PAUL DURAND")
    said = words(seller.get(page_of(order, "validate")))
    for shown in ("1. JEANNE MARTIN – 06 39 98 50 01", "en service", "2. PAUL DURAND", "attend son numéro", "40,00 €"):
        assert shown in said
    assert Order.objects.get().state == OrderState.DRAFT
    confirmed(seller, page_of(order, "validate"))
    order.refresh_from_db()
    assert order.state == OrderState.VALIDATED
    assert Line.objects.get(msisdn="33639985001").status == LineStatus.ACTIVE
    assert LogEntry.objects.filter(object_id=str(order.pk), user__username="camille").exists()
    page = words(seller.get(page_of(order)))
    assert page_of(order, "validate") not in page
    assert "Attribuer le numéro" in page


def test_what_prevents_the_validation_is_shown_before(seller: Client, customer: Customer) -> None:
    order = a_mobile_order(customer)
    Offer.objects.update(on_sale_until=localdate())
    told = "n’est pas en vente"
    for shown in (seller.get(page_of(order)), seller.get(page_of(order, "validate"))):
        assert told in words(shown)
    confirmed(seller, page_of(order, "validate"))
    assert Order.objects.get().state == OrderState.DRAFT


def test_a_line_that_waits_gets_its_number(seller: Client, customer: Customer) -> None:
    order = a_mobile_order(customer, sim=SimCardFactory(), number_source=NumberSource.LATER)
    confirmed(seller, page_of(order, "validate"))
    item = MobileItem.objects.get()
    assert item.state == ItemState.WAITING
    confirmed(seller, page_of(order, "assign"), item=item.pk, msisdn="+33 6 39 98 50 09")
    item.refresh_from_db()
    assert (item.state, item.line.msisdn, item.line.status) == (ItemState.DONE, "33639985009", LineStatus.ACTIVE)


def test_a_waiting_line_is_given_up(seller: Client, customer: Customer) -> None:
    order = a_mobile_order(customer, sim=SimCardFactory(), number_source=NumberSource.LATER)
    confirmed(seller, page_of(order, "validate"))
    item = MobileItem.objects.get()
    confirmed(seller, page_of(order, "give_up"), item=item.pk, reason="Le client a changé d’avis")
    item.refresh_from_db()
    assert item.state == ItemState.CANCELLED
    assert SimCard.objects.get(pk=item.sim_id).status == SimStatus.IN_STOCK


# --- Its end


def test_a_draft_is_cancelled_with_a_reason_and_frees_its_cards(seller: Client, customer: Customer) -> None:
    order = a_mobile_order(customer)
    confirmed(seller, page_of(order, "cancel"), reason="Doublon")
    order.refresh_from_db()
    assert (order.state, order.reason) == (OrderState.CANCELLED, "Doublon")
    assert not SimCard.objects.filter(status=SimStatus.RESERVED).exists()
    assert "Doublon" in words(seller.get(page_of(order)))
    answer = seller.get(page_of(order, "mobile"))
    assert answer["Location"] == page_of(order)


def test_a_line_is_removed_from_a_draft(seller: Client, customer: Customer) -> None:
    order = a_mobile_order(customer)
    item = order.mobile_items.get()
    dialog = f"{page_of(order, 'remove')}?item={item.pk}"
    assert seller.get(dialog).status_code == 200
    assert order.mobile_items.count() == 1
    confirmed(seller, dialog, item=item.pk)
    assert order.mobile_items.count() == 0
    assert SimCard.objects.get(pk=item.sim_id).status == SimStatus.IN_STOCK


def test_the_order_form_is_opened_from_its_page(seller: Client, customer: Customer, sign_in: SignIn) -> None:
    order = a_mobile_order(customer)
    link = address("order-form", order.pk)
    assert link in words(seller.get(page_of(order)))
    assert seller.get(link)["Content-Type"] == "application/pdf"
    assert sign_in("customers.view_customer").get(link).status_code == 403


# --- Who may what


@pytest.mark.parametrize("role", [Role.BILLING, Role.READER])
def test_those_who_do_not_sell_look_only(sign_in_as: SignIn, role: Role, customer: Customer) -> None:
    order = a_mobile_order(customer)
    reader = sign_in_as(role)
    page = words(reader.get(page_of(order)))
    assert "JEANNE MARTIN" in page
    for button in ("Valider la commande", "Annuler la commande", "Ajouter une ligne", "Retirer"):
        assert button not in page
    for name in ("validate", "cancel", "remove", "assign", "give_up", "mobile", "quantity"):
        assert reader.post(page_of(order, name), {"_form_submitted": "True", "reason": "x"}).status_code == 403
    for name in ("add", "cards", "lines", "new_mobile", "new_service", "new_quantity"):
        assert reader.get(reverse(f"admin:orders_order_{name}")).status_code == 403
    assert Order.objects.get().state == OrderState.DRAFT


@pytest.mark.parametrize("role", [Role.SALES, Role.SUPPORT])
def test_sellers_and_support_enter_orders(sign_in_as: SignIn, role: Role, customer: Customer) -> None:
    order = a_mobile_order(customer)
    clerk = sign_in_as(role)
    assert clerk.get(page_of(order, "mobile")).status_code == 200
    confirmed(clerk, page_of(order, "validate"))
    assert Order.objects.get().state == OrderState.VALIDATED


# --- Lists


def test_orders_are_listed_and_found(seller: Client, customer: Customer) -> None:
    order = a_mobile_order(customer, sim=numbered_card(msisdn="33639985001"), user_name="ZOE LEROY")
    other = draft(kind=OrderKind.SERVICE, today=localdate())
    order_service(other, localdate(), start=localdate())
    listed = reverse("admin:orders_order_changelist")
    page = words(seller.get(listed))
    for shown in (order.number, "HOTEL BELLEVUE", "Brouillon", "20,00 €", "15,00 €"):
        assert shown in page
    for query, found in (
        (f"?q={order.number}", [order]),
        (f"?q=cmd-{order.pk}", [order]),
        ("?q=06 39 98 50 01", [order]),
        ("?q=zoe", [order]),
        ("?q=bellevue", [order]),
        ("?kind__exact=service", [other]),
        ("?state__exact=validated", []),
        (f"?seller={order.seller_id}", [order]),
    ):
        assert list(seller.get(listed + query).context["cl"].result_list) == found, query


def test_hostile_names_do_no_harm(sign_in: SignIn, customer: Customer) -> None:
    nasty = '<script>alert(1)</script>"&'
    Customer.objects.filter(pk=customer.pk).update(name=nasty, legal_name=nasty)
    order = a_mobile_order(customer, plan=PlanFactory(label=nasty), tariff=TariffFactory(label=nasty))
    Order.objects.update(purchase_order=nasty, reason=nasty)
    boss = sign_in(is_superuser=True)
    for page in (page_of(order), page_of(order, "mobile"), page_of(order, "quantity"), page_of(order, "validate")):
        assert "<script>alert(1)" not in boss.get(page).content.decode()
    customer_page = boss.get(reverse("admin:customers_customer_change", args=[customer.pk]))
    assert order.number in customer_page.content.decode()


# --- Services


def service_said(client: Client, **answers: Any) -> dict[str, Any]:
    return {
        "seller": client.session["_auth_user_id"],
        "what": "service",
        "quantity": "2",
        "start": localdate().isoformat(),
        **answers,
    }


def new_service(customer: Customer) -> str:
    return f"{reverse('admin:orders_order_new_service')}?customer={customer.pk}"


def test_a_recurring_service_is_ordered_for_a_line(seller: Client, customer: Customer) -> None:
    line = LineFactory(customer=customer, msisdn="33639981234")
    offer = ServiceFactory(label="Supervision")
    end = localdate() + timedelta(days=90)
    seller.post(new_service(customer), service_said(seller, offer=offer.pk, end=end.isoformat(), line="06.39.98.12.34"))
    item = ServiceItem.objects.get()
    assert (item.offer, item.quantity, item.price, item.end, item.line) == (offer, 2, Decimal("10.00"), end, line)
    page = words(seller.get(page_of(item.order)))
    for shown in ("Supervision", "10,00 €", "20,00 €", "24,00 €", "06 39 98 12 34"):
        assert shown in page
    confirmed(seller, page_of(item.order, "validate"))
    assert Order.objects.get().state == OrderState.VALIDATED


def test_what_is_sold_once_has_no_end_and_another_customers_line_is_unknown(seller: Client, customer: Customer) -> None:
    offer = ServiceFactory(recurring=False)
    LineFactory(msisdn="33639981234")
    end = localdate() + timedelta(days=3)
    said = service_said(seller, offer=offer.pk, end=end.isoformat(), line="0639981234", price="1")
    answer = seller.post(new_service(customer), said)
    assert set(answer.context["form"].errors) == {"end", "line", "price"}
    assert not Order.objects.exists()


def test_a_handset_is_sold_in_its_sale_mode(seller: Client, customer: Customer) -> None:
    handset = HandsetFactory()
    HandsetPriceFactory(handset=handset, mode=SaleMode.INSTALMENTS, months=24, amount=Decimal("22.00"))
    said = service_said(seller, what="handset", handset=handset.pk, sale_mode=SaleMode.INSTALMENTS, quantity="1")
    assert "months" in seller.post(new_service(customer), said).context["form"].errors
    seller.post(new_service(customer), {**said, "months": "24"})
    item = ServiceItem.objects.get()
    assert (item.handset, item.sale_mode, item.months, item.price) == (handset, "instalments", 24, Decimal("22.00"))


# --- Several lines at once


def quantity_said(client: Client, rows: str, **answers: Any) -> dict[str, Any]:
    plan = PlanFactory(catalogue_price=None)
    OfferPriceFactory(offer=plan, amount=Decimal("12.00"))
    shared = {"plan": plan.pk, "tariff": TariffFactory().pk, "commitment_months": "0", "billing": "arrears"}
    return {"seller": client.session["_auth_user_id"], "rows": rows, **shared, **answers}


def test_a_pasted_list_is_shown_row_by_row_before_it_is_kept(seller: Client, customer: Customer) -> None:
    cards = [numbered_card(msisdn=f"3363998600{place}") for place in range(3)]
    rows = "\n".join(f"USER {place};{card.iccid}" for place, card in enumerate(cards))
    page = f"{reverse('admin:orders_order_new_quantity')}?customer={customer.pk}"
    said = quantity_said(seller, rows)
    shown = seller.post(page, said)
    for told in ("3 lignes seraient créées", "USER 2", "06 39 98 60 02", cards[2].iccid):
        assert told in words(shown)
    assert not Order.objects.exists()
    assert not SimCard.objects.filter(status=SimStatus.RESERVED).exists()
    other = {**said, "rows": rows.splitlines()[0], "_shown": shown.context["form"].data["_shown"]}
    seller.post(page, other)
    assert not Order.objects.exists()  # it is another list than the one that was shown
    answer = seller.post(page, {**said, "_shown": shown.context["form"].data["_shown"]})
    order = Order.objects.get()
    assert answer["Location"] == page_of(order)
    assert order.mobile_items.count() == 3


def test_a_bad_row_is_named_and_nothing_is_kept(seller: Client, customer: Customer) -> None:
    card = numbered_card()
    page = f"{reverse('admin:orders_order_new_quantity')}?customer={customer.pk}"
    answer = seller.post(page, quantity_said(seller, f"USER 1;{card.iccid}\nUSER 2;8933220000000000999"))
    assert "Ligne 2" in words(answer)
    assert not Order.objects.exists()
    assert SimCard.objects.get(pk=card.pk).status == SimStatus.IN_STOCK
