"""What our management commands have in common: a report for a person, the same in JSON, an exit code.

Cron jobs and scripts rely on the codes: 0 is done, 1 a refused input (with the reasons), 2 a wrong usage
(argparse). A command that breaks otherwise is a bug and keeps its traceback.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError

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
