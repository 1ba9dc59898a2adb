"""Taking a CSV file over: everything that is wrong with it at once, or all of it written in one transaction.

An app describes its file by a subclass of :class:`Importer`: the columns, how rows are known again, and how what
is new or changed gets written. From this follow, for every file alike, a :class:`Plan` that only reads (a screen
shows it before anybody confirms) and :meth:`Importer.run`, which plans again under a lock and writes the plan.
A file that was taken over plans nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from itertools import batched
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, models, transaction
from django.utils.timezone import now
from simple_history.utils import bulk_update_with_history

from apps.core import cells
from apps.core.cells import CellRefused
from apps.core.csvfiles import HIDDEN, Fault, Row, Table, in_file_order, read_table

# --- Columns and how their cells are read

MANDATORY: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a file. ``read`` makes a value of a cell that is not empty, or raises a Refusal.

    ``empty`` is the value of an empty cell; without it the column must be there and filled on every line. A
    column that is not ``required`` may be missing: new rows then take ``empty``, rows already known keep what
    they have. ``forbidden`` columns make the whole file refused; ``secret`` values are never shown.
    """

    header: str
    field: str
    read: Callable[[str], Any]
    empty: Any = MANDATORY
    required: bool = True
    secret: bool = False
    forbidden: bool = False


def text(limit: int) -> Callable[[str], str]:
    """Any text of at most ``limit`` characters."""

    def read(cell: str) -> str:
        if len(cells.parse_text(cell)) > limit:
            raise CellRefused("text_length", found=len(cell), limit=limit)
        return cell

    return read


def number(*, scale: int, minimum: int = 0, maximum: int = 10**9) -> Callable[[str], Any]:
    """An amount from ``minimum`` to ``maximum`` with at most ``scale`` decimals."""
    return partial(_at_most, partial(cells.parse_decimal, max_scale=scale, minimum=minimum), maximum)


def whole_number(*, minimum: int = 0, maximum: int = 2**31 - 1) -> Callable[[str], Any]:
    """A whole number from ``minimum`` to ``maximum``; by default what a database integer holds."""
    return partial(_at_most, partial(cells.parse_int, minimum=minimum), maximum)


def _at_most(read: Callable[[str], Any], maximum: int, cell: str) -> Any:
    value = read(cell)
    if value > maximum:
        raise CellRefused("number_too_large", maximum=maximum)
    return value


def one_of[T](choices: Mapping[str, T]) -> Callable[[str], T]:
    """What ``choices`` holds under the cell's text."""
    return partial(cells.parse_choice, choices=choices)


def email(cell: str) -> str:
    """An e-mail address, in small letters: two spellings of one mailbox are the same."""
    try:
        validate_email(cell)
    except ValidationError:
        raise CellRefused("email_format") from None
    return text(254)(cell.lower())


# --- What a file says, and what it would change

type Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the file: its values by field, those that could be read. ``key`` is None if it could not."""

    row: Row
    columns: Mapping[str, Column]
    values: dict[str, Any]
    key: Key | None

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
                old = new = HIDDEN
            yield column.header, shown(old), shown(new)


def shown(value: Any) -> str:
    """A value as a file would write it."""
    if isinstance(value, bool):
        return "OUI" if value else "NON"
    if isinstance(value, tuple):
        return "+".join(map(shown, value))
    return "" if value is None else str(value)


@dataclass(slots=True)
class Plan[M: models.Model]:
    """What taking the file over would do; nothing at all while there are ``faults``. ``warnings`` hinder nothing.

    ``digest`` is the SHA-256 of the file, by which a confirmation names what was shown. ``records`` are all its
    well-formed lines.
    """

    digest: str
    records: list[Record] = field(default_factory=list)
    new: list[Record] = field(default_factory=list)
    changed: list[Change[M]] = field(default_factory=list)
    unchanged: int = 0
    removed: list[M] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many lines are what; all of them 0 when the file is refused, since nothing is done."""
        sizes = {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "removed": len(self.removed),
        }
        return dict.fromkeys(sizes, 0) if self.faults else sizes


