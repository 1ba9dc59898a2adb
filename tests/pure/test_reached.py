"""How somebody is reached: what is taken, in which form, and what is refused."""

from __future__ import annotations

import pytest

from apps.core.identifiers import IdentifierRefused
from apps.core.reached import PHONE_LENGTH, check_electronic_address, check_phone


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("04 68 00 00 00", "04 68 00 00 00"),
        ("0468000000", "04 68 00 00 00"),
        (" 06.39.98.12.34 ", "06 39 98 12 34"),
        ("06-39/98 12 34", "06 39 98 12 34"),
        ("+33 (0)6 39 98 12 34", "06 39 98 12 34"),
        ("0033639981234", "06 39 98 12 34"),
        ("639981234", "06 39 98 12 34"),
        ("06 39 98 12 34", "06 39 98 12 34"),
        ("+590 690 12 34 56", "06 90 12 34 56"),
        ("0690 12 34 56", "06 90 12 34 56"),
        ("+32 2 555 12 12", "+32 2 555 12 12"),
    ],
)
def test_a_telephone_number_is_read_however_it_was_typed(typed: str, shown: str) -> None:
    assert check_phone(typed) == shown
    assert check_phone(shown) == shown
    assert len(shown) <= PHONE_LENGTH


@pytest.mark.parametrize(
    "typed", ["no telephone", "06 39 98 12", "06 39 98 12 34 poste 12", "+", "()", "+999 12", "3631"]
)
def test_what_nobody_can_be_called_at_is_refused(typed: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        check_phone(typed)
    assert refused.value.code == "phone_format"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0225:732829320", "0225:732829320"),
        ("732 829 320", "0225:732829320"),
        ("732829320_FACTURES", "0225:732829320_FACTURES"),
        ("0225 : 732829320_73282932000074", "0225:732829320_73282932000074"),
        ("0208:0123456789", "0208:0123456789"),
        ("EM:invoices@example.org", "EM:invoices@example.org"),
    ],
)
def test_an_electronic_address_has_its_scheme(typed: str, kept: str) -> None:
    assert check_electronic_address(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("compta@example.org", "electronic_address_format"),
        ("0225:", "electronic_address_format"),
        ("225:732829320", "electronic_address_format"),
        ("0225:732829321", "siren_checksum"),
        ("0225:73282932", "siren_length"),
    ],
)
def test_an_electronic_address_that_leads_nowhere_is_refused(typed: str, code: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        check_electronic_address(typed)
    assert refused.value.code == code
