from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate

from apps.core.commands import ImportCommand
from apps.customers.imports import CustomerImporter


class Command(ImportCommand):
    help = "Take customers over from a CSV file."

    def importer(self, **options: Any) -> CustomerImporter:
        return CustomerImporter(today=localdate())
