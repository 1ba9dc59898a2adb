"""The end of a draft: everything in it is sold at once or nothing is, or it is given up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.catalog.choices import SaleMode
from apps.catalog.services import withdraw
from apps.core.exceptions import DomainError
from apps.customers.closing import close_customer
from apps.jobs.models import Job
from apps.lines.choices import DiscountBasis, LineStatus, OperationKind, PurchaseMode
from apps.lines.models import Line, OneOffCharge, Subscription
from apps.lines.services import cancel_pending_line, status_disagreements, who_held_number
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.orders.choices import ItemState, NumberSource, OrderState, PortState
from apps.orders.models import Order
from apps.orders.services import (
    activate_item,
    assign_number,
    cancel_item,
    cancel_order,
    expire_drafts,
    faults_of,
    validate_order,
)
from apps.orders.services.activating import activate_due
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import (
    CustomerFactory,
    HandsetFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    UserFactory,
)
from tests.orders.selling import TODAY, draft, numbered_card, order_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TOMORROW = TODAY + timedelta(days=1)
PORTED_ON = date(2026, 11, 12)
PORTED = {
    "number_source": NumberSource.PORTED,
    "msisdn": "33639980001",
    "rio": "01P123456XTT",
    "holder": "ATELIER DURAND",
    "port_on": PORTED_ON,
}


def validate(order: Order, today: date = TODAY) -> Order:
    return validate_order(order=order, actor=order.seller, today=today)


def status(card: SimCard) -> str:
    card.refresh_from_db()
    return card.status


def test_validation_turns_an_item_into_a_line_that_serves_from_today() -> None:
    order, option = draft(), OptionFactory(in_advance=True)
    plan = PlanFactory(activation_fee=Decimal(25))
    item = order_line(
        order,
        plan=plan,
        options=[OptionTerms(option=option, price=Decimal("4.50"), throughput="5G")],
        discounts=[
            DiscountTerms(percent=Decimal(10), months=6),
            DiscountTerms(basis=DiscountBasis.USAGE, amount=Decimal(5)),
        ],
        commitment_months=24,
        in_advance=True,
        prorata=False,
        billed_from=date(2026, 12, 1),
    )
    validate(order)
    order.refresh_from_db()
    item.refresh_from_db()
    line = item.line
    assert (order.state, order.settled_by, item.state) == (OrderState.VALIDATED, order.seller, ItemState.DONE)
    assert (line.status, line.msisdn, line.user_name) == (LineStatus.ACTIVE, item.sim.msisdn, "JEANNE MARTIN")
    assert (line.activated_on, line.billing_start, line.committed_from) == (TODAY, date(2026, 12, 1), TODAY)
    assert status(item.sim) == SimStatus.ACTIVE
    held = who_held_number(msisdn=line.msisdn, day=TODAY)
    assert (held.line, held.iccid, held.tariff) == (line, item.sim.iccid, item.tariff.code)
    on_plan = line.subscriptions.get(offer=plan)
    on_option = line.subscriptions.get(offer=option)
    assert (on_plan.price, on_plan.in_advance, on_plan.prorata) == (Decimal("20.00"), True, False)
    assert (on_option.price, on_option.throughput) == (Decimal("4.50"), "5G")
    assert on_plan.discounts.get().months == 6
    assert line.discounts.get().amount == 5
    assert line.one_off_charges.get().price == 25
    journal = line.operations.get()
    assert (journal.kind, journal.actor) == (OperationKind.ACTIVATION, order.seller)
    assert journal.after["order"] == order.number
    assert journal.after["catalogue"] == {plan.code: "10.00", option.code: "10.00"}
    assert status_disagreements() == []


def test_the_same_click_twice_sells_once() -> None:
    order = draft()
    order_line(order)
    validate(order)
    with pytest.raises(DomainError, match="“Validated”"):
        validate(order)
    assert Line.objects.count() == Job.objects.filter(kind="orders.confirm").count() == 1


def test_one_item_that_cannot_be_sold_keeps_all_from_being_sold() -> None:
    order = draft()
    first, second = order_line(order), order_line(order, user_name="PAUL DURAND")
    SimCard.objects.filter(pk=second.sim_id).update(status=SimStatus.LOST)
    withdraw(row=second.plan, on=TODAY, actor=None)
    with pytest.raises(DomainError, match="nothing of it is sold") as refused:
        validate(order)
    assert len(refused.value.reasons) == 2
    assert all(reason.startswith("2. PAUL DURAND") for reason in refused.value.reasons)
    assert not Line.objects.exists()
    assert not Job.objects.exists()
    assert status(first.sim) == SimStatus.RESERVED


def test_an_empty_order_is_not_validated() -> None:
    with pytest.raises(DomainError) as refused:
        validate(draft())
    assert refused.value.reasons == ["The order is empty."]


def test_a_number_that_has_gone_into_service_meanwhile_is_named() -> None:
    order = draft()
    order_line(order, number_source=NumberSource.TYPED, msisdn="33639981234")
    LineFactory(msisdn="33639981234")
    with pytest.raises(DomainError) as refused:
        validate(order)
    assert "is in service already" in refused.value.reasons[0]


def test_a_plan_withdrawn_meanwhile_is_named() -> None:
    order = draft()
    item = order_line(order)
    withdraw(row=item.plan, on=TODAY, actor=None)
    assert [fault.split(": ")[1] for fault in faults_of(order, TODAY)] == [
        f"{item.plan.code} is not on sale on 02/11/2026."
    ]
    with pytest.raises(DomainError):
        validate(order)


def test_a_customer_closed_meanwhile_gets_no_line() -> None:
    order = draft()
    order_line(order)
    order.customer.closed_on = TODAY  # as nobody can do while there is a draft
    order.customer.save()
    with pytest.raises(DomainError) as refused:
        validate(order)
    assert "is closed" in refused.value.reasons[0]


def test_an_order_that_has_expired_is_not_validated_even_before_the_chore_has_come() -> None:
    order = draft()
    order_line(order)
    with pytest.raises(DomainError, match="has expired"):
        validate(order, today=TODAY + timedelta(days=7))


def test_a_line_for_a_later_day_waits_for_it() -> None:
    order = draft()
    item = order_line(order, active_on=TOMORROW)
    validate(order)
    item.refresh_from_db()
    assert (item.state, item.line.status, item.line.msisdn) == (ItemState.WAITING, LineStatus.PENDING, item.msisdn)
    assert status(item.sim) == SimStatus.RESERVED
    assert not Subscription.objects.exists()
    assert activate_due(today=TODAY) == 0
    assert activate_due(today=TOMORROW) == 1
    item.refresh_from_db()
    line = item.line
    assert (item.state, line.status, line.activated_on) == (ItemState.DONE, LineStatus.ACTIVE, TOMORROW)
    assert status(item.sim) == SimStatus.ACTIVE
    assert [one.kind for one in line.operations.all()] == [OperationKind.ACTIVATION, OperationKind.ORDER]
    assert Line.objects.count() == 1
    assert activate_due(today=TOMORROW) == 0
    assert status_disagreements() == []


def test_a_worker_that_was_away_still_has_the_line_serve_from_its_day() -> None:
    order = draft()
    item = order_line(order, active_on=TOMORROW)
    validate(order)
    activate_due(today=TODAY + timedelta(days=9))
    item.refresh_from_db()
    assert item.line.activated_on == TOMORROW


def test_a_line_without_a_number_waits_until_it_is_given_one() -> None:
    order = draft()
    item = order_line(order, sim=SimCardFactory(), number_source=NumberSource.LATER)
    validate(order)
    item.refresh_from_db()
    assert (item.state, item.line.msisdn) == (ItemState.WAITING, "")
    assert activate_due(today=TOMORROW) == 0
    taken = LineFactory()
    with pytest.raises(DomainError, match="in service already"):
        assign_number(item=item, msisdn=taken.msisdn, actor=None, today=TOMORROW)
    assign_number(item=item, msisdn="33639984321", actor=None, today=TOMORROW)
    item.refresh_from_db()
    assert (item.line.msisdn, item.line.activated_on) == ("33639984321", TOMORROW)


def test_a_number_given_before_the_day_is_kept_for_the_line() -> None:
    order = draft()
    item = order_line(order, sim=SimCardFactory(), number_source=NumberSource.LATER, active_on=TOMORROW)
    validate(order)
    assign_number(item=item, msisdn="33639984321", actor=None, today=TODAY)
    item.refresh_from_db()
    assert (item.state, item.line.status, item.line.msisdn) == (
        ItemState.WAITING,
        LineStatus.PENDING,
        "33639984321",
    )
    with pytest.raises(DomainError, match=r"promised|pending"):
        order_line(draft(), number_source=NumberSource.TYPED, msisdn="33639984321")
    assert activate_due(today=TOMORROW) == 1


def test_a_ported_line_waits_and_its_number_is_asked_for() -> None:
    order = draft()
    item = order_line(order, **PORTED)
    validate(order)
    item.refresh_from_db()
    assert (item.state, item.line.status) == (ItemState.WAITING, LineStatus.PENDING)
    assert (item.port_in.state, item.port_in.line, item.port_in.port_on) == (PortState.TO_SEND, item.line, PORTED_ON)
    assert activate_due(today=PORTED_ON) == 0  # its porting says when
    with pytest.raises(DomainError, match="Portabilit"):
        assign_number(item=item, msisdn="33639980001", actor=None, today=TODAY)
    activate_item(item=item, on=PORTED_ON, msisdn="33639980001", actor=None, today=PORTED_ON)
    item.refresh_from_db()
    assert (item.line.status, item.line.billing_start) == (LineStatus.ACTIVE, PORTED_ON)


def test_a_line_is_not_put_in_service_twice_nor_on_a_day_to_come() -> None:
    order = draft()
    item = order_line(order, active_on=TOMORROW)
    validate(order)
    with pytest.raises(DomainError, match="not on a day to come"):
        activate_item(item=item, on=TOMORROW, actor=None, today=TODAY)
    activate_item(item=item, on=TOMORROW, actor=None, today=TOMORROW)
    with pytest.raises(DomainError, match="does not wait"):
        activate_item(item=item, on=TOMORROW, actor=None, today=TOMORROW)


def test_billing_begins_no_earlier_than_a_porting_that_came_late() -> None:
    order = draft()
    item = order_line(order, **PORTED, billed_from=PORTED_ON)
    validate(order)
    late = PORTED_ON + timedelta(days=5)
    activate_item(item=item, on=late, actor=None, today=late)
    item.refresh_from_db()
    assert item.line.subscriptions.get().start == late


def test_a_pending_line_that_is_cancelled_frees_its_card_and_its_number() -> None:
    order = draft()
    item = order_line(order, active_on=TOMORROW)
    validate(order)
    item.refresh_from_db()
    cancel_item(item=item, reason="Erreur", actor=None, today=TODAY)
    item.refresh_from_db()
    assert (item.state, item.line.status, status(item.sim)) == (
        ItemState.CANCELLED,
        LineStatus.CANCELLED,
        SimStatus.IN_STOCK,
    )
    order_line(draft(), sim=item.sim)
    with pytest.raises(DomainError):
        cancel_pending_line(line=item.line, on=TODAY, actor=None)


def test_a_handset_comes_with_the_line_and_its_instalments_are_dated() -> None:
    order, handset = draft(), HandsetFactory()
    item = order_line(
        order,
        handset=handset,
        imei="490154203237518",
        sale_mode=SaleMode.INSTALMENTS,
        purchase_mode=PurchaseMode.STOCK,
        handset_price=Decimal("20.00"),
        handset_months=3,
    )
    validate(order)
    item.refresh_from_db()
    given = item.line.handsets.get()
    assert (given.handset, given.imei, given.start) == (handset, "490154203237518", TODAY)
    assert [one.day for one in OneOffCharge.objects.all()] == [TODAY, date(2026, 12, 2), date(2027, 1, 2)]


def test_a_draft_cancelled_frees_all_that_it_held_and_says_why() -> None:
    order = draft()
    items = [order_line(order), order_line(order, number_source=NumberSource.TYPED, msisdn="33639981234")]
    cancel_order(order=order, reason="Le client renonce", actor=order.seller)
    order.refresh_from_db()
    assert (order.state, order.reason, order.settled_by) == (
        OrderState.CANCELLED,
        "Le client renonce",
        order.seller,
    )
    assert [status(item.sim) for item in items] == [SimStatus.IN_STOCK] * 2
    order_line(draft(), sim=items[0].sim)
    order_line(draft(), number_source=NumberSource.TYPED, msisdn="33639981234")
    with pytest.raises(DomainError, match="only a draft"):
        cancel_order(order=order, reason="", actor=None)


def test_a_validated_order_is_not_cancelled() -> None:
    order = draft()
    order_line(order)
    validate(order)
    with pytest.raises(DomainError, match="only a draft"):
        cancel_order(order=order, reason="", actor=None)


def test_a_draft_left_alone_expires_and_frees_what_it_held() -> None:
    order, other = draft(), draft(today=TOMORROW)
    item = order_line(order)
    week = TODAY + timedelta(days=7)
    assert expire_drafts(today=week - timedelta(days=1)) == 0
    assert expire_drafts(today=week) == 1
    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.state, order.settled_by, other.state) == (OrderState.EXPIRED, None, OrderState.DRAFT)
    assert status(item.sim) == SimStatus.IN_STOCK
    assert expire_drafts(today=week) == 0


def test_the_days_of_a_draft_are_a_setting(settings: pytest.FixtureRequest) -> None:
    settings.ORDER_DRAFT_DAYS = 2
    assert draft().expires_on == TODAY + timedelta(days=2)


def test_a_customer_with_a_draft_or_a_line_on_order_is_not_closed() -> None:
    customer = CustomerFactory()
    order = draft(customer)
    order_line(order, active_on=TOMORROW)

    def reasons() -> list[str]:
        with pytest.raises(DomainError) as refused:
            close_customer(customer=customer, on=TODAY, today=TODAY, reason="", actor=None)
        return refused.value.reasons

    assert reasons() == ["1 order is a draft."]
    validate(order)
    assert "1 line that was ordered is not in service yet." in reasons()
    cancel_item(item=order.mobile_items.get(), reason="", actor=None, today=TODAY)
    close_customer(customer=customer, on=TODAY, today=TODAY, reason="", actor=None)


def test_whoever_may_choose_any_day_may_validate_one_out_of_bounds() -> None:
    from django.contrib.auth.models import Permission

    order = draft()
    item = order_line(order, **PORTED)
    late = PORTED_ON - timedelta(days=3)  # no longer six days ahead
    order.expires_on = late + timedelta(days=1)
    order.save()
    with pytest.raises(DomainError):
        validate(order, today=late)
    support = UserFactory()
    support.user_permissions.add(Permission.objects.get(codename="override_porting_dates"))
    validate_order(order=order, actor=support, today=late)
    item.refresh_from_db()
    assert item.state == ItemState.WAITING


def test_many_lines_are_validated_at_once() -> None:
    order = draft()
    for _rank in range(5):
        order_line(order, sim=numbered_card())
    validate(order)
    assert Line.objects.filter(status=LineStatus.ACTIVE).count() == 5
    assert status_disagreements() == []
