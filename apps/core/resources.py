"""Lists as files: the columns that an import of the same rows knows, so that a file goes out and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from import_export.resources import Resource

from apps.core.spreadsheets import Cell, as_csv, csv_pieces

#: Rows whose details are read at once.
ROWS_PER_READ = 2_000


class ListResource(Resource):  # type: ignore[misc]  # import_export ships no types
    """Rows of a list as they are on the day ``today``; no cell becomes a formula."""

    header: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self.today = today

    def prepared(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows

    def cells(self, row: Any) -> list[Cell]:
        raise NotImplementedError

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return list(self.header)

    def export_resource(self, instance: Any, selected_fields: Any = None, **kwargs: Any) -> list[Cell]:
        return self.cells(instance)

    def as_csv(self, rows: QuerySet[Any]) -> bytes:
        dataset = self.export(self.prepared(rows))
        return as_csv(dataset.headers, dataset)

    def pieces(self, rows: QuerySet[Any]) -> Iterator[bytes]:
        """The same file made while it is sent, for lists that are too long to be held."""
        found = self.prepared(rows).iterator(chunk_size=ROWS_PER_READ)
        return csv_pieces(self.header, map(self.cells, found))
