"""Facts about lines, as a clerk reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.french import euros, percent
from apps.lines.models import Discount, Line, LineOperation


def discount_text(discount: Discount) -> str:
    """«10 % pendant 12 mois», «5,00 € par mois»."""
    if discount.percent is not None:
        size = percent(discount.percent)
    else:
        assert discount.amount is not None  # noqa: S101  # a constraint has one of them
        size = _("%(amount)s a month") % {"amount": euros(discount.amount)}
    if discount.months is None:
        return size
    return ngettext("%(size)s for %(months)d month", "%(size)s for %(months)d months", discount.months) % {
        "size": size,
        "months": discount.months,
    }


def changes_text(operation: LineOperation) -> Iterator[str]:
    """One sentence per value that the operation changed: «Nom d'utilisateur : PAUL DURAND → JEANNE MARTIN»."""
    before, after = operation.before, operation.after
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            said = f"{_value(old)} → {_value(new)}" if old not in (None, "") else _value(new)
            yield f"{_label(name)}\N{NO-BREAK SPACE}: {said}"


def _label(name: str) -> str:
    try:
        return capfirst(str(Line._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _value(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
