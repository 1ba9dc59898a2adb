"""What records are judged by: which line held a number, on which days it served, which grid version priced it.

Read as the database has it now, and only for the numbers at hand, so that a small file loads fast into a large
fleet. Columns, because a file has a million records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import batched

import polars as pl
from django.conf import settings

from apps.core.periods import Days
from apps.lines.models import LineNumber, LineTariff
from apps.tariffs.grids import rate_index, versions_of
from apps.tariffs.matching import RateIndex
from apps.tariffs.models import TariffVersion
from apps.tariffs.services import held_revisions
from apps.usage.columns import RateColumns

HOLDER_SCHEMA = pl.Schema(
    {"msisdn": pl.String, "line": pl.Int64, "billing_start": pl.Date, "start": pl.Date, "end": pl.Date}
)
VERSION_SCHEMA = pl.Schema({"line": pl.Int64, "version": pl.Int64, "start": pl.Date, "end": pl.Date})

BATCH = 500  # values in one IN (…)


class Facts:
    """The facts about the numbers that were asked for so far.

    ``numbers`` are those that some line holds or held; ``holders`` says which, on the days on which that line
    also served; ``versions`` which version of its grid was in force; ``rates`` are the rows of these versions.
    """

    def __init__(self) -> None:
        self.numbers = pl.Series("msisdn", [], dtype=pl.String)
        self.holders = HOLDER_SCHEMA.to_frame()
        self.versions = VERSION_SCHEMA.to_frame()
        self.rates = RateColumns(RateIndex({}), bytes_per_megabyte=settings.MEGABYTE)
        self._grids: dict[int, list[tuple[int, Days]]] = {}
        self._revisions: dict[int, int] = {}
        self._asked: set[str] = set()

    def learn(self, msisdns: pl.Series) -> None:
        """Read what is not yet known about ``msisdns``."""
        new = set(msisdns.unique()) - self._asked
        if not new:
            return
        self._asked |= new
        holders = list(_holders(new))
        self.numbers = self.numbers.append(pl.Series([row[0] for row in holders], dtype=pl.String).unique())
        serving = [row for row in holders if row[3] is not None]
        self.holders = self.holders.vstack(pl.DataFrame(serving, schema=HOLDER_SCHEMA, orient="row"))
        new_lines = {row[1] for row in serving} - set(self.versions["line"])
        self.versions = self.versions.vstack(self._versions(new_lines))
        needed = set(self.versions["version"].unique())
        if needed - self.rates.index.version_ranks.keys():
            self._read_rates(needed)

    def hold(self, versions: Collection[int]) -> bool:
        """Whether the grids still have the versions, and these the rates, that were read; if not they are read again.

        From now on the rates stay so until the transaction ends: nobody changes or removes rates that have priced
        nothing yet (by a file, on screen) while calls are being priced by them.
        """
        are_same = all(self._revisions[version] == now for version, now in held_revisions(versions).items())
        if are_same and versions_of(self._grids) == self._grids:
            return True
        self._grids = {}
        self.versions = self._versions(set(self.holders["line"]))
        self._read_rates(set(self.versions["version"]))
        return False

    def _versions(self, line_ids: Collection[int]) -> pl.DataFrame:
        """Per line the grid versions in force, and when: the days of its grid cut at those of the versions."""
        rows: list[tuple[int, int, date, date | None]] = []
        for some in batched(sorted(line_ids), BATCH):
            grids: Sequence[tuple[int, int, date, date | None]] = list(
                LineTariff.objects.filter(line__in=some).values_list("line", "tariff", "start", "end")
            )
            self._grids |= versions_of({tariff for _, tariff, *_ in grids} - self._grids.keys())
            for line, tariff, start, end in grids:
                for version, in_force in self._grids.get(tariff, ()):
                    if days := in_force.within(Days(start, end)):
                        rows.append((line, version, days.start, days.end))
        return pl.DataFrame(rows, schema=VERSION_SCHEMA, orient="row")

    def _read_rates(self, versions: Collection[int]) -> None:
        # Revisions come before rows: what changes in between is then held for older than it is, never for newer.
        self._revisions = dict(TariffVersion.objects.filter(pk__in=versions).values_list("pk", "revision"))
        self.rates = RateColumns(rate_index(versions), bytes_per_megabyte=settings.MEGABYTE)


def in_force(records: pl.DataFrame, periods: pl.DataFrame, *, by: str) -> pl.DataFrame:
    """The records with the other columns of the period of their ``by`` in force on their ``local_date``.

    Null where there is none; there is never more than one, as the database sees to.
    """
    rows = records.with_row_index("row")
    day = pl.col("local_date")
    holding = (pl.col("start") <= day) & (pl.col("end").is_null() | (day < pl.col("end")))
    found = (
        rows.select("row", by, "local_date").join(periods, on=by).filter(holding).drop(by, "local_date", "start", "end")
    )
    return rows.join(found, on="row", how="left", maintain_order="left").drop("row")


def _holders(msisdns: Collection[str]) -> Iterator[tuple[str, int, date | None, date | None, date | None]]:
    """Per number and line: billing start, and the days on which the line had the number and served, or None."""
    for some in batched(sorted(msisdns), BATCH):
        rows = LineNumber.objects.filter(msisdn__in=some).values_list(
            "msisdn",
            "line",
            "line__billing_start",
            "start",
            "end",
            "line__activated_on",
            "line__terminated_on",
        )
        for msisdn, line, billing_start, start, end, activated_on, terminated_on in rows:
            days = activated_on and Days(start, end).within(Days(activated_on, terminated_on))
            if days:
                yield msisdn, line, billing_start, days.start, days.end
            else:
                yield msisdn, line, billing_start, None, None
