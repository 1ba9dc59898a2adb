"""Customers whose numbers are pasted for something that is done to many."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.core.imports import in_batches
from apps.customers.models import Customer


def find_customers(texts: Sequence[str]) -> list[Customer | str]:
    """The customer of each number, in small letters or capitals."""
    texts = [text.strip() for text in texts]
    wanted = {*texts, *(text.upper() for text in texts)}
    found = {one.number: one for one in in_batches(Customer.objects.all(), "number", wanted)}
    unknown = _("No customer has this number.")
    return [found.get(text) or found.get(text.upper()) or unknown for text in texts]
