"""What French special numbers are, by their prefix in a grid (DOMAIN §5.6).

Source: the French numbering plan (Arcep): 081, 082 and 089 are value-added numbers, 118xyz directory enquiries;
32xx, 34xx, 36xx, 39xx and 10xx short numbers whose service may be billed for a third party.
"""

from __future__ import annotations

THIRD_PARTY_PREFIXES = ("081", "082", "089", "118", "32", "34", "36", "39", "10")


def is_third_party(*, prefix: str, special: bool) -> bool:
    """Whether calls to this prefix are a third party's service, shown apart on the invoice."""
    return special and prefix.startswith(THIRD_PARTY_PREFIXES)
