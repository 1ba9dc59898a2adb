"""What a file says, and what taking it over would change."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import models

from apps.core.csvfiles import HIDDEN, Fault, Row
from apps.core.imports.columns import Column, shown

type Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the file: its values by field, those that could be read. ``key`` is None if it could not.

    ``known_by`` names the fields of the key.
    """

    row: Row
    columns: Mapping[str, Column]
    values: dict[str, Any]
    key: Key | None
    known_by: tuple[str, ...]

    @property
    def called(self) -> str:
        """What it is known by, as the file says it."""
        cells = (self.row.values[self.columns[name].header] for name in self.known_by if name in self.columns)
        return " · ".join(filter(None, cells))

    @property
    def line(self) -> int:
        return self.row.line_number

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str) -> Any:
        """The value of a field, None too where the cell could not be read."""
        return self.values.get(name)

    def is_empty(self, name: str) -> bool:
        """Whether the cell of the field ``name`` is empty, or the file has no such column."""
        return not self.row.values[self.columns[name].header]

    def fault(self, name: str, reason_code: str, **params: object) -> Fault:
        """Something wrong with the cell of the field ``name``."""
        return self.row.fault(self.columns[name].header, reason_code, **params)


@dataclass(slots=True)
class Reading:
    """What a file says by itself; ``digest`` is its SHA-256, ``records`` are all its well-formed lines."""

    digest: str
    header: tuple[str, ...]
    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def said(self, name: str) -> list[Any]:
        """What the lines say of a field, each once and in order; nothing of those that leave it empty."""
        return sorted({record[name] for record in self.records if record.get(name)})


@dataclass(frozen=True, slots=True)
class Known[M: models.Model]:
    """What the database holds under a key: the row, and its values as a file would say them."""

    row: M
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change[M: models.Model]:
    """A line that says something else than the database. ``differences`` holds, by field, old and new value."""

    record: Record
    row: M
    differences: Mapping[str, tuple[Any, Any]]

    def described(self) -> Iterator[tuple[str, str, str]]:
        """Column, old and new value of each difference, as a person reads them in the file."""
        for name, (old, new) in self.differences.items():
            column = self.record.columns[name]
            if column.secret:
                yield column.header, HIDDEN, HIDDEN
            else:
                yield column.header, column.written(old), column.written(new)


@dataclass(slots=True)
class Plan[M: models.Model]:
    """What taking the file over would do; nothing at all while there are ``faults``. ``warnings`` hinder nothing.

    ``digest`` is the SHA-256 of the file, ``records`` are all its well-formed lines. ``onto`` names what it would all
    be written into, where that depends on what there is.
    """

    digest: str
    records: list[Record] = field(default_factory=list)
    onto: str = ""
    new: list[Record] = field(default_factory=list)
    changed: list[Change[M]] = field(default_factory=list)
    unchanged: int = 0
    removed: list[M] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def of(self, records: Sequence[Record]) -> Plan[M]:
        """What it does to ``records``, which follow one another in the file."""
        lines = range(records[0].line, records[-1].line + 1)
        part: Plan[M] = Plan(self.digest, list(records), self.onto)
        part.new = [record for record in self.new if record.line in lines]
        part.changed = [change for change in self.changed if change.record.line in lines]
        part.faults = [fault for fault in self.faults if fault.line in lines]
        return part

    def fingerprint(self) -> str:
        """The same for two plans only if they are of one file and do the same: what was shown is what is confirmed."""
        told = sha256(f"{self.digest} {self.onto}".encode())
        for record in self.new:
            told.update(f"\nnew {record.line}".encode())
        for change in self.changed:
            told.update(f"\nchanged {change.record.line} {change.row.pk}".encode())
            for name, (old, new) in sorted(change.differences.items()):
                told.update(f"\t{name}\t{shown(old)}\t{shown(new)}".encode())
        for row in self.removed:
            told.update(f"\nremoved {row.pk}".encode())
        for fault in self.faults:
            told.update(f"\nfault {fault.line} {fault.column} {fault.reason_code}".encode())
        return told.hexdigest()

    def counts(self) -> dict[str, int]:
        """How many lines are what; all of them 0 when the file is refused, since nothing is done."""
        sizes = {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "removed": len(self.removed),
        }
        return dict.fromkeys(sizes, 0) if self.faults else sizes
