"""Loading files of call records: parse, judge, rate and store, chunk by chunk.

A chunk's records, the file's counters and its cursor are committed together, so that a killed load goes on where it
stopped when the same file is loaded again. Parsing never happens inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import cast

import polars as pl
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.money import MICROS, from_scaled
from apps.usage.bulk import bulk
from apps.usage.choices import FileState, SuspenseReason
from apps.usage.columns import priced
from apps.usage.defaults import ISM
from apps.usage.duplicates import SeenIdentifiers
from apps.usage.facts import Facts
from apps.usage.judging import RATED, by_held_rates, judged, pooled
from apps.usage.models import CdrFile, CdrFormat, RatedRecord, SuspendedRecord
from apps.usage.parsing import Batch, FileFacts, FormatSpec, UnreadableFile, inspect_file, parse_file
from apps.usage.pools import RunningAllowances
from apps.usage.records import first_of_each, numbered, of_file, rated_rows, suspended_rows
from apps.usage.services.counting import count_rate_uses
from apps.usage.services.covering import cover
from apps.usage.services.watching import NOBODY, LoadWatch, Part
from apps.usage.wording import already_loaded, unreadable

CHUNK_BYTES = 12 * 1024 * 1024  # about 100,000 lines, which are stored within a second


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The files that were loaded, as they are now, and why the others were refused."""

    files: list[CdrFile] = field(default_factory=list)
    refusals: list[DomainError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A file that was read through and can be loaded whole."""

    path: Path
    name: str
    facts: FileFacts
    record_format: CdrFormat
    spec: FormatSpec


def load_files(
    *,
    paths: Sequence[Path],
    names: Mapping[Path, str] = MappingProxyType({}),
    format_code: str = ISM,
    actor: User | None,
    chunk_bytes: int = CHUNK_BYTES,
    watch: LoadWatch = NOBODY,
) -> LoadReport:
    """Load several files; one that is refused does not keep the others out. See :func:`load_file`.

    ``names`` is what people call the files whose paths do not say it. All are read through first, so that ``watch``
    knows from the start how many lines there are.
    """
    files: dict[int, CdrFile] = {}
    refusals: dict[int, DomainError] = {}
    incoming: dict[int, _Incoming] = {}
    for place, path in enumerate(paths):
        try:
            incoming[place] = _inspected(path, names.get(path, path.name), format_code, watch)
        except DomainError as refusal:
            refusals[place] = refusal
    done, total = 0, sum(one.facts.lines for one in incoming.values())
    for place, one in incoming.items():
        try:
            files[place] = _load(one, actor, chunk_bytes, Part(watch, done=done, total=total))
        except DomainError as refusal:
            refusals[place] = refusal
            total -= one.facts.lines
        else:
            done += one.facts.lines
    for file in files.values():  # a later file may take from an allowance what an earlier one had taken
        file.refresh_from_db()
    return LoadReport(list(files.values()), [refusals[place] for place in sorted(refusals)])


def load_file(
    *,
    path: Path,
    name: str = "",
    format_code: str = ISM,
    actor: User | None,
    chunk_bytes: int = CHUNK_BYTES,
    watch: LoadWatch = NOBODY,
) -> CdrFile:
    """Load one file, or finish a load of it that was interrupted. ``name`` is what people call it: else its path's.

    DomainError if the same content has been loaded already, if another process is loading it, if the format is
    unknown, or if the file as a whole is not what its format says; nothing has been written then.
    """
    one = _inspected(path, name or path.name, format_code, watch)
    return _load(one, actor, chunk_bytes, Part(watch, done=0, total=one.facts.lines))


def _inspected(path: Path, name: str, format_code: str, watch: LoadWatch) -> _Incoming:
    record_format, spec = _format(format_code)
    try:
        facts = inspect_file(path, spec, tell=lambda lines: watch.reads(name, lines))
    except UnreadableFile as error:
        raise unreadable(name, error) from error
    return _Incoming(path, name, facts, record_format, spec)


def _load(one: _Incoming, actor: User | None, chunk_bytes: int, part: Part) -> CdrFile:
    try:
        file = _begun(one.name, one.facts, one.record_format, actor)
        part.begins(file)
        if file.lines < one.facts.lines:
            load = _Load(file, part)
            for batch in _ahead(parse_file(one.path, one.spec, chunk_bytes=chunk_bytes, after=file.cursor)):
                load.store(batch)
            file = load.file
    except UnreadableFile as error:
        raise unreadable(one.name, error) from error
    return _finished(file, part)


def _format(code: str) -> tuple[CdrFormat, FormatSpec]:
    record_format = CdrFormat.objects.filter(code=code).first()
    if record_format is None:
        known = ", ".join(CdrFormat.objects.order_by("code").values_list("code", flat=True))
        raise DomainError(_("There is no CDR format %(code)s; known ones: %(known)s.") % {"code": code, "known": known})
    try:
        return record_format, FormatSpec.from_layout(code, record_format.layout)
    except (TypeError, ValueError) as error:
        raise DomainError(
            _("The layout of the CDR format %(code)s makes no sense: %(reason)s") % {"code": code, "reason": error}
        ) from error


def _begun(name: str, facts: FileFacts, record_format: CdrFormat, actor: User | None) -> CdrFile:
    """The row of the file: a new one, or that of the load to go on with."""
    try:
        with transaction.atomic():
            return CdrFile.objects.create(
                name=name, sha256=facts.sha256, size=facts.size, format=record_format, loaded_by=actor
            )
    except IntegrityError:  # its hash is there
        file = CdrFile.objects.exclude(state=FileState.BACKED_OUT).get(sha256=facts.sha256)
    if file.state == FileState.LOADED:
        raise already_loaded(name, file)
    if file.format_id != record_format.pk:
        raise DomainError(
            _("The load of %(file)s was begun with the format %(format)s: finish it with the same.")
            % {"file": file.name, "format": file.format.code}
        )
    return file


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches, the next of which is being parsed while one is stored."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="parsing") as parser:
        coming = parser.submit(next, batches, None)
        while batch := coming.result():
            coming = parser.submit(next, batches, None)
            yield batch


class _Load:
    """One file on its way in, and what is known while it lasts."""

    def __init__(self, file: CdrFile, part: Part) -> None:
        self.file = file
        self.part = part
        self.facts = Facts()
        self.seen = SeenIdentifiers(file)
        self.allowances = RunningAllowances()

    def store(self, batch: Batch) -> None:
        """Judge a chunk and commit it with its counters and its end."""
        records = batch.records.with_columns(month=pl.col("local_date").dt.truncate("1mo"))
        self.facts.learn(records["msisdn"])
        first = first_of_each(records)
        once = judged(first, self.facts)
        with transaction.atomic():
            bulk().lock_months(format_id=self.file.format_id, months=once["month"].unique().to_list())
            self.file = _still_loading(self.file)
            once = by_held_rates(once, first, self.facts)
            new = of_file(self.seen.unseen(once, self.file), self.file)
            rated = priced(self.allowances.cover(pooled(new.filter(outcome=RATED))), self.facts.rates)
            suspended = new.filter(pl.col("outcome") != RATED)
            waiting = suspended_rows(suspended, of_file(batch.malformed, self.file))
            first_id = self._first_id(batch)
            bulk().insert(RatedRecord, numbered(rated_rows(rated), first_id))
            bulk().insert(SuspendedRecord, numbered(waiting, first_id + rated.height))
            count_rate_uses(rated)
            self._count(batch, rated, suspended)
            self.part.progress(self.file)

    def _first_id(self, batch: Batch) -> int:
        """A record's key says its file and, roughly, its line: no two loads ever give the same."""
        firsts = [batch.records["line_number"].min(), batch.malformed["line_number"].min()]
        # A chunk may have no line but blank ones, or the header.
        return self.file.first_record_id + min((first for first in firsts if isinstance(first, int)), default=0)

    def _count(self, batch: Batch, rated: pl.DataFrame, suspended: pl.DataFrame) -> None:
        file, waiting = self.file, suspended["outcome"].value_counts()
        counts: dict[str, int] = {
            **dict(waiting.iter_rows()),
            RATED: rated.height,
            SuspenseReason.MALFORMED.value: batch.malformed.height,
            "duplicate": batch.records.height - rated.height - suspended.height,
        }
        for name, count in counts.items():
            setattr(file, name, getattr(file, name) + count)
        file.lines += batch.lines
        file.amount += from_scaled(int(rated["price"].sum()), MICROS)
        file.cost += from_scaled(int(rated["cost"].sum()), MICROS)
        file.cursor = batch.end
        file.first_day, file.last_day = _widened(file.first_day, file.last_day, batch.records["local_date"])
        file.save(update_fields=[*counts, "lines", "amount", "cost", "cursor", "first_day", "last_day"])


def _widened(first: date | None, last: date | None, days: pl.Series) -> tuple[date | None, date | None]:
    """The range from ``first`` to ``last`` day so that it holds ``days`` as well."""
    bounds = pl.concat([pl.Series([first, last], dtype=pl.Date), days])
    return cast(date | None, bounds.min()), cast(date | None, bounds.max())


def _still_loading(file: CdrFile) -> CdrFile:
    """The locked row of the file; DomainError if another process has taken the load further meanwhile."""
    now = CdrFile.objects.select_for_update().get(pk=file.pk)
    if now.state != FileState.LOADING or now.cursor != file.cursor:
        raise DomainError(_("%(file)s is being loaded by another process.") % {"file": file.name})
    return now


def _finished(file: CdrFile, part: Part) -> CdrFile:
    """Cover the lines and months of the file, then declare it loaded."""
    bulk().learn_size(RatedRecord, added=file.rated)
    part.covers(file)
    lines_and_months = RatedRecord.objects.lines_and_months_of(file)
    cover(
        line_ids={line for line, _month in lines_and_months},
        months={month for _line, month in lines_and_months},
        progress=part.covering(file),
    )
    with transaction.atomic():
        now = CdrFile.objects.select_for_update().get(pk=file.pk)
        if now.state == FileState.LOADING:
            now.state, now.finished_at = FileState.LOADED, timezone.now()
            now.save(update_fields=["state", "finished_at"])
            part.has_loaded(now)
    return now
