"""Resellers of any size, drawn by lot: the same size and seed give the same files, byte for byte."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path
from random import Random

from apps.billing.demo import calls, fleet
from apps.billing.demo.reseller import MONTH, Reseller, packaged

RECORDS_PER_FILE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a reseller is; some of its ``cdrs`` are faulty, as in real files. ``seed`` chooses which reseller."""

    customers: int = 40
    lines: int = 300
    cdrs: int = 25_000
    seed: int = 1

    @property
    def name(self) -> str:
        return " ".join(map(str, astuple(self)))


def generate(size: Size, folder: Path) -> Reseller:
    """Write the files of a reseller of that size into ``folder``; the catalogue and the grid are the packaged ones."""
    draw, sample = Random(size.seed), packaged()  # noqa: S311  # a world to look at, not a secret
    lines = [fleet.drawn_line(draw, rank, size.customers) for rank in range(size.lines)]
    files = {
        "cartes_sim.csv": (fleet.CARD_COLUMNS, fleet.cards(draw, size.lines)),
        "clients.csv": (fleet.CUSTOMER_COLUMNS, fleet.customers(draw, size.customers)),
        "lignes.csv": (fleet.LINE_COLUMNS, fleet.lines(lines)),
    }
    for name, (columns, rows) in files.items():
        _write(folder / name, columns, rows)
    cdrs = []
    records = calls.records(draw, lines, size.cdrs)
    for first in range(0, size.cdrs, RECORDS_PER_FILE):
        cdrs.append(folder / f"CDR_MOBILE_DEMO_{MONTH.start:%Y%m}_{first // RECORDS_PER_FILE + 1:02d}.csv")
        _write(cdrs[-1], calls.COLUMNS, islice(records, RECORDS_PER_FILE))
    return Reseller(
        name=size.name,
        offers=sample.offers,
        tariff=sample.tariff,
        sims=folder / "cartes_sim.csv",
        customers=folder / "clients.csv",
        lines=folder / "lignes.csv",
        cdrs=cdrs,
    )


def _write(path: Path, columns: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(columns.split(";"))
        writer.writerows(rows)
