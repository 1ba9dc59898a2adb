from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.timezone import localdate

from apps.core.commands import ImportCommand
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Tariff


def grid_code(text: str) -> str:
    longest = Tariff._meta.get_field("code").max_length or 0
    if not text or len(text) > longest:
        raise argparse.ArgumentTypeError(f"1 to {longest} characters")
    return text


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


class Command(ImportCommand):
    help = "Take a minute grid over from a CSV file, which is the grid's whole content."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--table", required=True, type=grid_code, metavar="CODE", help="grid, made if it is new")
        parser.add_argument(
            "--from", type=day, dest="valid_from", metavar="DATE", help="make a version that holds from this day on"
        )

    def importer(self, **options: Any) -> TariffImporter:
        return TariffImporter(today=localdate(), table=options["table"], valid_from=options["valid_from"])
