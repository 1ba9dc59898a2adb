"""«Grilles minutes»: the grids and their versions, the rates of a version, comparisons and simulated calls."""

from apps.tariffs.admin.files import RateImportAdmin
from apps.tariffs.admin.grids import TariffAdmin
from apps.tariffs.admin.rates import RateAdmin

__all__ = ["RateAdmin", "RateImportAdmin", "TariffAdmin"]
