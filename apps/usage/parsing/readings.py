"""How one text becomes an instant, an amount or a quantity.

Expressions named ``quick_…`` read the form that nearly all rows have, for a whole column, and give nothing
elsewhere; functions on one text read every form that DOMAIN §11 allows, and are asked about what is left.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import polars as pl

from apps.core.money import scaled_half_up
from apps.tariffs.rating import QUANTITY_LIMITS, Kind
from apps.usage.parsing.formats import Column, FormatSpec

INSTANT = pl.Datetime("us", "UTC")
DIGITS = "^[0-9]+$"
CLOCK = "^([0-9]{1,5}):([0-5][0-9]):([0-5][0-9])$"

# Years that the dates of Python and of both databases can hold on either side of any offset.
FIRST_YEAR, LAST_YEAR = 1900, 2199
YEARS = "(?:19|20|21)[0-9]{2}"
USUAL_INSTANT = f"^{YEARS}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-5][0-9][+-](?:[01][0-9]|2[0-3]):[0-5][0-9]$"
ISO_INSTANT = re.compile(
    rf"(?P<year>{YEARS})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
    r"T(?P<hour>\d\d)(?P<colon>:?)(?P<minute>\d\d)(?:(?P=colon)(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:Z|(?P<sign>[+-])(?P<ahead_hours>[01]\d|2[0-3])(?::?(?P<ahead_minutes>[0-5]\d))?)",
    re.ASCII,
)

NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)", re.ASCII)
WHOLE_DIGITS = 12  # before the point: more would not fit 64 bits of millionths


def quick_iso_instant(column: Column) -> pl.Expr:
    """``2026-10-24T16:35:59+02:00``, in UTC."""
    text = pl.col(column)
    wall = text.str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    hours, minutes = (text.str.slice(start, 2).cast(pl.Int64, strict=False) for start in (20, 23))
    ahead = pl.when(text.str.slice(19, 1) == "-").then(-1).otherwise(1) * (hours * 60 + minutes)
    instant = (wall - pl.duration(minutes=ahead)).dt.replace_time_zone("UTC")
    return pl.when(text.str.contains(USUAL_INSTANT)).then(instant)


def iso_instant(text: str) -> datetime | None:
    """Any ISO 8601 instant with an offset: also ``Z``, ``+02``, fractions, no seconds, no separators."""
    match = ISO_INSTANT.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict(default="0")
    ahead = timedelta(hours=int(part["ahead_hours"]), minutes=int(part["ahead_minutes"]))
    try:
        return datetime(
            int(part["year"]),
            int(part["month"]),
            int(part["day"]),
            int(part["hour"]),
            int(part["minute"]),
            int(part["second"]),
            int(part["fraction"][:6].ljust(6, "0")),
            timezone(-ahead if part["sign"] == "-" else ahead),
        ).astimezone(UTC)
    except ValueError:  # 31 November, 25 o'clock
        return None


def local_instant(spec: FormatSpec) -> pl.Expr:
    """A date and time of the format's own, local to its time zone, in UTC."""
    text, pattern = pl.col("date"), spec.date_format
    if "time" in spec.columns:
        text, pattern = pl.concat_str("date", "time", separator=" "), f"{spec.date_format} {spec.time_format}"
    wall = text.str.to_datetime(pattern, time_unit="us", strict=False)
    wall = pl.when(wall.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(wall)
    instant = wall.dt.replace_time_zone(spec.time_zone, ambiguous="earliest", non_existent="null")
    return instant.dt.convert_time_zone("UTC")


def quick_decimal(column: Column, digits: int) -> pl.Expr:
    """A plain decimal, point or comma, in units of ``10**-digits``, if it is no more precise than that."""
    text = pl.col(column)
    parts = text.str.replace(",", ".", literal=True).str.splitn(".", 2)
    units = parts.struct[0] + parts.struct[1].fill_null("").str.pad_end(digits, "0")
    plain = text.str.contains(f"^-?[0-9]{{1,{WHOLE_DIGITS}}}(?:[.,][0-9]{{0,{digits}}})?$")
    return pl.when(plain).then(units.cast(pl.Int64, strict=False))


def decimal(text: str, digits: int) -> int | None:
    """Any number in units of ``10**-digits``, half up: also ``+1``, ``.5`` and more decimals."""
    if NUMBER.fullmatch(text) is None:
        return None
    units = scaled_half_up(Decimal(text.replace(",", ".")), digits)
    return units if abs(units) < 10 ** (WHOLE_DIGITS + digits) else None


def quick_seconds(column: Column) -> pl.Expr:
    return _below(_whole(column), "voice")


def quick_units(column: Column) -> pl.Expr:
    return _below(_whole(column), "sms")


def quick_bytes(column: Column) -> pl.Expr:
    return _below(_whole(column), "data")


def quick_clock(column: Column) -> pl.Expr:
    """``hh:mm:ss`` in seconds."""
    parts = pl.col(column).str.extract_groups(CLOCK)
    hours, minutes, seconds = (parts.struct[place].cast(pl.Int64) for place in range(3))
    return _below(hours * 3600 + minutes * 60 + seconds, "voice")


def volume(text: str, unit: int) -> int | None:
    """A volume counted in ``unit`` bytes, in bytes, half up."""
    if NUMBER.fullmatch(text) is None:
        return None
    size = scaled_half_up(Decimal(text.replace(",", ".")) * unit, 0)
    return size if 0 <= size < QUANTITY_LIMITS["data"] else None


def quick_volume(column: Column, unit: int) -> pl.Expr:
    """The same for a whole column, where there are at most six decimals."""
    millionths = quick_decimal(column, 6).cast(pl.Int128) * unit
    size = (millionths + 500_000) // 1_000_000
    return _below(pl.when(millionths >= 0).then(size), "data")


def international(column: Column) -> pl.Expr:
    """``06…``, ``+336…`` and ``00336…`` as ``336…``."""
    return pl.col(column).str.replace(r"^(?:\+|00)", "").str.replace("^0", "33")


def _whole(column: Column) -> pl.Expr:
    text = pl.col(column)
    return pl.when(text.str.contains(DIGITS)).then(text.cast(pl.Int64, strict=False))


def _below(quantity: pl.Expr, kind: Kind) -> pl.Expr:
    """The quantity if a record of that kind can be priced for so much, else nothing."""
    return pl.when(quantity < QUANTITY_LIMITS[kind]).then(quantity).cast(pl.Int64)
