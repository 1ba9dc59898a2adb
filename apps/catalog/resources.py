"""Lists of the catalogue as files: those of offers are read back unchanged by ``import_offers``."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.catalog.choices import SaleMode
from apps.catalog.filing import as_filed, with_all_filed
from apps.catalog.imports import OfferImporter
from apps.core.imports import shown
from apps.core.resources import ListResource
from apps.core.spreadsheets import Cell


class OfferResource(ListResource):
    """The columns that files of offers have (DOMAIN §13), then those that ISM adds."""

    header = tuple(column.header for column in OfferImporter.columns)

    def prepared(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_all_filed(rows, self.today)

    def cells(self, row: Any) -> list[Cell]:
        values = as_filed(row)
        return [column.written(values[column.field]) for column in OfferImporter.columns]


class HandsetResource(ListResource):
    """One line per handset, its prices of today by sale mode; instalments as ``24x10.00``, joined by ``+``."""

    header = (
        "MARQUE",
        "MODELE",
        "EAN",
        "TVA",
        "PRIX_COMPTANT_HT",
        "PRIX_SUBVENTIONNE_HT",
        "PAIEMENT_ECHELONNE_HT",
        "LOCATION_MENSUELLE_HT",
        "PRIX_ACHAT_HT",
        "COMPTE_VENTE",
        "EN_VENTE_DU",
        "EN_VENTE_JUSQU_AU",
    )

    def prepared(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.prefetch_related(None).with_prices_on(self.today)  # type: ignore[attr-defined]

    def cells(self, row: Any) -> list[Cell]:
        once = {price.mode: price.amount for price in row.prices_today if price.mode != SaleMode.INSTALMENTS}
        instalments = [
            f"{price.months}x{price.amount}" for price in row.prices_today if price.mode == SaleMode.INSTALMENTS
        ]
        return [
            row.brand,
            row.model,
            row.ean,
            row.vat_rate,
            once.get(SaleMode.OUTRIGHT),
            once.get(SaleMode.SUBSIDISED),
            "+".join(instalments),
            once.get(SaleMode.RENTAL),
            row.wholesale_cost,
            row.sales_account,
            shown(row.on_sale_from),
            shown(row.on_sale_until),
        ]
