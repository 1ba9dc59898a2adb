"""From text fields to typed records, and to the first fault of each malformed line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import polars as pl

from apps.core.money import CENTS, MICROS
from apps.core.periods import PARIS
from apps.usage.parsing import readings
from apps.usage.parsing.formats import KIND_CODES, OUTGOING, Column, FormatSpec
from apps.usage.parsing.identities import RowIdentities, identified
from apps.usage.parsing.lines import CHUNK_BYTES, Chunk, Layout, read_chunks, split_fields
from apps.usage.parsing.readings import DIGITS, INSTANT

RECORD_SCHEMA = pl.Schema(
    {
        "line_number": pl.Int64(),
        "cdr_id": pl.String(),
        "msisdn": pl.String(),
        "started_at": INSTANT,
        "local_date": pl.Date(),  # in Paris
        "kind": pl.Int8(),  # KIND_CODES
        "direction": pl.Int8(),
        "correspondent": pl.String(),
        "quantity": pl.Int64(),  # seconds, units or bytes
        "origin_zone": pl.String(),
        "cost": pl.Int64(),  # micro-euros
        "raw": pl.String(),
    }
)
MALFORMED_SCHEMA = pl.Schema(
    {
        "line_number": pl.Int64(),
        "fault": pl.String(),  # a Fault
        "column": pl.String(),  # its name in the file
        "value": pl.String(),
        "raw": pl.String(),
    }
)
LONGEST_NUMBER = 20  # digits; E.164 has 15


class Fault(StrEnum):
    """What makes a line malformed, in the order in which it is looked for."""

    FIELDS = "fields"
    DATE = "date"
    KIND = "kind"
    DIRECTION = "direction"
    MSISDN = "msisdn"
    CORRESPONDENT = "correspondent"
    COST = "cost"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive lines of a file, in order: ``records`` (RECORD_SCHEMA), ``malformed`` (MALFORMED_SCHEMA).

    ``end`` is the offset in the (unpacked) file after the last line: where a resumed load goes on.
    """

    records: pl.DataFrame
    malformed: pl.DataFrame
    end: int

    @property
    def lines(self) -> int:
        return self.records.height + self.malformed.height


def parse_file(path: Path, spec: FormatSpec, *, chunk_bytes: int = CHUNK_BYTES, after: int = 0) -> Iterator[Batch]:
    """The file in batches of about ``chunk_bytes``, from offset ``after`` (an earlier batch's ``end``) on.

    Raises UnreadableFile where the whole is not what its format says; ``inspect_file`` tells beforehand.
    """
    identities = RowIdentities()
    for chunk in read_chunks(path, spec, chunk_bytes=chunk_bytes, stop_at=after):
        # What lies before ``after`` is parsed all the same: it may hold earlier occurrences of a row.
        batch = _parse(chunk, identities)
        if batch.end > after:
            yield batch


def _parse(chunk: Chunk, identities: RowIdentities) -> Batch:
    fields, ragged = split_fields(chunk)
    typed = _typed(fields, chunk.layout)
    records = typed.filter(pl.col("fault").is_null())
    records = records.with_columns(identified(records, identities).alias("cdr_id"))
    return Batch(
        records=records.select(
            "line_number",
            "cdr_id",
            "msisdn",
            "started_at",
            pl.col("started_at").dt.convert_time_zone(PARIS.key).dt.date().alias("local_date"),
            pl.col("kind_code").alias("kind"),
            pl.col("direction_code").alias("direction"),
            "correspondent",
            "quantity",
            "origin_zone",
            pl.col("cost_micros").alias("cost"),
            "raw",
        ),
        malformed=pl.concat(
            [
                _ragged(ragged, chunk.layout),
                _faulty(typed.filter(pl.col("fault").is_not_null()), chunk.layout),
            ]
        ).sort("line_number"),
        end=chunk.end,
    )


