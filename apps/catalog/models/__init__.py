"""What the integrator sells: offers with dated prices, what they include and how they go together; handsets."""

from apps.catalog.models.files import OfferImport
from apps.catalog.models.handsets import Handset, HandsetPrice
from apps.catalog.models.offers import Offer, OfferRule, Option, Plan, Product
from apps.catalog.models.terms import Allowance, OfferPrice

__all__ = [
    "Allowance",
    "Handset",
    "HandsetPrice",
    "Offer",
    "OfferImport",
    "OfferPrice",
    "OfferRule",
    "Option",
    "Plan",
    "Product",
]
