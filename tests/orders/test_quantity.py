"""A pasted list ``name;ICCID;number;RIO``: as many lines of one plan as it has rows, or none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.core.exceptions import DomainError
from apps.orders.choices import NumberSource
from apps.orders.services import add_quantity, read_rows
from apps.orders.terms import MobileTerms, QuantityRow
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import LineFactory, PlanFactory, SimCardFactory, TariffFactory
from tests.orders.selling import TODAY, draft, numbered_card, order_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def shared(**fields: object) -> MobileTerms:
    return MobileTerms(plan=PlanFactory(), plan_price=Decimal("20.00"), tariff=TariffFactory(), **fields)  # type: ignore[arg-type]


def refused(order: object, text: str, terms: MobileTerms | None = None) -> list[str]:
    with pytest.raises(DomainError) as caught:
        add_quantity(order=order, terms=terms or shared(), rows=read_rows(text), actor=None, today=TODAY)  # type: ignore[arg-type]
    return caught.value.reasons


def test_rows_are_read_with_semicolons_or_as_a_spreadsheet_pastes_them() -> None:
    rows = read_rows("NOM;ICCID;NUMERO;RIO\n\nALICE MARTIN; 8933 ;06 39 98 00 01;01P\r\nPAUL DURAND\t8934\n")
    assert rows == [
        QuantityRow(place=3, user_name="ALICE MARTIN", iccid="8933", number="06 39 98 00 01", rio="01P"),
        QuantityRow(place=4, user_name="PAUL DURAND", iccid="8934"),
    ]


def test_what_is_no_row_is_named_with_its_line() -> None:
    with pytest.raises(DomainError) as caught:
        read_rows("ALICE MARTIN\nPAUL;1;2;3;4\nJEAN;1")
    assert caught.value.reasons == [
        "Line 1: it should be name;ICCID;number;RIO.",
        "Line 2: it should be name;ICCID;number;RIO.",
    ]
    with pytest.raises(DomainError, match="empty"):
        read_rows(" \n;;;\n")


def test_each_row_is_a_line_with_its_own_card_and_number() -> None:
    order, own, bare, typed, ported = draft(), numbered_card(), SimCardFactory(), SimCardFactory(), SimCardFactory()
    rows = read_rows(
        f"alice martin;{own.iccid}\n"
        f"PAUL DURAND;{bare.iccid}\n"
        f"JEAN ROUX;{typed.iccid};+33 6 39 98 43 21\n"
        f"LEA NOEL;{ported.iccid};0639980001;01p 123456 xtt\n"
    )
    terms = shared(holder="ATELIER DURAND", port_on=date(2026, 11, 12), commitment_months=24)
    made = add_quantity(order=order, terms=terms, rows=rows, actor=None, today=TODAY)
    assert [(one.position, one.user_name, one.number_source, one.msisdn) for one in made] == [
        (1, "ALICE MARTIN", NumberSource.CARD, own.msisdn),
        (2, "PAUL DURAND", NumberSource.LATER, ""),
        (3, "JEAN ROUX", NumberSource.TYPED, "33639984321"),
        (4, "LEA NOEL", NumberSource.PORTED, "33639980001"),
    ]
    assert [(one.rio, one.holder, one.port_on) for one in made[2:]] == [
        ("", "", None),
        ("01P123456XTT", "ATELIER DURAND", date(2026, 11, 12)),
    ]
    assert {one.commitment_months for one in made} == {24}
    assert set(SimCard.objects.values_list("status", flat=True)) == {SimStatus.RESERVED}


def test_every_bad_row_is_named_with_its_line_and_its_reason_and_nothing_is_kept() -> None:
    order, good, taken = draft(), numbered_card(), order_line(draft()).sim
    line = LineFactory()
    reasons = refused(
        order,
        f"ALICE MARTIN;{good.iccid}\n"
        f"PAUL DURAND;{taken.iccid}\n"
        "JEAN ROUX;8933220000009999999;0639981111\n"
        f"LEA NOEL;{numbered_card().iccid};{line.msisdn}\n"
        f"Élise;{numbered_card().iccid}\n"
        f"MARC PETIT;{numbered_card().iccid};0639981\n"
        f"ANNE BLANC;{numbered_card().iccid};;01P123456XTT\n",
    )
    assert list(dict.fromkeys(reason.split(":")[0] for reason in reasons)) == [f"Line {place}" for place in range(2, 8)]
    assert "“Reserved”, not in stock" in reasons[0]
    assert not order.mobile_items.exists()
    good.refresh_from_db()
    assert good.status == SimStatus.IN_STOCK


def test_a_card_or_a_number_twice_in_the_list_is_named_at_the_second() -> None:
    first, second = numbered_card(), numbered_card()
    reasons = refused(
        draft(),
        f"A;{first.iccid};0639981111\nB;{first.iccid};0639982222\nC;{second.iccid};0639981111",
    )
    assert [reason.split(":")[0] for reason in reasons] == ["Line 2", "Line 3"]
    assert all("stands in the list already" in reason for reason in reasons)


def test_ported_rows_need_the_holder_and_the_day_of_the_list() -> None:
    card = SimCardFactory()
    reasons = refused(draft(), f"LEA NOEL;{card.iccid};0639980001;01P123456XTT")
    assert len(reasons) == 2


def test_a_hundred_rows_are_entered() -> None:
    order = draft()
    cards = [SimCardFactory(msisdn=f"336399{rank:05d}") for rank in range(80_000, 80_100)]
    rows = read_rows("\n".join(f"USER {rank};{card.iccid}" for rank, card in enumerate(cards)))
    assert len(add_quantity(order=order, terms=shared(), rows=rows, actor=None, today=TODAY)) == 100
