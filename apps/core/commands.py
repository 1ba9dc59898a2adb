"""What our management commands have in common: a report for a person, the same in JSON, an exit code.

Cron jobs and scripts rely on the codes: 0 is done, 1 a refused input (with the reasons), 2 a wrong usage
(argparse). A command that breaks otherwise is a bug and keeps its traceback.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.csvfiles import Fault
from apps.core.exceptions import DomainError
from apps.core.imports import Importer, Plan
from apps.core.wording import located_sentence, sentence

REFUSED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a command has to say.

    ``lines`` is what a person reads on stdout, ``data`` the JSON object that says the same. ``refusals`` are
    the reasons why something was not done, on stderr: with one, the command ends with code 1. The JSON has
    them as ``errors``, objects with at least a ``reason``, unless ``data`` has an ``errors`` of its own.
    """

    lines: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    refusals: Sequence[str] = ()

    def as_json(self) -> str:
        data = dict(self.data)
        if self.refusals:
            data.setdefault("errors", [{"reason": reason} for reason in self.refusals])
        # Amounts and days that a command left as Decimal and date become text, never floats.
        return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)


class ReportCommand(BaseCommand):
    """Base of our commands: :meth:`report` calls a service and tells what it did; it may raise DomainError.

    A subclass that takes arguments extends :meth:`add_arguments` and calls ``super()``.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help=_("Print one JSON object instead of a report."),
        )

    def report(self, **options: Any) -> Report:
        """Do the work; ``options`` are the parsed arguments."""
        raise NotImplementedError

    def handle(self, *args: str, **options: Any) -> None:
        try:
            report = self.report(**options)
        except DomainError as refusal:
            report = Report(refusals=[str(refusal), *refusal.reasons])
        if options["as_json"]:
            self.stdout.write(report.as_json())
        else:
            for line in report.lines:
                self.stdout.write(line)
            for reason in report.refusals:
                self.stderr.write(reason)
        if report.refusals:
            raise SystemExit(REFUSED)


def readable_file(text: str) -> Path:
    """Type of an argument that names a file to read; one that cannot be read is a wrong usage (code 2)."""
    path = Path(text)
    try:
        path.open("rb").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from None
    return path


class ImportCommand(ReportCommand):
    """Takes a CSV file or a workbook over; a subclass names the importer."""

    _SHOWN_CHANGES = 20

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=readable_file, metavar="FILE", help=_("CSV file in UTF-8, or XLSX workbook."))

    def importer(self, **options: Any) -> Importer[Any]:
        """The importer of this kind of file, made for the parsed arguments."""
        raise NotImplementedError

    def report(self, **options: Any) -> Report:
        file: Path = options["file"]
        plan = self.importer(**options).run(file.read_bytes(), source=file.name)
        refusals = [located_sentence(fault) for fault in plan.faults]
        if refusals:
            refusals.insert(0, _("%(file)s is refused, nothing was written:") % {"file": file.name})
        return Report(
            lines=[*self._summary(file.name, plan), *map(located_sentence, plan.warnings)],
            data={
                "file": file.name,
                "lines": len(plan.records),
                **plan.counts(),
                **({"errors": [_described(fault) for fault in plan.faults]} if refusals else {}),
                "warnings": [_described(fault) for fault in plan.warnings],
            },
            refusals=refusals,
        )

    def _summary(self, name: str, plan: Plan[Any]) -> Iterator[str]:
        if plan.faults:
            return
        yield _("%(file)s: %(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(removed)d removed.") % {
            "file": name,
            **plan.counts(),
        }
        for change in plan.changed[: self._SHOWN_CHANGES]:
            for column, old, new in change.described():
                yield f"  {change.record.called} · {column}: {old or '–'} → {new or '–'}"
        if (more := len(plan.changed) - self._SHOWN_CHANGES) > 0:
            yield ngettext("  and %(count)d more.", "  and %(count)d more.", more) % {"count": more}


def _described(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line, "column": fault.column, "value": fault.value, "reason": sentence(fault)}
