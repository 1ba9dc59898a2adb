"""The call detail: what each call shows, what is hidden, and sums that meet the invoice's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.documents.annex import call_section, render_annex
from apps.documents.rendering import render_invoice
from apps.documents.snapshot import CallKind, CallSection, Direction
from tests.documents.samples import call, calls, invoice, pages, text


def section(*listed: object, **changes: object) -> CallSection:
    return call_section(**{"msisdn": "33639980001", "user_name": "ALICE MOREAU", "calls": listed, **changes})


def shown(*sections: CallSection) -> str:
    return text(render_annex(invoice(), sections))


def test_a_call_shows_when_to_whom_where_how_long_and_for_how_much() -> None:
    page = shown(section(call()))
    assert "Date et heure Type Correspondant Destination Quantité Prix HT" in page
    assert "06 39 98 00 01 ALICE MOREAU 1 communication" in page
    assert "05/10/2026 09:30:15 Appel 06 39 98 ** ** France mobile 1:02:05 0,0036" in page


@pytest.mark.parametrize(
    ("number", "hidden"),
    [
        ("33639987531", "06 39 98 ** **"),
        ("447700900123", "+44 7700 90****"),
        ("0899127531", "08 99 12 ** **"),
        ("3631", "****"),
    ],
)
def test_the_last_four_digits_are_hidden(number: str, hidden: str) -> None:
    masked = section(call(number))
    assert [listed.other_number for listed in masked.calls] == [hidden]
    assert number[-4:] not in shown(masked).replace("31/10/2026", "")


def test_a_customer_may_ask_for_whole_numbers() -> None:
    assert "06 39 98 12 34" in shown(section(call("33639981234"), masked=False))


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"kind": CallKind.SMS, "quantity": 1}, "SMS 06 39 98 ** ** France mobile 1 0,0036"),
        ({"kind": CallKind.MMS, "quantity": 2}, "MMS 06 39 98 ** ** France mobile 2 0,0036"),
        ({"kind": CallKind.DATA, "quantity": 5_242_880, "other_number": ""}, "Données France mobile 5 Mo"),
        ({"kind": CallKind.DATA, "quantity": 1_500_000, "other_number": ""}, "France mobile 1,431 Mo"),
        ({"kind": CallKind.DATA, "quantity": 300, "other_number": ""}, "France mobile 300 o"),
        ({"direction": Direction.IN}, "Appel reçu 06 39 98 ** **"),
        ({"direction": Direction.FORWARDED}, "Renvoi d’appel 06 39 98 ** **"),
        ({"included": True, "price": Decimal(0)}, "1:02:05 inclus"),
        ({"price": Decimal("0.087887")}, "1:02:05 0,087887"),
    ],
)
def test_each_kind_of_record_has_its_own_words_and_unit(changes: dict, row: str) -> None:
    assert row in shown(section(call(**changes)))


def test_a_megabyte_is_what_the_installation_says_it_is() -> None:
    page = shown(section(call(kind=CallKind.DATA, quantity=5_000_000), bytes_per_mb=1_000_000))
    assert "5 Mo" in page


def test_one_price_of_six_decimals_gives_the_whole_line_six() -> None:
    page = shown(section(call(), call(price=Decimal("0.000001"))))
    assert "0,003600" in page
    assert "0,000001" in page


def test_calls_stand_in_the_order_they_were_made() -> None:
    later, sooner = call(), call(started_at=call().started_at.replace(day=2))
    page = shown(section(later, sooner))
    assert page.index("02/10/2026 09:30:15") < page.index("05/10/2026 09:30:15")


def test_sums_are_rounded_as_the_lines_of_the_invoice_are() -> None:
    listed = [
        *[call(price=Decimal("0.0036"), quantity=60) for _ in range(3)],
        call(price=Decimal("0.005"), destination="Royaume-Uni mobile"),
        call(kind=CallKind.SMS, quantity=1, price=Decimal("0.07")),
    ]
    page = shown(section(*listed))
    assert "Appels France mobile 3 0:03:00 0,01 €" in page
    assert "Appels Royaume-Uni mobile 1 1:02:05 0,01 €" in page
    assert "SMS France mobile 1 1 0,07 €" in page
    assert "Total 06 39 98 00 01 ALICE MOREAU 5 0,09 €" in page


def test_every_line_has_its_section() -> None:
    page = shown(section(*calls(3)), section(*calls(2), msisdn="33639980002", user_name="BENOIT"))
    assert "06 39 98 00 01 ALICE MOREAU 3 communications" in page
    assert "06 39 98 00 02 BENOIT 2 communications" in page


def test_a_long_section_repeats_its_titles_and_its_name_on_every_page() -> None:
    first, *others = pages(render_annex(invoice(), [section(*calls(400))]))
    assert len(others) > 4
    assert "(suite)" not in first
    for page in others[:-1]:
        assert "Date et heure Type" in page
        assert "06 39 98 00 01 ALICE MOREAU (suite)" in page


def test_the_annex_follows_the_invoice_and_shares_its_page_numbers() -> None:
    front, annex = pages(render_invoice(invoice(), calls=[section(call())]))
    assert "Détail des communications" in annex
    assert "page 1/2" in front
    assert "N° F2026-000001 · page 2/2" in annex


@pytest.mark.parametrize("none", [None, (), []])
def test_without_calls_there_is_no_annex(none: object) -> None:
    assert len(pages(render_invoice(invoice(), calls=none))) == 1


def test_the_annex_of_a_draft_is_marked_too() -> None:
    _front, annex = pages(render_invoice(invoice(number=None), calls=[section(call())]))
    assert "BROUILLON" in annex


def test_long_names_stay_in_their_columns() -> None:
    long = "Destination au nom interminable qui passe à la ligne sans toucher la colonne d'à côté"
    page = shown(section(call(destination=long), user_name="UN NOM D UTILISATEUR DE TRENTE HUIT SIG"))
    assert all(word in page for word in long.split())