# --- The importer


class Importer[M: models.Model]:
    """How the file of one kind is taken over, on the day ``today``.

    A subclass declares ``columns`` and ``key`` (the fields by which a line is known again) and says what the
    database knows (:meth:`known`), what else is wrong (:meth:`check`, :meth:`check_all`) and how a plan is
    written (:meth:`write`). ``unique`` lists further fields that two lines may not share. With ``whole``, the
    file is the complete list: what is known and not in it is removed. All of it is set-wise: the number of
    queries does not grow with the lines.
    """

    columns: ClassVar[Sequence[Column]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    unique: ClassVar[Sequence[tuple[str, ...]]] = ()
    whole: ClassVar[bool] = False

    def __init__(self, *, today: date) -> None:
        self.today = today
        self._by_field = {column.field: column for column in self.columns if not column.forbidden}

    # What a subclass says

    def check(self, record: Record) -> Iterator[Fault]:
        """Faults of one line that can be seen without the database."""
        yield from ()

    def complete(self, values: dict[str, Any]) -> None:
        """Add to a line's values (those that could be read) what follows from them."""

    def warn(self, record: Record) -> Iterator[Fault]:
        """What is odd about a line without being wrong."""
        yield from ()

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[M]]:
        """What the database holds under the keys of ``records`` (under any key, for a ``whole`` file)."""
        raise NotImplementedError

    def check_all(self, records: Sequence[Record], known: Mapping[Key, Known[M]]) -> Iterator[Fault]:
        """Faults between the lines, and between them and the database."""
        yield from ()

    def check_change(self, change: Change[M]) -> Iterator[Fault]:
        """Faults of a change to a row that is already there."""
        yield from ()

    def check_removal(self, rows: Sequence[M]) -> Iterator[Fault]:
        """Why some of ``rows``, which a ``whole`` file no longer has, must stay."""
        yield from ()

    def write(self, plan: Plan[M], *, actor: Any, source: str) -> None:
        """Write a plan without faults; who did it and the name of the file go to the history."""
        raise NotImplementedError

    # What follows from it

    def plan(self, data: bytes) -> Plan[M]:
        """What taking ``data`` over would do. Reads only."""
        table = self._read(data)
        plan: Plan[M] = Plan(digest=sha256(data).hexdigest(), faults=list(table.faults))
        plan.records = [self._record(row, table.header, plan.faults) for row in table.rows]
        for record in plan.records:
            plan.faults += self.check(record)
            plan.warnings += self.warn(record)
        plan.faults += self._repeated(plan.records)
        if plan.records:
            known = self.known(plan.records)
            plan.faults += self.check_all(plan.records, known)
            self._compare(plan, known, table.header)
        plan.faults = in_file_order(plan.faults)
        return plan

    def run(self, data: bytes, *, actor: Any = None, source: str = "") -> Plan[M]:
        """Take ``data`` over, whole or, with the least fault, not at all; tells what was planned and done.

        ``source`` is the file's name. Two runs of one importer take turns, so that the second sees what the
        first has written.
        """
        with transaction.atomic():
            take_turns(f"import:{type(self).__name__}")
            plan = self.plan(data)
            if not plan.faults:
                self.write(plan, actor=actor, source=source)
        return plan

    @staticmethod
    def history(*, actor: Any, source: str) -> dict[str, Any]:
        """Who and why, as the bulk writes of simple-history take it."""
        return {"default_user": actor, "default_change_reason": source[:100] or None}

    def _read(self, data: bytes) -> Table:
        table = read_table(
            data,
            columns={column.header: () for column in self.columns},
            required={column.header for column in self.columns if column.required and not column.forbidden},
            secret={column.header for column in self.columns if column.secret},
        )
        there = [column for column in self.columns if column.forbidden and column.header in table.header]
        table.faults.extend(Fault(1, column.header, "", "column_forbidden") for column in there)
        if not table.rows and not table.faults:
            table.faults.append(Fault(1, "", "", "file_without_lines"))
        return table

    def _record(self, row: Row, header: Collection[str], faults: list[Fault]) -> Record:
        values: dict[str, Any] = {}
        for name, column in self._by_field.items():
            if not row.values[column.header] and column.empty is not MANDATORY:
                values[name] = column.empty
            elif column.header in header:
                value = row.parse(column.header, column.read, faults)
                if value is not None:
                    values[name] = value
        self.complete(values)
        readable = all(name in values for name in self.key)
        return Record(row, self._by_field, values, tuple(values[name] for name in self.key) if readable else None)

    def _repeated(self, records: Sequence[Record]) -> Iterator[Fault]:
        """Lines that share what only one may have; each names the first that has it."""
        for names in (self.key, *self.unique):
            first: dict[Key, int] = {}
            for record in records:
                values = tuple(record.get(name) for name in names)
                if None in values:
                    continue
                line = first.setdefault(values, record.line)
                if line != record.line:
                    yield record.fault(names[0], "given_twice", line=line)

    def _compare(self, plan: Plan[M], known: Mapping[Key, Known[M]], header: Collection[str]) -> None:
        fields = [name for name, column in self._by_field.items() if column.header in header]
        for record in plan.records:
            there = known.get(record.key) if record.key is not None else None
            if there is None:
                plan.new.append(record)
                continue
            differences = {
                name: (there.values[name], record[name])
                for name in fields
                if name in record.values and record[name] != there.values[name]
            }
            if not differences:
                plan.unchanged += 1
                continue
            change = Change(record, there.row, differences)
            plan.faults += self.check_change(change)
            plan.changed.append(change)
        if self.whole:
            keys = {record.key for record in plan.records}
            plan.removed = [there.row for key, there in known.items() if key not in keys]
            plan.faults += self.check_removal(plan.removed)


