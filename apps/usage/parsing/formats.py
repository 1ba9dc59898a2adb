"""How an operator lays out its files. «ISM» is the default; others are rows the user fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from apps.tariffs.rating import KINDS, Kind

type Column = Literal[
    "cdr_id",
    "msisdn",
    "date",
    "time",
    "kind",
    "direction",
    "correspondent",
    "duration",
    "volume",
    "units",
    "origin_zone",
    "cost",
]

COLUMNS: tuple[Column, ...] = (
    "cdr_id",
    "msisdn",
    "date",
    "time",
    "kind",
    "direction",
    "correspondent",
    "duration",
    "volume",
    "units",
    "origin_zone",
    "cost",
)
REQUIRED_COLUMNS: frozenset[Column] = frozenset({"msisdn", "date", "kind", "correspondent"})

# What records are stored as: there are millions of them.
KIND_CODES: dict[Kind, int] = {kind: code for code, kind in enumerate(KINDS, start=1)}
OUTGOING, INCOMING, FORWARDED = 1, 2, 3

# Every one of these has ASCII for digits, separators and line ends, so that a file can be cut before it is
# decoded.
ENCODINGS = ("utf-8", "cp1252", "iso-8859-1", "iso-8859-15")

ISM_COLUMNS: dict[Column, str | int] = {
    "cdr_id": "ID_CDR",
    "msisdn": "MSISDN",
    "date": "DATE_HEURE",
    "kind": "TYPE",
    "direction": "SENS",
    "correspondent": "CORRESPONDANT",
    "duration": "DUREE_S",
    "volume": "VOLUME_OCTETS",
    "units": "NB_UNITES",
    "origin_zone": "ZONE_ORIGINE",
    "cost": "MONTANT_ACHAT_HT",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatSpec:
    """The layout of a file, and what its words and units mean. The defaults are «ISM».

    ``columns`` says where each thing stands: the name in the header (any case) or, counted from 0, the
    position. ``date_format`` is None for ISO 8601 with offset in one column; else strftime codes for local
    dates, with ``time_format`` for a time column of its own; an hour that occurs twice in October is taken as
    the first. ``volume_unit`` is how many bytes one counts for; a fraction is then rounded half up to bytes.
    ``clock_durations`` are ``hh:mm:ss``. ``amounts_in_cents`` divides costs by 100. ``national_numbers``
    makes ``06…`` of MSISDN ``336…``. What has no column: no direction is outgoing, no units is one message,
    no cost is 0, no origin is ``home_zone``, no identifier is a hash of the row.
    """

    code: str = "ISM"
    columns: Mapping[Column, str | int] = field(default_factory=lambda: dict(ISM_COLUMNS))
    delimiter: str = ";"
    quote: str | None = '"'
    encoding: str = "utf-8"
    header: bool = True
    date_format: str | None = None
    time_format: str = "%H:%M:%S"
    time_zone: str = "Europe/Paris"
    kinds: Mapping[str, Kind] = field(
        default_factory=lambda: {"VOIX": "voice", "SMS": "sms", "MMS": "mms", "DATA": "data"}
    )
    directions: Mapping[str, int] = field(default_factory=lambda: {"MO": OUTGOING, "MT": INCOMING, "FWD": FORWARDED})
    clock_durations: bool = False
    volume_unit: int = 1
    amounts_in_cents: bool = False
    national_numbers: bool = False
    home_zone: str = "FR"

    def __post_init__(self) -> None:
        problems = [f"unknown column: {name}" for name in self.columns if name not in COLUMNS]
        problems += [f"no column for: {name}" for name in sorted(REQUIRED_COLUMNS - self.columns.keys())]
        if not self.header and any(isinstance(place, str) for place in self.columns.values()):
            problems.append("a file without header has columns by position")
        if len(self.delimiter) != 1 or not self.delimiter.isascii() or self.delimiter in '\r\n"':
            problems.append(f"not a delimiter: {self.delimiter!r}")
        if self.encoding not in ENCODINGS:
            problems.append(f"not a known encoding: {self.encoding}")
        if not set(self.kinds.values()) <= set(KINDS):
            problems.append(f"kinds are {', '.join(KINDS)}")
        if not set(self.directions.values()) <= {OUTGOING, INCOMING, FORWARDED}:
            problems.append("directions are 1 outgoing, 2 incoming, 3 forwarded")
        if self.volume_unit < 1:
            problems.append("a volume unit is at least one byte")
        if problems:
            raise ValueError("; ".join(problems))

    @classmethod
    def from_layout(cls, code: str, layout: Mapping[str, Any]) -> FormatSpec:
        """The default layout with the entries of ``layout`` in its place; ValueError where one makes no
        sense.
        """
        unknown = layout.keys() - {option.name for option in fields(cls)} | layout.keys() & {"code"}
        if unknown:
            raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
        return cls(code=code, **layout)


ISM = FormatSpec()