def _typed(fields: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The texts of the columns, beside them what they mean, and the first ``fault`` of each line."""
    spec, unit = layout.spec, layout.spec.volume_unit
    cost_digits = MICROS - CENTS if spec.amounts_in_cents else MICROS
    absent = {"duration": "", "volume": "", "units": "1", "cost": "0", "origin_zone": spec.home_zone}
    directions = spec.directions
    if "direction" not in layout.positions:
        absent["direction"], directions = "", {"": OUTGOING}
    typed = fields.with_columns(
        pl.lit(text).alias(column) for column, text in absent.items() if column not in layout.positions
    ).with_columns(
        started_at=readings.local_instant(spec) if spec.date_format else readings.quick_iso_instant("date"),
        kind_code=_code("kind", {word: KIND_CODES[kind] for word, kind in spec.kinds.items()}),
        direction_code=_code("direction", directions),
        cost_micros=readings.quick_decimal("cost", cost_digits),
        seconds=readings.quick_clock("duration") if spec.clock_durations else readings.quick_seconds("duration"),
        bytes=readings.quick_bytes("volume") if unit == 1 else readings.quick_volume("volume", unit),
        messages=readings.quick_units("units"),
    )
    if spec.national_numbers:
        typed = typed.with_columns(readings.international("msisdn"), pl.col("correspondent").str.strip_prefix("+"))
    if spec.date_format is None:
        typed = _patched(typed, "started_at", text="date", read=readings.iso_instant)
    if unit > 1:
        typed = _patched(typed, "bytes", text="volume", read=partial(readings.volume, unit=unit))
    typed = _patched(typed, "cost_micros", text="cost", read=partial(readings.decimal, digits=cost_digits))
    kind = pl.col("kind_code")
    quantity = (
        pl.when(kind == KIND_CODES["voice"])
        .then("seconds")
        .when(kind == KIND_CODES["data"])
        .then("bytes")
        .otherwise("messages")
    )
    return typed.with_columns(quantity=quantity).with_columns(fault=_first_fault())


def _code(column: Column, codes: Mapping[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.Int8)


def _patched(frame: pl.DataFrame, result: str, *, text: str, read: Callable[[str], object]) -> pl.DataFrame:
    """Where the quick reading of a column gave nothing, ask the exact one about the texts that are left."""
    left = frame.filter(pl.col(result).is_null())[text].unique()
    found = {value: reading for value in left if (reading := read(value)) is not None}
    if not found:
        return frame
    dtype = frame.schema[result]
    answers = pl.col(text).replace_strict(
        list(found), pl.Series(list(found.values()), dtype=dtype), default=None, return_dtype=dtype
    )
    return frame.with_columns(pl.coalesce(result, answers))


def _first_fault() -> pl.Expr:
    correspondent = pl.col("correspondent")
    no_correspondent = (pl.col("kind_code") == KIND_CODES["data"]) & (correspondent == "")
    sound = {
        Fault.DATE: pl.col("started_at").is_not_null(),
        Fault.KIND: pl.col("kind_code").is_not_null(),
        Fault.DIRECTION: pl.col("direction_code").is_not_null(),
        Fault.MSISDN: _is_number(pl.col("msisdn")),
        Fault.CORRESPONDENT: _is_number(correspondent) | no_correspondent,
        Fault.COST: pl.col("cost_micros").is_not_null(),
        Fault.QUANTITY: pl.col("quantity").is_not_null(),
    }
    return pl.coalesce(pl.when(~check).then(pl.lit(str(fault))) for fault, check in sound.items())


def _is_number(text: pl.Expr) -> pl.Expr:
    return text.str.contains(DIGITS) & (text.str.len_bytes() <= LONGEST_NUMBER)


def _ragged(lines: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Lines with the wrong number of fields: the value is how many there are, out of how many."""
    return lines.select(
        "line_number",
        pl.lit(str(Fault.FIELDS)).alias("fault"),
        pl.lit("").alias("column"),
        pl.concat_str("width", pl.lit(f"/{layout.width}")).alias("value"),
        "raw",
    )


def _faulty(lines: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Lines with the right number of fields of which one is wrong, with that column and its text."""
    quantity_columns: dict[int, Column] = {KIND_CODES["voice"]: "duration", KIND_CODES["data"]: "volume"}
    rows = []
    for line in lines.iter_rows(named=True):
        column = line["fault"]
        if column == Fault.QUANTITY:
            column = quantity_columns.get(line["kind_code"], "units")
        value = f"{line['date']} {line['time']}" if column == "date" and "time" in layout.positions else line[column]
        rows.append((line["line_number"], line["fault"], layout.name(column), value or "", line["raw"]))
    return pl.DataFrame(rows, schema=MALFORMED_SCHEMA, orient="row")
