"""How any file is taken over: what an app has to say, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from itertools import batched
from typing import Any, ClassVar

from django.db import models, transaction

from apps.core.csvfiles import Fault, Row, Table, in_file_order, read_table
from apps.core.encodings import find_lookalike
from apps.core.imports.bulk import in_batches, take_turns
from apps.core.imports.columns import MANDATORY, Column
from apps.core.imports.plans import Change, Key, Known, Plan, Reading, Record
from apps.core.imports.readable import readable


class Importer[M: models.Model]:
    """How the file of one kind is taken over, on the day ``today``.

    A subclass declares ``columns`` and ``key`` (the fields by which a line is known again) and says what the
    database knows (:meth:`known`), what else is wrong (:meth:`check`, :meth:`check_all`) and how a plan is
    written (:meth:`write`). ``unique`` lists further fields that two lines may not share. With ``whole``, the
    file is the complete list: what is known and not in it is removed. Lines that do not depend on one another can be
    written ``part`` by part: whoever else writes then waits for one part only, and work that was interrupted goes on
    after the last. All of it is set-wise: the number of queries does not grow with the lines.

    ``changes`` names the rows that are locked before they are compared to be written. An importer whose services lock
    what they change, or whose :meth:`turn` does, has none.
    """

    columns: ClassVar[Sequence[Column]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    unique: ClassVar[Sequence[tuple[str, ...]]] = ()
    whole: ClassVar[bool] = False
    part: ClassVar[int | None] = None
    #: The rows that lines change, and the field (of both) by which a line knows its row again.
    changes: ClassVar[tuple[type[models.Model], str] | None] = None

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

    def hold(self, reading: Reading) -> None:
        """Lock the rows that the lines change until the transaction ends: they are written as they are compared.

        In the order of their keys, so that two who do so wait for one another instead of both for ever.
        """
        if self.changes is None:
            return
        model, name = self.changes
        rows: Any = model._default_manager.order_by("pk").values_list("pk", flat=True)
        keys = sorted(in_batches(rows, name, (record[name] for record in reading.records if record.get(name))))
        list(in_batches(rows.select_for_update(no_key=True), "pk", keys))

    def read(self, data: bytes, *, name: str = "") -> Reading:
        """What ``data``, the content of the file ``name``, says, and what is wrong with it by itself."""
        file = readable(data, name=name)
        if isinstance(file, Fault):
            return Reading(digest=sha256(data).hexdigest(), header=(), faults=[file])
        table = self._read(file)
        reading = Reading(digest=sha256(data).hexdigest(), header=table.header, faults=list(table.faults))
        reading.records = [self._record(row, table.header, reading.faults) for row in table.rows]
        for record in reading.records:
            reading.faults += self.check(record)
            reading.warnings += [*self._lookalikes(record), *self.warn(record)]
        reading.faults += self._repeated(reading.records)
        return reading

    def compare(self, reading: Reading) -> Plan[M]:
        """What taking over what was read would do. Looks into the database, and writes nothing."""
        plan: Plan[M] = Plan(reading.digest, reading.records)
        plan.faults, plan.warnings = list(reading.faults), list(reading.warnings)
        if plan.records:
            known = self.known(plan.records)
            plan.faults += self.check_all(plan.records, known)
            self._compare(plan, known, reading.header)
        plan.faults = in_file_order(plan.faults)
        return plan

    def parts(self, reading: Reading) -> Iterator[Reading]:
        """What is written, each in a transaction of its own: all of the file, or so many lines (``part``) at a time."""
        if self.part is None or reading.faults:
            yield reading
        else:
            for records in batched(reading.records, self.part):
                yield Reading(reading.digest, reading.header, list(records))

    def plan(self, data: bytes, *, name: str = "") -> Plan[M]:
        """What taking ``data``, the content of the file ``name``, over would do. Reads only."""
        return self.compare(self.read(data, name=name))

    def run(self, data: bytes, *, actor: Any = None, source: str = "") -> Plan[M]:
        """Take ``data`` over, whole or, with the least fault, not at all; tells what was planned and done.

        ``source`` is the file's name: one in ``.xlsx`` is read as a workbook. Two runs of one importer take turns, so
        that the second sees what the first has written.
        """
        with self.turn():
            reading = self.read(data, name=source)
            self.hold(reading)
            plan = self.compare(reading)
            if not plan.faults:
                self.write(plan, actor=actor, source=source)
        return plan

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A transaction in which no other file of this kind is planned and written."""
        with transaction.atomic():
            take_turns(f"import:{type(self).__name__}")
            yield

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
        table.faults.extend(Fault(table.header_line, column.header, "", "column_forbidden") for column in there)
        if not table.rows and not table.faults:
            table.faults.append(Fault(table.header_line, "", "", "file_without_lines"))
        return table

    def _record(self, row: Row, header: Collection[str], faults: list[Fault]) -> Record:
        values: dict[str, Any] = {}
        for name, column in self._by_field.items():
            if column.header in row.unreadable:
                continue
            if not row.values[column.header] and column.empty is not MANDATORY:
                values[name] = column.empty
            elif column.header in header:
                value = row.parse(column.header, column.value_of, faults)
                if value is not None:
                    values[name] = value
        self.complete(values)
        readable = all(name in values for name in self.key)
        key = tuple(values[name] for name in self.key) if readable else None
        return Record(row, self._by_field, values, key, self.key)

    def _lookalikes(self, record: Record) -> Iterator[Fault]:
        """What makes a line's key another one than it seems: it will be found by nobody who types it."""
        for name in self.key:
            value = record.get(name)
            if isinstance(value, str) and (found := find_lookalike(value)):
                yield record.fault(name, "key_lookalike", position=found.position, plain=found.plain)

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
