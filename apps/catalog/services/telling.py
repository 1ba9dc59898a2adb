"""The history of an offer, and who has it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from apps.core.slots import contributions

#: Functions ``(offer_ids) -> {offer_id: how many lines or customers have it or had it}``, from the apps that know.
OFFERS_IN_USE: Final = "catalog.offers_in_use"


def tell(row: Any, said: str, *, actor: Any) -> None:
    """Write an entry of the history of ``row`` (an offer, a handset): what became of it, in a sentence."""
    row.history.bulk_history_create([row], update=True, default_user=actor, default_change_reason=said)


def lines_with(offer_ids: Collection[int]) -> dict[int, int]:
    """How many have each of these offers or had it; offers that nobody ever had are left out."""
    used: dict[int, int] = {}
    for count in contributions(OFFERS_IN_USE):
        for offer, times in count(offer_ids=offer_ids).items():
            used[offer] = used.get(offer, 0) + times
    return used
