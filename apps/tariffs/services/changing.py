"""Changing one rate where it stands: only while no call was priced by it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import french
from apps.core.exceptions import DomainError
from apps.tariffs.models import Rate
from apps.tariffs.numbering import is_special_zone
from apps.tariffs.rating import PRICE_LIMIT
from apps.tariffs.services.locking import lock_version, revise
from apps.tariffs.services.making import COPIED, PRICES
from apps.tariffs.uses import uses_of


@transaction.atomic
def change_rate(*, rate: Rate, values: Mapping[str, Any], actor: Any, reason: str = "") -> Rate:
    """Give the rate other ``values`` (by field); those that it has already change nothing, and leave no trace.

    Whether it is for special numbers follows from its destination zone, as in files. DomainError if calls were priced
    by it: their price must stay explicable, so that a new version from a date is the way. DomainError also for a value
    that makes no sense, or if the version has another rate for the same calls.
    """
    lock_version(rate.version_id)
    rate = Rate.objects.get(pk=rate.pk)
    values = dict(values)
    if unknown := values.keys() - set(COPIED):
        raise TypeError(f"rates have no {sorted(unknown)}")
    if "destination_zone" in values:
        values["special"] = is_special_zone(values["destination_zone"])
    changed = [name for name, value in values.items() if getattr(rate, name) != value]
    if not changed:
        return rate
    refuse_if_used(rate)
    for name in changed:
        setattr(rate, name, values[name])
    _refuse_nonsense(rate)
    rate._history_user = actor  # type: ignore[attr-defined]  # of simple-history
    rate._change_reason = reason[:100] or None  # type: ignore[attr-defined]
    rate.save(update_fields=changed)
    revise(rate.version_id)
    return rate


def refuse_if_used(rate: Rate) -> None:
    """DomainError if calls were priced by the rate, which names the way out."""
    if use := uses_of(Rate.objects.filter(pk=rate.pk)).get(rate.pk):
        raise DomainError(
            ngettext(
                "%(count)s call was priced by “%(rate)s”: its price must stay explicable. "
                "Make a new version of the grid, from the day on which the new price holds.",
                "%(count)s calls were priced by “%(rate)s”: their price must stay explicable. "
                "Make a new version of the grid, from the day on which the new price holds.",
                use.records,
            )
            % {"count": french.whole(use.records), "rate": rate}
        )


def _refuse_nonsense(rate: Rate) -> None:
    for name in PRICES:
        price: Decimal = getattr(rate, name)
        if not 0 <= price <= PRICE_LIMIT:
            raise DomainError(
                _("%(field)s: from 0 to %(limit)s.") % {"field": _label(rate, name), "limit": french.euros(PRICE_LIMIT)}
            )
    try:
        rate.clean_fields()
    except ValidationError as error:
        reasons = [f"{_label(rate, name)}{french.NBSP}: {' '.join(said)}" for name, said in error.message_dict.items()]
        raise DomainError(_("The rate makes no sense."), reasons=reasons) from None
    others = Rate.objects.exclude(pk=rate.pk).filter(
        **{name: getattr(rate, name) for name in ("version", "kind", "direction", "origin_zone", "prefix", "special")}
    )
    if other := others.first():
        raise DomainError(_("The version has a rate for the same calls: “%(rate)s”.") % {"rate": other})


def _label(rate: Rate, name: str) -> str:
    label = str(rate._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]
