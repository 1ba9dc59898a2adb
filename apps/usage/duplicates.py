"""Which identifiers were seen before: in this file, in others, whatever became of their records (DOMAIN §11)."""

from __future__ import annotations

from datetime import date

import polars as pl

from apps.core.periods import Month
from apps.usage.bulk import bulk
from apps.usage.choices import FileState
from apps.usage.models import CdrFile

ID_SCHEMA = pl.Schema({"month": pl.Date, "cdr_id": pl.String})


class SeenIdentifiers:
    """What one load knows of the identifiers of its months.

    Asking the database about every record costs as much as storing it, so only suspects are asked about: those
    of months in which another file has records too, and those whose hash this load has seen. A load that goes on
    after an interruption did not see its beginning, and suspects all.
    """

    def __init__(self, file: CdrFile) -> None:
        self._resumed = file.cursor > 0
        self._hashes: list[pl.Series] = []

    def unseen(self, records: pl.DataFrame, file: CdrFile) -> pl.DataFrame:
        """Those of ``records`` (no two of which are alike) that are the first of their identifier.

        The caller holds the lock of their months.
        """
        hashes = records.select(pl.struct("month", "cdr_id").hash()).to_series()
        months = records["month"].unique().to_list()
        shared = months if self._resumed else [month for month in months if _is_shared(month, file)]
        suspects = records.select("month", "cdr_id").filter(
            pl.col("month").is_in(shared) | hashes.is_in(self._met(hashes).implode())
        )
        self._hashes.append(hashes)
        known = _known(suspects, file)
        if known.is_empty():
            return records
        return records.join(known, on=["month", "cdr_id"], how="anti", maintain_order="left")

    def _met(self, hashes: pl.Series) -> pl.Series:
        """Those of ``hashes`` that records before had. The small set is looked up in, the large one walked through."""
        wanted = hashes.implode()
        return pl.concat([hashes.clear(), *(before.filter(before.is_in(wanted)) for before in self._hashes)])


def _is_shared(month: date, file: CdrFile) -> bool:
    """Whether another file of the format may have records in the month."""
    others = CdrFile.objects.filter(
        format=file.format_id, first_day__lt=Month.of(month).end, last_day__gte=month
    ).exclude(pk=file.pk)
    return others.exclude(state=FileState.BACKED_OUT).exists()


def _known(suspects: pl.DataFrame, file: CdrFile) -> pl.DataFrame:
    known = [ID_SCHEMA.to_frame()]
    for (month,), some in suspects.partition_by("month", as_dict=True).items():
        cdr_ids = bulk().known_ids(format_id=file.format_id, month=month, cdr_ids=some["cdr_id"].sort().to_list())
        known.append(pl.DataFrame({"month": month, "cdr_id": cdr_ids}, schema=ID_SCHEMA))
    return pl.concat(known)
