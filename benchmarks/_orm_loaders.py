"""How the same file would be loaded with the ORM alone: row by row, or with ``bulk_create``.

Both rate with the product's own matching and rating, one record at a time, and leave allowances out: they do less
than ``load_cdrs`` and are still what it is compared with.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.core.money import MICROS, round_half_up
from apps.core.periods import Month, local_date
from apps.lines.models import LineNumber, LineTariff
from apps.tariffs.grids import rate_index
from apps.tariffs.matching import HOME_ZONE, RateIndex
from apps.tariffs.models import TariffVersion
from apps.tariffs.rating import Kind, billable_quantity, price
from apps.usage.choices import RecordDirection, RecordKind
from apps.usage.models import CdrFormat, RatedRecord

KINDS: dict[str, Kind] = {"VOIX": "voice", "SMS": "sms", "MMS": "mms", "DATA": "data"}
BATCH = 2_000


def rows(path: Path, limit: int) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from islice(csv.DictReader(file, delimiter=";"), limit)


def rated(row: dict[str, str], *, key: int, line: int, version: int, index: RateIndex) -> RatedRecord | None:
    """The record of one row on a line, or None if it is malformed or has no rate."""
    try:
        started_at = datetime.fromisoformat(row["DATE_HEURE"])
    except ValueError:
        return None
    kind = KINDS[row["TYPE"]]
    rate = index.find(version=version, kind=kind, incoming=False, origin=HOME_ZONE, number=row["CORRESPONDANT"])
    if rate is None:
        return None
    quantity = int(row["DUREE_S"] or row["VOLUME_OCTETS"] or row["NB_UNITES"])
    billed = billable_quantity(rate, quantity)
    day = local_date(started_at)
    return RatedRecord(
        id=key,
        file_id=0,
        format_id=1,
        month=Month.of(day).start,
        cdr_id=row["ID_CDR"],
        msisdn=row["MSISDN"],
        started_at=started_at,
        local_date=day,
        kind=RecordKind[kind.upper()],
        direction=RecordDirection.MO,
        correspondent=row["CORRESPONDANT"],
        quantity=quantity,
        origin_zone=HOME_ZONE,
        cost=round_half_up(0, MICROS),
        line_id=line,
        rate_id=rate.id,
        destination=rate.destination,
        billed_quantity=billed,
        included=rate.takes_allowance,
        price=price(rate, billed, bytes_per_megabyte=settings.MEGABYTE),
    )


@transaction.atomic
def row_by_row(path: Path, limit: int) -> None:
    """Ask the database about every record, store every record."""
    index = rate_index(TariffVersion.objects.values_list("pk", flat=True))
    format_id = CdrFormat.objects.get().pk
    for key, row in enumerate(rows(path, limit)):
        number = LineNumber.objects.filter(msisdn=row["MSISDN"]).first()
        if number is None:
            continue
        tariff = LineTariff.objects.get(line=number.line_id)
        version = TariffVersion.objects.get(tariff=tariff.tariff_id)
        record = rated(row, key=key, line=number.line_id, version=version.pk, index=index)
        if (
            record
            and not RatedRecord.objects.filter(month=record.month, format_id=format_id, cdr_id=record.cdr_id).exists()
        ):
            record.save(force_insert=True)


@transaction.atomic
def bulk_create(path: Path, limit: int) -> None:
    """Keep lines and identifiers in memory, store by the thousand."""
    version = TariffVersion.objects.get().pk
    index = rate_index([version])
    lines = dict(LineNumber.objects.values_list("msisdn", "line"))
    seen: set[str] = set()
    batch: list[RatedRecord] = []
    for key, row in enumerate(rows(path, limit)):
        line = lines.get(row["MSISDN"])
        if line is None or row["ID_CDR"] in seen:
            continue
        record = rated(row, key=key, line=line, version=version, index=index)
        if record is None:
            continue
        seen.add(row["ID_CDR"])
        batch.append(record)
        if len(batch) == BATCH:
            RatedRecord.objects.bulk_create(batch)
            batch.clear()
    RatedRecord.objects.bulk_create(batch)
