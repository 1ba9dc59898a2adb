"""Loading files of call records: parse, judge, rate and store, chunk by chunk.

A chunk's records, the file's counters and its cursor are committed together, so that a killed load goes on where it
stopped when the same file is loaded again. Parsing never happens inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
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
from apps.usage.judging import RATED, judged, pooled
from apps.usage.models import CdrFile, CdrFormat, RatedRecord, SuspendedRecord
from apps.usage.parsing import Batch, FileFacts, FormatSpec, UnreadableFile, inspect_file, parse_file
from apps.usage.pools import RunningAllowances
from apps.usage.records import first_of_each, numbered, of_file, rated_rows, suspended_rows
from apps.usage.services.covering import cover
from apps.usage.wording import already_loaded, unreadable

CHUNK_BYTES = 12 * 1024 * 1024  # about 100,000 lines, which are stored within a second


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The files that were loaded, as they are now, and why the others were refused."""

    files: list[CdrFile] = field(default_factory=list)
    refusals: list[DomainError] = field(default_factory=list)


def load_files(*, paths: Sequence[Path], format_code: str = ISM, actor: User | None) -> LoadReport:
    """Load several files; one that is refused does not keep the others out. See :func:`load_file`."""
    report = LoadReport()
    for path in paths:
        try:
            report.files.append(load_file(path=path, format_code=format_code, actor=actor))
        except DomainError as refusal:
            report.refusals.append(refusal)
    for file in report.files:  # a later file may take from an allowance what an earlier one had taken
        file.refresh_from_db()
    return report


def load_file(*, path: Path, format_code: str = ISM, actor: User | None, chunk_bytes: int = CHUNK_BYTES) -> CdrFile:
    """Load one file, or finish a load of it that was interrupted.

    DomainError if the same content has been loaded already, if another process is loading it, if the format is
    unknown, or if the file as a whole is not what its format says; nothing has been written then.
    """
    record_format, spec = _format(format_code)
    try:
        facts = inspect_file(path, spec)
        file = _begun(path.name, facts, record_format, actor)
        if file.lines < facts.lines:
            load = _Load(file)
            for batch in _ahead(parse_file(path, spec, chunk_bytes=chunk_bytes, after=file.cursor)):
                load.store(batch)
            file = load.file
    except UnreadableFile as error:
        raise unreadable(path.name, error) from error
    return _finished(file)


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

    def __init__(self, file: CdrFile) -> None:
        self.file = file
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
            if not self.facts.hold(once["rate"].drop_nulls()):
                self.facts = Facts()
                self.facts.learn(records["msisdn"])
                once = judged(first, self.facts)
            new = of_file(self.seen.unseen(once, self.file), self.file)
            rated = priced(self.allowances.cover(pooled(new.filter(outcome=RATED))), self.facts.rates)
            suspended = new.filter(pl.col("outcome") != RATED)
            waiting = suspended_rows(suspended, of_file(batch.malformed, self.file))
            first_id = self._first_id(batch)
            bulk().insert(RatedRecord, numbered(rated_rows(rated), first_id))
            bulk().insert(SuspendedRecord, numbered(waiting, first_id + rated.height))
            self._count(batch, rated, suspended)

    def _first_id(self, batch: Batch) -> int:
        """A record's key says its file and, roughly, its line: no two loads ever give the same."""
        firsts = [batch.records["line_number"].min(), batch.malformed["line_number"].min()]
        return self.file.first_record_id + min(first for first in firsts if isinstance(first, int))

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


def _finished(file: CdrFile) -> CdrFile:
    """Cover the lines and months of the file, then declare it loaded."""
    bulk().learn_size(RatedRecord, added=file.rated)
    lines_and_months = RatedRecord.objects.lines_and_months_of(file)
    cover(
        line_ids={line for line, _month in lines_and_months},
        months={month for _line, month in lines_and_months},
    )
    with transaction.atomic():
        now = CdrFile.objects.select_for_update().get(pk=file.pk)
        if now.state == FileState.LOADING:
            now.state, now.finished_at = FileState.LOADED, timezone.now()
            now.save(update_fields=["state", "finished_at"])
    return now
