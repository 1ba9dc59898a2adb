"""``manage.py load_cdrs FILE...``: the screen «Chargement CDRs mobile» for scripts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from apps.core.commands import Report, ReportCommand, readable_file
from apps.core.money import MICROS, amount_text
from apps.usage.defaults import ISM
from apps.usage.services import load_files
from apps.usage.wording import OUTCOMES, amounts_summary, load_summary

COUNTS = ("lines", *OUTCOMES)


class Command(ReportCommand):
    help = "Load files of call records; a load that was interrupted goes on where it stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "files", nargs="+", type=readable_file, metavar="FILE", help="CSV file, compressed (.gz) or not"
        )
        parser.add_argument("--format", default=ISM, metavar="CODE", help="layout of the files (default: ISM)")

    def report(self, **options: Any) -> Report:
        loaded = load_files(paths=options["files"], format_code=options["format"], actor=None)
        counts = {name: sum(getattr(file, name) for file in loaded.files) for name in COUNTS}
        amount = sum((file.amount for file in loaded.files), Decimal(0))
        cost = sum((file.cost for file in loaded.files), Decimal(0))
        return Report(
            lines=[
                *(load_summary(file) for file in loaded.files),
                amounts_summary(amount, cost),
            ],
            data={
                "files": len(loaded.files),
                **counts,
                "amount": amount_text(amount, MICROS),
                "cost": amount_text(cost, MICROS),
            },
            refusals=[str(refusal) for refusal in loaded.refusals],
        )
