from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate

from apps.catalog.imports import OfferImporter
from apps.core.commands import ImportCommand


class Command(ImportCommand):
    help = "Take plans and options over from a CSV file."

    def importer(self, **options: Any) -> OfferImporter:
        return OfferImporter(today=localdate())
