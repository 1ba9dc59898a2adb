"""What stands beside the pages of entering: what is typed costs so much, and the order with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.orders.services import totals_of
from apps.orders.terms import MobileTerms


@dataclass(frozen=True)
class Costs:
    """Each with what it is called; None of what is not known yet."""

    name: str = ""
    item: Any = None
    whole: str = ""
    order: Any = None


def costs_of(form: Any) -> Costs:
    """Of a form as it is typed: of the item only what is right so far, and of the order what is in it already."""
    terms = terms_so_far(form)
    of_item: dict[str, Any] = {}
    if terms is not None:
        name = _("This line") if isinstance(terms, MobileTerms) else _("This service")
        of_item = {"name": name, "item": totals_of(terms, customer=form.customer)}
    if form.order is None:
        return Costs(**of_item)
    count = form.order.item_count
    whole = ngettext("The order, with its %(count)d item", "The order, with its %(count)d items", count)
    return Costs(**of_item, whole=whole % {"count": count}, order=totals_of(form.order))


def terms_so_far(form: Any) -> Any:
    """The terms of a form that has its plan or its service and a price; None before that."""
    said = getattr(form, "cleaned_data", {})
    if said.get("plan_price") is not None and said.get("plan") is not None:
        return form.terms
    if said.get("price") is not None and (said.get("offer") or said.get("handset")):
        return form.terms
    return None
