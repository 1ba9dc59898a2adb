"""What numbers are in a grid: French special ones by their prefix (DOMAIN §5.6), and those that people type.

Source: the French numbering plan (Arcep): 081, 082 and 089 are value-added numbers, 118xyz directory enquiries;
32xx, 34xx, 36xx, 39xx and 10xx short numbers whose service may be billed for a third party.
"""

from __future__ import annotations

import re

SPECIAL_ZONE = "SPECIAL"

THIRD_PARTY_PREFIXES = ("081", "082", "089", "118", "32", "34", "36", "39", "10")


def is_special_zone(destination_zone: str) -> bool:
    """Whether rates with this destination zone are for French short and special numbers, in national form."""
    return destination_zone.upper() == SPECIAL_ZONE


def is_third_party(*, prefix: str, special: bool) -> bool:
    """Whether calls to this prefix are a third party's service, shown apart on the invoice."""
    return special and prefix.startswith(THIRD_PARTY_PREFIXES)


def as_in_records(typed: str) -> str:
    """A number as call records have it: ``+44 7911 12``, ``0044791112`` and ``06 39 98 00 01`` are international.

    Short and special numbers (``3631``, ``0899…``) stay in national form. What is no number is left as it is.
    """
    digits = re.sub(r"[\s.()/-]", "", typed)
    if re.fullmatch(r"0[1-79][0-9]{8}", digits):
        return f"33{digits[1:]}"
    return re.sub(r"^(\+|00)(?=[0-9])", "", digits)
