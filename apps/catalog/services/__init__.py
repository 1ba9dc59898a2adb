"""Verbs of the catalogue: what becomes of prices, allowances, rules and sale beyond a change of an offer's own row.

What changes is told in the offer's history in a sentence, with who did it.
"""

from apps.catalog.services.allowances import ALLOWANCES_CHANGED, Included, include, set_allowances, texts_of
from apps.catalog.services.copying import copy_handset, copy_offer
from apps.catalog.services.making import make_handset, make_offer
from apps.catalog.services.prices import FIRST_DAY, change_handset_price, change_price, set_prices, take_price_back
from apps.catalog.services.ruling import set_rules
from apps.catalog.services.selling import change_vat_rate, put_on_sale, withdraw
from apps.catalog.services.telling import OFFERS_IN_USE, lines_with

__all__ = [
    "ALLOWANCES_CHANGED",
    "FIRST_DAY",
    "OFFERS_IN_USE",
    "Included",
    "change_handset_price",
    "change_price",
    "change_vat_rate",
    "copy_handset",
    "copy_offer",
    "include",
    "lines_with",
    "make_handset",
    "make_offer",
    "put_on_sale",
    "set_allowances",
    "set_prices",
    "set_rules",
    "take_price_back",
    "texts_of",
    "withdraw",
]
