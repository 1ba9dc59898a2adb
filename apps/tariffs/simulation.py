"""What a call would cost: the rating of real records, on one that nobody made («simuler un appel»)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.core.french import day, whole
from apps.core.periods import local_date
from apps.tariffs.explanation import Explanation, GridVersion, explain
from apps.tariffs.grids import rate_index
from apps.tariffs.matching import HOME_ZONE
from apps.tariffs.models import Tariff
from apps.tariffs.rating import QUANTITY_LIMITS, Kind

#: Where a higher app, which knows of lines, says how it finds one: a :class:`LineSource`.
LINES: Final = "tariffs.simulated_lines"


@dataclass(frozen=True, kw_only=True)
class SimulatedLine:
    """A line at an instant: how it is called, its grid then, and what its allowances have left of each kind."""

    name: str
    address: str
    tariff: Tariff
    left: Callable[[Kind], int]


@dataclass(frozen=True)
class LineSource:
    """``find(number, at)`` gives the line of that number, None where there is none; for holders of ``permission``.

    DomainError where the line had no grid then.
    """

    find: Callable[[str, datetime], SimulatedLine | None]
    permission: str


def simulate_call(
    *,
    tariff: Tariff,
    number: str,
    kind: Kind,
    quantity: int,
    at: datetime,
    incoming: bool = False,
    origin: str = HOME_ZONE,
    allowance_left: int = 0,
) -> Explanation:
    """Rate ``quantity`` seconds, messages or bytes with ``number`` at that instant.

    An allowance that has ``allowance_left`` of them pays first, if the rate may be taken from one.

    ``number`` is the other one, as call records have it: international digits, or a French short or special number;
    spaces, points and a ``+`` are forgiven. DomainError if the grid has no version or no rate for it.
    """
    digits = re.sub(r"[\s.+-]", "", number)
    if not re.fullmatch(r"[0-9]*", digits) or (kind != "data" and not digits):
        raise DomainError(_("“%(number)s” is not a number.") % {"number": number})
    if not 0 <= quantity < QUANTITY_LIMITS[kind]:
        raise DomainError(_("A quantity lies between 0 and %(limit)s.") % {"limit": whole(QUANTITY_LIMITS[kind] - 1)})
    version = tariff.versions.on(local_date(at)).first()
    if version is None:
        raise DomainError(
            _("The grid %(grid)s has no version on %(day)s.") % {"grid": tariff, "day": day(local_date(at))}
        )
    explanation = explain(
        rate_index([version.pk]),
        version=GridVersion(id=version.pk, grid=tariff.code, valid_from=version.valid_from),
        kind=kind,
        incoming=incoming,
        origin=origin,
        number=digits,
        measured=quantity,
        allowance_left=allowance_left,
        bytes_per_megabyte=settings.MEGABYTE,
    )
    if explanation.price is None:
        raise DomainError(
            _("The grid %(grid)s has no rate for %(number)s from %(zone)s.")
            % {"grid": tariff, "number": digits or "–", "zone": origin}
        )
    return explanation