# --- Set-wise reading and writing, and taking turns

_VALUES_PER_QUERY = 20_000  # SQLite takes 32,766 parameters in a query, PostgreSQL 65,535
# One UPDATE with a CASE per row costs PostgreSQL the square of the rows.
ROWS_PER_UPDATE = 500


def in_batches[M: models.Model](rows: models.QuerySet[M], lookup: str, values: Iterable[Any]) -> Iterator[M]:
    """The rows whose ``lookup`` is one of ``values``, however many there are."""
    for some in batched(dict.fromkeys(values), _VALUES_PER_QUERY):
        yield from rows.filter(**{f"{lookup}__in": some})


def update_with_history[M: models.Model](
    changes: Iterable[Change[M]], model: type[M], fields: Collection[str], **history: Any
) -> None:
    """Write, of ``fields``, what the changes say; rows that differ in other fields only are left alone."""
    rows, written = [], set()
    for change in changes:
        names = change.differences.keys() & fields
        for name in names:
            setattr(change.row, name, change.record[name])
        if names:
            rows.append(change.row)
            written |= names
    if rows:
        bulk_update_with_history(rows, model, sorted(written), batch_size=ROWS_PER_UPDATE, **history)


def delete_with_history[M: models.Model](
    rows: Sequence[M], model: Any, *, default_user: Any, default_change_reason: str | None
) -> None:
    """Delete rows that nothing refers to; simple-history has bulk writes of its own for all but this."""
    history = model.history.model
    history.objects.bulk_create(
        history(
            history_date=now(),
            history_type="-",
            history_user=default_user,
            history_change_reason=default_change_reason,
            **{field.attname: getattr(row, field.attname) for field in history.tracked_fields},
        )
        for row in rows
    )
    for some in batched((row.pk for row in rows), _VALUES_PER_QUERY):
        # QuerySet.delete() would load the rows again and write their history one by one.
        gone = model._base_manager.filter(pk__in=some)
        gone._raw_delete(gone.db)


def take_turns(name: str) -> None:
    """Wait until no other transaction holds the turn ``name``; this one holds it to its end.

    On SQLite a writing transaction is alone from its first statement (``transaction_mode=IMMEDIATE``).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
