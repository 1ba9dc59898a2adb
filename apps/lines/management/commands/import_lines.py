from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate

from apps.core.commands import ImportCommand
from apps.lines.imports import LineImporter


class Command(ImportCommand):
    help = "Take lines over from a CSV file, with their cards, plans, options and discounts."

    def importer(self, **options: Any) -> LineImporter:
        return LineImporter(today=localdate())
