"""Reading what the operator answers. Each file is read as often as it takes: an answer that is known changes nothing.

A file that is none of ours, or not whole, is refused as a whole, and nobody has to undo half of it. One that is, but
names references that we do not know or says another thing than before, is taken for the rest of its lines, and the
report says which ones are left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.imports.bulk import take_turns
from apps.core.wording import located_sentence
from apps.lines.choices import Direction, FileOutcome, ProvisioningState
from apps.lines.models import ProvisioningFile, ProvisioningRequest
from apps.lines.provisioning.folders import Folders
from apps.lines.provisioning.layout import Answer, is_whole, read_answers
from apps.lines.provisioning.sending import TURN

#: A file that has changed within so long may still be growing.
QUIET = timedelta(seconds=5)
#: One that ends in the middle of a line is waited for so long, then it was cut.
PATIENCE = timedelta(minutes=10)
#: Answers of a transaction.
CHUNK = 200
REPORTED = 200
ANSWER_LENGTH = 300


@dataclass(slots=True)
class Reading:
    """What came of one file. ``problems`` are sentences, one for each line that was not taken."""

    name: str
    outcome: FileOutcome = FileOutcome.READ
    lines: int = 0
    acknowledged: int = 0
    refused: int = 0
    known: int = 0
    problems: list[str] = field(default_factory=list)


def read_file(path: Path, folders: Folders, *, now: datetime) -> Reading | None:
    """Take the answers of a file and put it away; None where it is not to be read yet, or somebody else has."""
    try:
        found = path.stat()
        age = now - datetime.fromtimestamp(found.st_mtime, UTC)
        if age < QUIET:
            return None
        reading, digest = _read(path, found.st_size, age, now)
        if reading is None:
            return None
        if path.stat().st_size != found.st_size:  # it has grown since: it is read again, with its end
            return None
        _note(reading, digest, now)
        is_refused = reading.outcome == FileOutcome.REFUSED
        folders.put_away(path, folders.refused if is_refused else folders.done, _report(reading))
    except FileNotFoundError:
        return None
    return reading


def _read(path: Path, size: int, age: timedelta, now: datetime) -> tuple[Reading | None, str]:
    reading = Reading(_shown(path.name))
    if size > settings.IMPORT_LIMIT:
        return _refused(reading, [_("This file is too large to be answers.")]), ""
    data = path.read_bytes()
    if not is_whole(data):
        if age < PATIENCE:
            return None, ""
        return _refused(reading, [_("The last line has no end: the file was cut.")]), _digest(data)
    answers, faults = read_answers(data)
    if faults:
        return _refused(reading, [located_sentence(fault) for fault in faults]), _digest(data)
    reading.lines = len(answers)
    for some in batched(answers, CHUNK):
        _settle(some, reading, now)
    if reading.problems:
        reading.outcome = FileOutcome.IN_PART
    return reading, _digest(data)


def _refused(reading: Reading, problems: list[str]) -> Reading:
    reading.outcome, reading.problems = FileOutcome.REFUSED, problems
    return reading


@transaction.atomic
def _settle(answers: Sequence[Answer], reading: Reading, now: datetime) -> None:
    take_turns(TURN)
    references = {answer.reference for answer in answers}
    locked = ProvisioningRequest.objects.select_for_update().filter(reference__in=references).order_by("pk")
    requests = {request.reference: request for request in locked}
    earlier = set(_asked_again(references - requests.keys()))
    for answer in answers:
        request = requests.get(answer.reference)
        if request is not None:
            problem = _answered(request, answer, reading, now)
        elif answer.reference in earlier:
            problem = _("it was asked again since, under another reference")
        else:
            problem = _("nothing was asked under this reference")
        if problem:
            said = _("Line %(line)d, %(reference)s: %(problem)s.")
            shown = answer.reference[:40]
            reading.problems.append(said % {"line": answer.line_number, "reference": shown, "problem": problem})


def _asked_again(references: set[str]) -> Iterator[str]:
    """Those of ``references`` that were refused and have been asked under new ones since."""
    operations = {}
    for reference in references:
        number = reference.removeprefix("ISM-").partition("-")[0]
        if number.isascii() and number.isdecimal() and len(number) < 19:
            operations[reference] = int(number)
    rows = ProvisioningRequest.objects.filter(operation__in=set(operations.values())).exclude(earlier=[])
    for request in rows:
        yield from (one["reference"] for one in request.earlier)


def _answered(request: ProvisioningRequest, answer: Answer, reading: Reading, now: datetime) -> str:
    """Note the answer on the request; returns why not, where it cannot be."""
    wanted = ProvisioningState.ACKNOWLEDGED if answer.accepted else ProvisioningState.REFUSED
    if request.state == wanted:
        reading.known += 1
        return ""
    if request.state == ProvisioningState.TO_SEND:
        if not request.file:
            return _("it has not been sent yet")
        # The operator has the file: whoever wrote it died before it could say so.
        request.send()
        request.sent_at = now
    if request.state != ProvisioningState.SENT:
        return _("it was answered “%(state)s” before") % {"state": request.get_state_display()}
    if answer.accepted:
        request.acknowledge()
        reading.acknowledged += 1
    else:
        request.refuse()
        reading.refused += 1
    request.answered_at, request.answer = now, answer.message[:ANSWER_LENGTH]
    request.save()
    return ""


def _note(reading: Reading, digest: str, now: datetime) -> None:
    """Keep what came of the file; read once more after a kill, it is the same row."""
    ProvisioningFile.objects.update_or_create(
        direction=Direction.IN,
        name=reading.name,
        digest=digest,
        defaults={"settled_at": now},
        create_defaults={
            "outcome": reading.outcome,
            "lines": reading.lines,
            "report": _report(reading),
            "settled_at": now,
        },
    )


def _report(reading: Reading) -> str:
    if not reading.problems:
        return ""
    shown = reading.problems[:REPORTED]
    if len(reading.problems) > REPORTED:
        shown = [*shown, _("… and %(count)d more.") % {"count": len(reading.problems) - REPORTED}]
    return "\n".join([*shown, ""])


def _shown(name: str) -> str:
    """A name as people and the database can hold it, whatever bytes it is made of."""
    return name.encode("utf-8", "replace").decode().replace("\x00", "")[:255]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
