"""The files that describe a reseller: catalogue, grid, cards, customers, lines and a month of call records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from apps.core.periods import Month

# The month that is played, the day on which its invoices are made, and the grid of all its lines.
MONTH = Month(2026, 10)
INVOICED_ON = date(2026, 11, 2)
TARIFF = "STANDARD"

PACKAGED = "packaged"
FILES = Path(settings.BASE_DIR) / "fixtures" / "demo"


@dataclass(frozen=True, slots=True)
class Reseller:
    """A reseller as other systems hand it over (DOMAIN §5, §11, §13).

    ``name`` tells one from another: an installation holds one of them only.
    """

    name: str
    offers: Path
    tariff: Path
    sims: Path
    customers: Path
    lines: Path
    cdrs: Sequence[Path]

    @classmethod
    def at(cls, folder: Path, *, name: str) -> Reseller:
        """The reseller whose files lie in ``folder`` under their usual names."""
        return cls(
            name=name,
            offers=folder / "offres.csv",
            tariff=folder / "grille_minutes.csv",
            sims=folder / "cartes_sim.csv",
            customers=folder / "clients.csv",
            lines=folder / "lignes.csv",
            cdrs=sorted(folder.glob("CDR_MOBILE_*.csv")),
        )


def packaged() -> Reseller:
    """The sample that comes with the product, whose every amount is known (``expected_2026-10.json``)."""
    return Reseller.at(FILES, name=PACKAGED)
