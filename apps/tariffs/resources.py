"""One version of a grid as a file, which ``import_tariff`` reads back unchanged (DOMAIN §5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from import_export.resources import Resource

from apps.core.imports import Column
from apps.core.spreadsheets import Cell, as_csv, as_xlsx
from apps.tariffs.choices import PRICE_FIELDS
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate, TariffVersion


class RateResource(Resource):
    """The columns of files of grids. Of the three prices a line has the one of its kind of usage."""

    def __init__(self, version: TariffVersion) -> None:
        super().__init__()
        self.version = version

    def get_queryset(self) -> QuerySet[Rate]:
        return self.version.rates.order_by("origin_zone", "kind", "direction", "special", "prefix")

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [column.header for column in TariffImporter.columns]

    def export_resource(self, instance: Rate, selected_fields: Any = None, **kwargs: Any) -> list[Cell]:
        return [_cell(instance, column) for column in TariffImporter.columns]

    def csv(self) -> bytes:
        dataset = self.export()
        return as_csv(dataset.headers, dataset)

    def xlsx(self) -> bytes:
        dataset = self.export()
        return as_xlsx(str(self.version.tariff.code), dataset.headers, dataset)


def _cell(rate: Rate, column: Column) -> Cell:
    value = getattr(rate, column.field)
    if isinstance(value, Decimal):
        is_other = column.field in PRICE_FIELDS.values() and column.field != rate.price_field
        return None if is_other and not value else value.normalize()
    return value if isinstance(value, int) and not isinstance(value, bool) else column.written(value)
