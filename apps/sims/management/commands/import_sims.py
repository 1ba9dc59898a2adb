from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate

from apps.core.commands import ImportCommand
from apps.sims.imports import SimImporter


class Command(ImportCommand):
    help = "Take SIM cards over from a CSV file."

    def importer(self, **options: Any) -> SimImporter:
        return SimImporter(today=localdate())
