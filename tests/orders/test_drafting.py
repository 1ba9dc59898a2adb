"""Orders as they are entered: a draft keeps its cards and numbers for itself, and refuses what cannot be sold."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now

from apps.catalog.choices import RuleKind, SaleMode, UsageKind
from apps.catalog.models import OfferRule
from apps.core.exceptions import DomainError
from apps.customers.closing import close_customer
from apps.lines.choices import DiscountBasis, LineStatus, PurchaseMode
from apps.lines.models import Line
from apps.lines.services import cancel_pending_line, create_pending_line
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.orders.choices import ItemState, NumberSource, OrderKind, OrderState
from apps.orders.models import MobileItem
from apps.orders.services import change_order, remove_item, save_mobile_item, start_order
from apps.orders.terms import MobileTerms
from apps.sims.choices import SimStatus
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    HandsetFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    UserFactory,
)
from tests.orders.selling import TODAY, draft, mobile, numbered_card, order_line, order_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

RIO, PORTED = "01P123456XTT", "33639980001"  # a true pair of DOMAIN §1


def test_a_draft_reserves_its_card_and_keeps_what_was_agreed() -> None:
    order, option = draft(), OptionFactory()
    item = order_line(
        order,
        options=[OptionTerms(option=option, price=Decimal("4.50"))],
        discounts=[DiscountTerms(percent=Decimal(10), months=6)],
        commitment_months=24,
    )
    item = MobileItem.objects.get(pk=item.pk)
    assert (order.state, item.state, item.position) == (OrderState.DRAFT, ItemState.DRAFT, 1)
    assert item.sim.status == SimStatus.RESERVED
    assert item.msisdn == item.sim.msisdn
    kept = MobileTerms.of(item)
    assert kept.options == (OptionTerms(option=option, price=Decimal("4.50")),)
    assert kept.discounts == (DiscountTerms(basis=DiscountBasis.SUBSCRIPTION, percent=Decimal(10), months=6),)
    assert item.sim.history.first().history_change_reason.endswith(order.number)


def test_a_draft_expires_seven_days_after_it_was_last_worked_at() -> None:
    order = draft()
    assert order.expires_on == TODAY + timedelta(days=7)
    order_line(order, today=TODAY + timedelta(days=3))
    order.refresh_from_db()
    assert order.expires_on == TODAY + timedelta(days=10)
    with pytest.raises(DomainError, match="has expired"):
        order_line(order, today=TODAY + timedelta(days=10))


def test_another_card_frees_the_one_before() -> None:
    order = draft()
    item = order_line(order)
    first, second = item.sim, numbered_card()
    order_line(order, item_id=item.pk, sim=second)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (SimStatus.IN_STOCK, SimStatus.RESERVED)
    assert order.mobile_items.get().sim == second


def test_saving_the_same_item_again_leaves_its_card_and_position() -> None:
    order = draft()
    item = order_line(order)
    order_line(order)
    again = order_line(order, item_id=item.pk, sim=item.sim, user_name="PAUL DURAND")
    assert (again.pk, again.position, again.user_name) == (item.pk, 1, "PAUL DURAND")
    assert [one.position for one in order.mobile_items.all()] == [1, 2]


def test_an_item_taken_out_frees_its_card() -> None:
    order = draft()
    item = order_line(order, options=[OptionTerms(option=OptionFactory(), price=Decimal(1))])
    remove_item(order=order, item=item, actor=None, today=TODAY)
    assert not order.mobile_items.exists()
    item.sim.refresh_from_db()
    assert item.sim.status == SimStatus.IN_STOCK
    with pytest.raises(DomainError, match="no longer in the order"):
        remove_item(order=order, item=item, actor=None, today=TODAY)


def test_a_card_is_in_one_draft_only() -> None:
    item = order_line(draft())
    with pytest.raises(DomainError, match="“Reserved”, not in stock"):
        order_line(draft(), sim=item.sim)


@pytest.mark.parametrize("status", [SimStatus.ACTIVE, SimStatus.LOST, SimStatus.TERMINATED])
def test_only_a_card_in_stock_is_sold(status: SimStatus) -> None:
    with pytest.raises(DomainError, match="not in stock"):
        order_line(draft(), sim=numbered_card(status=status))


def test_a_number_in_service_is_refused_with_the_customer_who_has_it() -> None:
    line = LineFactory()
    with pytest.raises(DomainError, match=f"is in service already.*{line.customer.number}"):
        order_line(draft(), number_source=NumberSource.TYPED, msisdn=line.msisdn)


def test_a_number_in_another_open_order_is_refused_with_the_order() -> None:
    first = draft()
    order_line(first, number_source=NumberSource.TYPED, msisdn="33639981234")
    with pytest.raises(DomainError, match=f"promised in the order {first.number}"):
        order_line(draft(), number_source=NumberSource.TYPED, msisdn="33639981234")


def test_a_number_that_a_pending_line_waits_for_is_refused_until_it_is_cancelled() -> None:
    line = create_pending_line(customer=CustomerFactory(), msisdn="33639981234", on=TODAY, actor=None)
    with pytest.raises(DomainError, match="line that is pending"):
        order_line(draft(), number_source=NumberSource.TYPED, msisdn="33639981234")
    cancel_pending_line(line=line, on=TODAY, actor=None)
    order_line(draft(), number_source=NumberSource.TYPED, msisdn="33639981234")


def test_a_number_is_free_again_from_the_day_on_which_its_line_ends() -> None:
    line = LineFactory(terminated=True)
    item = order_line(draft(), number_source=NumberSource.TYPED, msisdn=line.msisdn)
    assert item.msisdn == line.msisdn


def test_a_card_without_a_number_needs_one_typed_or_given_later() -> None:
    order = draft()
    with pytest.raises(DomainError, match="no number of its own"):
        order_line(order, sim=SimCardFactory())
    assert order_line(order, sim=SimCardFactory(), number_source=NumberSource.LATER).msisdn == ""


def test_options_obey_the_rules_of_the_plan() -> None:
    option, other, plan = OptionFactory(), OptionFactory(), PlanFactory()
    OfferRule.objects.create(offer=option, kind=RuleKind.REQUIRES, other=other)
    terms = {"plan": plan, "options": [OptionTerms(option=option, price=Decimal(1))]}
    with pytest.raises(DomainError, match="requires"):
        order_line(draft(), **terms)
    terms["options"].append(OptionTerms(option=other, price=Decimal(1)))
    order_line(draft(), **terms)


def test_what_has_data_has_a_throughput() -> None:
    plan = PlanFactory()
    AllowanceFactory(offer=plan, kind=UsageKind.DATA)
    with pytest.raises(DomainError, match="say at which throughput"):
        order_line(draft(), plan=plan)
    assert order_line(draft(), plan=plan, throughput="5G").throughput == "5G"


def test_the_throughput_of_the_catalogue_holds_where_none_is_said() -> None:
    option = OptionFactory(throughput="150M")
    item = order_line(draft(), options=[OptionTerms(option=option, price=Decimal(1))])
    assert item.options.get().throughput == "150M"


def test_what_is_withdrawn_is_not_sold() -> None:
    with pytest.raises(DomainError, match="not on sale"):
        order_line(draft(), plan=PlanFactory(on_sale_until=TODAY))


def test_a_ported_number_needs_its_holder_its_rio_and_an_allowed_day() -> None:
    with pytest.raises(DomainError) as refused:
        order_line(draft(), number_source=NumberSource.PORTED, msisdn=PORTED, rio="01P123456XTU", port_on=TODAY)
    said = [str(refused.value), *refused.value.reasons]
    assert len(said) == 3
    item = order_line(
        draft(),
        number_source=NumberSource.PORTED,
        msisdn=PORTED,
        rio="01 p 123456.xtt",
        holder="ATELIER DURAND",
        port_on=date(2026, 11, 12),
    )
    assert (item.rio, item.msisdn) == (RIO, PORTED)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(DomainError) as refused:
        order_line(draft(), user_name="Élise", sim=numbered_card(status=SimStatus.LOST), billed_from=date(2026, 1, 1))
    assert len(refused.value.reasons) == 2


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        ({"imei": "490154203237519", "purchase_mode": PurchaseMode.OWN}, "Wrong check digit"),
        ({"sale_mode": SaleMode.OUTRIGHT, "purchase_mode": PurchaseMode.STOCK}, "price of the handset is missing"),
        ({"sale_mode": SaleMode.RENTAL, "handset_price": Decimal(9), "purchase_mode": PurchaseMode.STOCK}, "how many"),
        ({}, "where the handset comes from"),
        ({"sale_mode": SaleMode.OUTRIGHT, "handset_price": Decimal(9), "purchase_mode": PurchaseMode.OWN}, "not sold"),
    ],
)
def test_a_handset_is_sold_as_its_modes_want_it(terms: dict, fault: str) -> None:
    with pytest.raises(DomainError, match=fault):
        order_line(draft(), handset=HandsetFactory(), **terms)


def test_a_closed_customer_orders_nothing() -> None:
    order = draft()
    close_customer(customer=CustomerFactory(), on=TODAY, today=now().date(), reason="", actor=None)
    closed = CustomerFactory(closed_on=TODAY)
    with pytest.raises(DomainError, match="is closed"):
        start_order(customer=closed, kind=OrderKind.MOBILE, seller=UserFactory(), actor=None, today=TODAY)
    order.customer.closed_on = TODAY
    order.customer.save()
    with pytest.raises(DomainError, match="is closed"):
        order_line(order)


def test_a_service_order_takes_no_mobile_line_and_the_reverse() -> None:
    with pytest.raises(DomainError, match="not of this kind"):
        order_line(draft(kind=OrderKind.SERVICE))
    with pytest.raises(DomainError, match="not of this kind"):
        order_service(draft())


def test_a_service_is_for_a_line_of_the_customer_that_serves() -> None:
    order, line = draft(kind=OrderKind.SERVICE), LineFactory()
    with pytest.raises(DomainError, match="another customer"):
        order_service(order, line=line)
    own = LineFactory(customer=order.customer, terminated=True)
    with pytest.raises(DomainError, match="does not serve"):
        order_service(order, line=own)
    assert order_service(order, line=LineFactory(customer=order.customer)).position == 1


def test_what_is_charged_once_has_no_end() -> None:
    from tests.factories import ServiceFactory

    order = draft(kind=OrderKind.SERVICE)
    with pytest.raises(DomainError, match="has no end"):
        order_service(order, offer=ServiceFactory(recurring=False), end=date(2027, 1, 1))


def test_the_seller_and_the_reference_can_be_changed() -> None:
    order, seller = draft(), UserFactory()
    changed = change_order(order=order, seller=seller, purchase_order="BC-12", actor=None, today=TODAY)
    assert (changed.seller, changed.purchase_order) == (seller, "BC-12")


def test_nothing_is_half_saved_when_an_item_is_refused() -> None:
    order, card = draft(), numbered_card()
    with pytest.raises(DomainError):
        save_mobile_item(
            order=order, item=mobile(sim=card, plan=PlanFactory(on_sale_until=TODAY)), actor=None, today=TODAY
        )
    card.refresh_from_db()
    assert (card.status, order.mobile_items.count()) == (SimStatus.IN_STOCK, 0)
    assert not Line.objects.filter(status=LineStatus.PENDING).exists()
