"""«Gestion des offres de vente»: plans, options, services and equipment, handsets."""

from apps.catalog.admin.files import OfferImportAdmin
from apps.catalog.admin.handsets import HandsetAdmin
from apps.catalog.admin.offers import OptionAdmin, PlanAdmin, ProductAdmin

__all__ = ["HandsetAdmin", "OfferImportAdmin", "OptionAdmin", "PlanAdmin", "ProductAdmin"]
