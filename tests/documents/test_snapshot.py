"""What an invoice shows is kept as JSON: it must come back whole, and always as the same text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.documents.canonical import UnreadableSnapshot, canonical
from apps.documents.snapshot import (
    Branding,
    Citation,
    DocumentKind,
    InconsistentSnapshot,
    InvoiceSnapshot,
    Party,
    VatTotal,
)
from tests.documents.samples import BUYER, fleet, invoice, item


def stored_and_read(snapshot: InvoiceSnapshot) -> InvoiceSnapshot:
    return InvoiceSnapshot.from_json(json.loads(json.dumps(snapshot.as_json())))


def test_a_snapshot_comes_back_from_json_as_it_went() -> None:
    snapshot = invoice(
        *fleet(2),
        kind=DocumentKind.CREDIT_NOTE,
        cites=Citation(number="F2026-000001", issue_date=date(2026, 11, 2)),
        delivery=replace(BUYER, city="PERPIGNAN"),
        number=None,
        bank=None,
    )
    assert stored_and_read(snapshot) == snapshot


cents = st.decimals(min_value=-(10**7), max_value=10**7, places=2)


@given(nets=st.lists(cents, max_size=5), label=st.text(max_size=40), quantity=st.decimals(0, 10**6, places=3))
def test_any_amount_and_text_survives(nets: list[Decimal], label: str, quantity: Decimal) -> None:
    items = tuple(item(label, net=str(net), quantity=quantity) for net in nets)
    snapshot = invoice(*items)
    read = stored_and_read(snapshot)
    assert read == snapshot
    assert read.canonical_json() == snapshot.canonical_json()


def test_the_canonical_text_ignores_the_order_in_which_a_database_gives_keys_back() -> None:
    def reversed_keys(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: reversed_keys(data[key]) for key in reversed(data)}
        return [reversed_keys(member) for member in data] if isinstance(data, list) else data

    snapshot = invoice(*fleet(2))
    shuffled = reversed_keys(snapshot.as_json())
    assert list(shuffled) != list(snapshot.as_json())
    assert canonical(shuffled) == snapshot.canonical_json()


def test_the_canonical_text_is_compact_sorted_and_keeps_accents_and_scales() -> None:
    text = invoice(item("Été à 2,50 €", net="2.50")).canonical_json()
    assert '"label":"Été à 2,50 €"' in text
    assert '"net":"2.50"' in text
    assert '"issue_date":"2026-11-02"' in text
    assert text.index('"bank"') < text.index('"buyer"') < text.index('"vat_totals"')


def test_a_field_added_since_takes_its_default_in_an_old_snapshot() -> None:
    data = invoice().as_json()
    del data["branding"]["message"], data["cost_center"]
    read = InvoiceSnapshot.from_json(data)
    assert (read.branding.message, read.cost_center) == ("", "")


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("gross",), "douze", "gross"),
        (("gross",), 12.5, "gross"),
        (("issue_date",), "02/11/2026", "issue_date"),
        (("items", 0, "kind"), "gift", "items[0].kind"),
        (("items", 0, "third_party"), "no", "items[0].third_party"),
        (("items", 0, "colour"), "red", "items[0]"),
        (("items",), {}, "items"),
        (("seller",), "me", "seller"),
        (("net",), "99.00", ""),
    ],
)
def test_json_that_is_no_snapshot_is_refused_naming_the_place(path: tuple[Any, ...], value: object, place: str) -> None:
    data = invoice().as_json()
    target = data
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(UnreadableSnapshot) as refused:
        InvoiceSnapshot.from_json(data)
    assert refused.value.path == place


def test_a_missing_field_without_default_is_refused() -> None:
    data = invoice().as_json()
    del data["seller"]["legal_name"]
    with pytest.raises(UnreadableSnapshot, match="legal_name"):
        InvoiceSnapshot.from_json(data)


@pytest.mark.parametrize("name", ["net", "vat", "gross"])
def test_a_total_that_its_parts_contradict_is_no_document(name: str) -> None:
    right = invoice(*fleet(2))
    with pytest.raises(InconsistentSnapshot):
        replace(right, **{name: getattr(right, name) + Decimal("0.01")})


def test_vat_on_something_else_than_the_items_is_no_document() -> None:
    wrong = VatTotal(category="S", rate=Decimal(20), base=Decimal("12.00"), amount=Decimal("2.40"))
    with pytest.raises(InconsistentSnapshot):
        invoice(item(net="12.90"), vat=[wrong])


def test_a_credit_note_and_only_a_credit_note_cites_an_invoice() -> None:
    with pytest.raises(InconsistentSnapshot):
        invoice(kind=DocumentKind.CREDIT_NOTE)
    with pytest.raises(InconsistentSnapshot):
        invoice(cites=Citation(number="F1", issue_date=date(2026, 11, 2)))


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "#fff; } body { display: none", ""])
def test_a_colour_that_could_escape_into_the_style_sheet_is_refused(colour: str) -> None:
    with pytest.raises(ValueError):
        Branding(colour=colour)


def test_nothing_of_a_snapshot_can_be_changed() -> None:
    with pytest.raises(AttributeError):
        invoice().buyer.city = "PARIS"  # type: ignore[misc]


def test_a_party_needs_no_more_than_a_name() -> None:
    assert Party(legal_name="Jeanne Exemple").country == "FR"
