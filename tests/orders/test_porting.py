"""A port-in between us and the other operator: sent, answered, corrected, its day fixed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from apps.core.exceptions import DomainError
from apps.messaging.models import Delivery
from apps.messaging.services import templates
from apps.orders.choices import OPEN_PORTINGS, PortRefusal, PortState
from apps.orders.models import PortEvent, PortIn
from apps.orders.porting import services
from apps.orders.porting.agenda import next_action
from apps.orders.porting.mails import ACCEPTED, REFUSED
from tests.factories import ContactFactory, CustomerFactory, IntegratorFactory, UserFactory
from tests.orders.arrivals import MONDAY, THURSDAY, a_port_in, an_item, rio_of

pytestmark = pytest.mark.django_db


def do(service: Any, port_in: PortIn, *, today: date = MONDAY, **given: Any) -> PortIn:
    done: PortIn = service(port_in=port_in, today=today, **{"actor": None, **given})
    return done


# --- Asked


def test_a_number_is_asked_for_once_its_order_is_validated() -> None:
    item, actor = an_item(), UserFactory()
    port_in = services.open_port_in(item=item, line=item.line, actor=actor, today=MONDAY)
    assert (port_in.state, port_in.next_on, port_in.rio, port_in.port_on) == ("to_send", MONDAY, item.rio, THURSDAY)
    [event] = port_in.events.all()
    assert (event.before, event.after, event.actor, event.rio) == ("draft", "to_send", actor, item.rio)


def test_a_wrong_rio_and_a_wrong_day_are_both_told() -> None:
    item = an_item(port_on=date(2026, 11, 29))  # a Sunday
    item.rio = rio_of("33639984999")
    with pytest.raises(DomainError) as refused:
        services.open_port_in(item=item, line=item.line, actor=None, today=MONDAY)
    assert len(refused.value.reasons) == 2
    assert not PortIn.objects.exists()


@pytest.mark.parametrize(("days", "refused"), [(5, True), (6, False), (7, True), (58, False), (59, True)])
def test_the_day_is_strictly_between_the_bounds_and_no_holiday(days: int, refused: bool) -> None:
    tuesday = date(2026, 9, 1) if days != 7 else date(2026, 8, 30)  # 7 days later: a Sunday
    item = an_item(port_on=tuesday + timedelta(days=days))
    try:
        services.open_port_in(item=item, line=item.line, actor=None, today=tuesday)
    except DomainError:
        assert refused
    else:
        assert not refused


def test_whoever_may_leaves_the_bounds_and_meets_a_sunday_still() -> None:
    item = an_item(port_on=MONDAY + timedelta(days=2))
    services.open_port_in(item=item, line=item.line, actor=None, today=MONDAY, bounds=False)
    sunday = an_item(port_on=date(2026, 11, 29))
    with pytest.raises(DomainError):
        services.open_port_in(item=sunday, line=sunday.line, actor=None, today=MONDAY, bounds=False)


def test_the_bounds_are_settings(settings: Any) -> None:
    settings.PORTING_MIN_DAYS = 2
    item = an_item(port_on=MONDAY + timedelta(days=2))
    assert services.open_port_in(item=item, line=item.line, actor=None, today=MONDAY).pk


# --- Answered


def test_it_goes_from_hand_to_hand_and_says_what_is_next() -> None:
    port_in, actor = a_port_in(), UserFactory()
    steps = []
    for service, given in (
        (services.mark_sent, {}),
        (services.mark_eligible, {}),
        (services.schedule, {"day": THURSDAY}),
    ):
        port_in = do(service, port_in, actor=actor, **given)
        steps.append((port_in.state, port_in.next_on))
    assert steps == [("sent", date(2026, 11, 24)), ("eligible", MONDAY), ("scheduled", THURSDAY)]
    assert list(port_in.events.order_by("pk").values_list("before", "after", "actor")) == [
        ("to_send", "sent", actor.pk),
        ("sent", "eligible", actor.pk),
        ("eligible", "scheduled", actor.pk),
    ]


def test_an_answer_is_due_on_the_next_working_day() -> None:
    saturday = date(2026, 10, 31)  # Sunday is 1 November, a public holiday besides
    port_in = a_port_in(port_on=date(2026, 11, 10))
    assert do(services.mark_sent, port_in, today=saturday).next_on == date(2026, 11, 2)
    holiday_eve = date(2026, 11, 10)
    assert do(services.mark_sent, a_port_in(), today=holiday_eve).next_on == date(2026, 11, 12)


def test_what_is_open_has_a_next_action_and_what_has_ended_none() -> None:
    assert {state for state in PortState if next_action(state)} == set(OPEN_PORTINGS)


@pytest.mark.parametrize("state", [PortState.SENT, PortState.ELIGIBLE, PortState.SCHEDULED])
def test_it_may_be_refused_with_a_reason(state: PortState) -> None:
    port_in = do(
        services.mark_refused, a_port_in(state), code=PortRefusal.RIO, remark=" Ce RIO est celui d’une autre ligne "
    )
    assert (port_in.state, port_in.refusal, port_in.next_on) == ("refused", "rio", MONDAY)
    event = port_in.events.get()
    assert (event.refusal, event.remark) == ("rio", "Ce RIO est celui d’une autre ligne")


@pytest.mark.parametrize(
    ("service", "given", "possible"),
    [
        (services.mark_sent, {}, {"to_send"}),
        (services.mark_eligible, {}, {"sent"}),
        (services.mark_refused, {"code": PortRefusal.RIO, "remark": ""}, {"sent", "eligible", "scheduled"}),
        (services.schedule, {"day": THURSDAY}, {"eligible", "scheduled"}),
    ],
)
def test_nothing_else_is_possible(service: Any, given: dict[str, Any], possible: set[str]) -> None:
    done, refused = set(), {}
    for state in PortState:
        port_in = a_port_in(state)
        try:
            do(service, port_in, **given)
        except DomainError as refusal:
            refused[state.value] = str(refusal)
        else:
            done.add(state.value)
    assert done == possible
    assert [state for state, told in refused.items() if str(PortState(state).label) not in told] == []
    assert PortEvent.objects.count() == len(possible)


def test_the_same_click_twice_is_refused_the_second_time() -> None:
    port_in = a_port_in()
    do(services.mark_sent, port_in)
    with pytest.raises(DomainError):
        do(services.mark_sent, port_in)
    assert PortEvent.objects.count() == 1


def test_what_would_be_refused_for_its_day_is_not_sent() -> None:
    with pytest.raises(DomainError):
        do(services.mark_sent, a_port_in(port_on=MONDAY - timedelta(days=3)))


def test_the_day_is_what_both_operators_say_but_never_a_sunday() -> None:
    port_in = a_port_in(PortState.ELIGIBLE)
    port_in = do(services.schedule, port_in, day=MONDAY + timedelta(days=3))
    assert (port_in.port_on, port_in.next_on) == (date(2026, 11, 26), date(2026, 11, 26))
    for day in (date(2026, 11, 29), date(2026, 12, 25), MONDAY - timedelta(days=3)):
        with pytest.raises(DomainError):
            do(services.schedule, port_in, day=day)


# --- Corrected


def test_a_refused_one_is_corrected_and_sent_again() -> None:
    port_in = a_port_in(PortState.REFUSED)
    right = rio_of(port_in.msisdn, "03P123456")
    port_in = do(services.correct, port_in, rio=f" {right.lower()} ", holder="DURAND SARL", day=date(2026, 12, 10))
    assert (port_in.state, port_in.rio, port_in.holder, port_in.port_on) == (
        "to_send",
        right,
        "DURAND SARL",
        date(2026, 12, 10),
    )
    assert (port_in.refusal, port_in.next_on) == ("", MONDAY)
    assert port_in.item.rio != right  # the order keeps what was agreed
    assert do(services.mark_sent, port_in).state == "sent"


def test_a_mistake_seen_before_it_is_sent_is_put_right() -> None:
    port_in = a_port_in()
    do(services.correct, port_in, rio=port_in.rio, holder="DURAND SARL", day=port_in.port_on)
    event = port_in.events.get()
    assert (event.before, event.after) == ("to_send", "to_send")


def test_a_correction_is_checked_like_the_first_request() -> None:
    port_in = a_port_in(PortState.REFUSED)
    good = {"rio": port_in.rio, "holder": "DURAND", "day": date(2026, 12, 10)}
    for wrong in (
        {"rio": rio_of("33639984999")},
        {"holder": "  "},
        {"day": date(2026, 11, 29)},
        {"day": MONDAY + timedelta(days=5)},
        {"day": MONDAY + timedelta(days=59)},
    ):
        with pytest.raises(DomainError):
            do(services.correct, port_in, **{**good, **wrong})
    assert not PortEvent.objects.exists()
    assert do(services.correct, port_in, **{**good, "day": MONDAY + timedelta(days=2)}, bounds=False).pk


def test_what_is_with_the_other_operator_is_not_corrected() -> None:
    for state in (PortState.SENT, PortState.ELIGIBLE, PortState.SCHEDULED, PortState.PORTED, PortState.CANCELLED):
        port_in = a_port_in(state)
        with pytest.raises(DomainError):
            do(services.correct, port_in, rio=port_in.rio, holder="X", day=THURSDAY)


# --- Told


@pytest.fixture
def mailed() -> PortIn:
    IntegratorFactory(email="contact@ism.example")
    customer = CustomerFactory()
    customer.contacts.all().delete()
    ContactFactory(customer=customer, email="compta@client.example")
    return a_port_in(PortState.SENT, customer=customer)


def test_the_customer_is_told_of_the_day(mailed: PortIn) -> None:
    port_in = do(services.mark_eligible, mailed)
    do(services.schedule, port_in, day=THURSDAY)  # the day that it knows
    do(services.schedule, port_in, day=date(2026, 12, 4))
    first, second = Delivery.objects.order_by("pk").select_related("email")
    assert (first.event, second.event) == (ACCEPTED.code, ACCEPTED.code)
    assert first.email.to == ["compta@client.example"]
    assert "3\xa0décembre\xa02026" in first.email.message
    assert "4\xa0décembre\xa02026" in second.email.message


def test_the_customer_is_told_of_a_refusal_with_its_reason(mailed: PortIn) -> None:
    do(services.mark_refused, mailed, code=PortRefusal.RIO, remark="Demandez-le au 3179")
    delivery = Delivery.objects.select_related("email").get()
    assert delivery.event == REFUSED.code
    assert "RIO incorrect" in delivery.email.message
    assert "Demandez-le au 3179" in delivery.email.message


def test_a_mail_that_is_switched_off_or_cannot_be_made_stops_nothing(mailed: PortIn) -> None:
    mailed.line.customer.contacts.all().delete()
    assert do(services.mark_eligible, mailed).state == "eligible"
    assert not Delivery.objects.exists()


def test_the_texts_are_tried_on_real_portings(mailed: PortIn) -> None:
    for event in (ACCEPTED, REFUSED):
        assert event.samples is not None
        for text in ("", mailed.msisdn, mailed.line.customer.number):
            assert [one.pk for one in event.samples.search(text, 3)] == [mailed.pk]
        assert "06" in templates.preview(event, event.shipped, mailed.pk).subject
        with pytest.raises(LookupError):
            event.samples.context(mailed.pk + 1)
