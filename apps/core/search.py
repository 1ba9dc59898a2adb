"""Finding rows by what a person typed into a search box."""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest

from apps.core.identifiers import FRANCE, IdentifierRefused, normalise_msisdn

#: Where apps contribute what the one search box finds (:class:`apps.core.slots.SearchSource`).
SLOT: Final = "core.search"

# Numbers of the fleet begin so, in stored form: metropolitan France and the overseas territories.
COUNTRIES = (FRANCE, "590", "594", "596", "262")
_DECORATION = re.compile(r"\(0\)|[\s.\-/()]")
ENOUGH_FOR_A_BEGINNING = 4


def typed_digits(text: str) -> str | None:
    """The digits of ``text``, without the signs that people put between them; None if it is no number."""
    digits = _DECORATION.sub("", text).removeprefix("+")
    return digits if digits.isascii() and digits.isdecimal() else None


def by_number(field: str, text: str) -> Q | None:
    """Rows whose ``field`` is the telephone number in ``text``, begins with it or ends with it.

    A whole number is typed in any way (``06…``, ``+336…``, ``00336…``, spaces, dots) and found by equality. Of a
    part, the beginning is found in national or international form, and the last digits as they are. None if
    ``text`` is no number.
    """
    digits = typed_digits(text)
    if digits is None:
        return None
    try:
        return Q(**{field: normalise_msisdn(text)})
    except IdentifierRefused:
        pass

    found = Q(**{f"{field}__endswith": digits})
    if len(digits) < ENOUGH_FOR_A_BEGINNING:
        return found
    international = digits.removeprefix("00")
    found |= Q(**{f"{field}__startswith": international})
    if digits.startswith("0") and international == digits:
        for country in COUNTRIES:
            found |= Q(**{f"{field}__startswith": country + digits[1:]})
    return found


def visible(request: HttpRequest, model: type[Model]) -> Any:
    """The rows of ``model`` that the user may meet in the back office, a queryset of its own kind."""
    return admin.site.get_model_admin(model).scope(request, model._default_manager.all())  # type: ignore[attr-defined]
