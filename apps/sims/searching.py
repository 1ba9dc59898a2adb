"""SIM cards in the search box."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.search import SLOT, typed_digits, visible
from apps.core.slots import Found, SearchSource, contribute
from apps.sims.models import ICCID_BEGINNING, SimCard


def find_cards(request: HttpRequest, text: str, limit: int) -> list[Found]:
    """By their ICCID, its beginning or its last digits. A card's own number leads to the line instead."""
    digits = typed_digits(text)
    if digits is None:
        return []
    is_beginning = len(digits) >= ICCID_BEGINNING and digits.startswith("89")
    part = {"iccid__startswith": digits} if is_beginning else {"iccid__endswith": digits}
    rows = visible(request, SimCard).filter(**part)
    return [
        Found(card.iccid, card.get_status_display(), reverse("admin:sims_simcard_change", args=[card.pk]))
        for card in rows[:limit]
    ]


def register() -> None:
    contribute(SLOT, SearchSource(_("SIM cards"), find_cards, "sims.view_simcard", order=30))
