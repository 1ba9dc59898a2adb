"""Numbers and the log that outlives a restored backup.

Each number given is written, after its commit, to ``PRIVATE_ROOT/ledger/<kind>.log`` and forced to disk: one JSON
object a line. A log behind the database (killed between commit and write) is completed; a log ahead of it means that
the database is older than the invoices customers hold, and issuing stops.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.billing.models import Invoice
from apps.core.exceptions import DomainError
from apps.core.wording import sentence
from apps.documents.models import NumberSeries
from apps.documents.numbering import NumberPattern, PatternRefused, Reset

TAIL = 8192


def locked_series(kind: str) -> NumberSeries:
    """The series of ``kind``, locked until the caller's transaction ends: a rollback gives its numbers back."""
    return NumberSeries.objects.select_for_update().get(kind=kind)


def take_number(series: NumberSeries, day: date) -> tuple[int, str]:
    """The next counter and number of a locked series for a document of ``day``; the caller saves the series."""
    if series.last_date is not None and day < series.last_date:
        raise DomainError(_("The series has already numbered a later date."))
    with _pattern(series) as pattern:
        series.counter = _following(series, pattern, day)
        series.period_key = pattern.period_key(day)
        series.position += 1
        series.last_date = day
        return series.counter, pattern.format(series.counter, day)


def next_numbers(kind: str, day: date, n: int = 3) -> list[str]:
    """The numbers that the next documents of ``day`` will get; nothing is taken. DomainError if there are none."""
    series = NumberSeries.objects.get(kind=kind)
    with _pattern(series) as pattern:
        return pattern.preview(_following(series, pattern, day), day, n)


@contextmanager
def _pattern(series: NumberSeries) -> Iterator[NumberPattern]:
    """The pattern of ``series``. DomainError for one that gives no number: its counter may have grown too long."""
    try:
        yield NumberPattern.parse(series.pattern, reset=Reset(series.reset))
    except PatternRefused as refusal:
        raise DomainError(
            _("The pattern of the numbers (%(pattern)s) gives none: %(reason)s")
            % {"pattern": series.pattern, "reason": sentence(refusal)}
        ) from refusal


def _following(series: NumberSeries, pattern: NumberPattern, day: date) -> int:
    """The counter of the next document of ``day``: it starts again at 1 in a new period of the pattern."""
    return series.counter + 1 if pattern.period_key(day) == series.period_key else 1


def log_path(kind: str) -> Path:
    return Path(settings.PRIVATE_ROOT) / "ledger" / f"{kind}.log"


def settle_number_log(kind: str, *, fresh: Sequence[Invoice] = ()) -> None:
    """Bring the log up to the database; DomainError if it knows numbers that the database does not.

    ``fresh`` are the invoices just committed, in order: the usual case, written without reading the ledger again.
    """
    with _locked(kind) as log:
        last = _last_entry(log)
        position, digest = (0, "") if last is None else (last["position"], last["digest"])
        if fresh and (fresh[0].position, fresh[0].previous_digest) == (position + 1, digest):
            _append(log, [_entry(invoice) for invoice in fresh])
            return
        issued = Invoice.objects.issued().filter(kind=kind)
        if last is not None:
            known = issued.filter(position=position).values_list("number", "digest").first()
            if known != (last["number"], last["digest"]):
                raise DomainError(
                    _(
                        "The log of numbers knows %(number)s, which the database does not hold: an older backup was "
                        "restored. Nothing is issued until this is settled."
                    )
                    % {"number": last["number"]}
                )
        _append(log, [_entry(invoice) for invoice in issued.filter(position__gt=position).order_by("position")])


def log_faults(kind: str) -> list[str]:
    """Where log and database disagree, read without writing: for the ledger's verification."""
    path = log_path(kind)
    logged = set(path.read_text().splitlines()) if path.exists() else set()
    issued = Invoice.objects.issued().filter(kind=kind).only("number", "position", "issue_date", "digest")
    held = {json.dumps(_entry(invoice)) for invoice in issued.iterator()}
    return [f"log only: {entry}" for entry in sorted(logged - held)] + [
        f"database only: {entry}" for entry in sorted(held - logged)
    ]


def _entry(invoice: Invoice) -> dict[str, Any]:
    return {
        "position": invoice.position,
        "number": invoice.number,
        "date": str(invoice.issue_date),
        "digest": invoice.digest,
    }


@contextmanager
def _locked(kind: str) -> Iterator[IO[bytes]]:
    path = log_path(kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        yield log


def _last_entry(log: IO[bytes]) -> dict[str, Any] | None:
    log.seek(0, os.SEEK_END)
    size = log.tell()
    log.seek(max(0, size - TAIL))
    tail = log.read()
    if tail and not tail.endswith(b"\n"):
        # Killed in the middle of a write: the half line is cut off and written anew from the database.
        kept = tail.rpartition(b"\n")[0] + b"\n" if b"\n" in tail else b""
        log.truncate(size - len(tail) + len(kept))
        tail = kept
    lines = tail.splitlines()
    entry: dict[str, Any] | None = json.loads(lines[-1]) if lines else None
    return entry


def _append(log: IO[bytes], entries: list[dict[str, Any]]) -> None:
    if not entries:
        return
    log.write(b"".join(json.dumps(entry).encode() + b"\n" for entry in entries))
    log.flush()
    os.fsync(log.fileno())
