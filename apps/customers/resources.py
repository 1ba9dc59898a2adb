"""The list of customers as a file, which an import reads back unchanged."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.core.resources import ListResource
from apps.core.spreadsheets import Cell
from apps.customers.imports import CustomerImporter, as_filed, with_all_filed


class CustomerResource(ListResource):
    """The columns of ``clients.csv`` (DOMAIN §13); closed customers too. IBANs stand there whole."""

    header = tuple(column.header for column in CustomerImporter.columns)

    def prepared(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_all_filed(rows)

    def cells(self, row: Any) -> list[Cell]:
        values = as_filed(row)
        return [column.written(values[column.field]) for column in CustomerImporter.columns]
