"""New grids and versions out of those that are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from apps.core import french
from apps.core.exceptions import DomainError
from apps.core.money import MICROS, round_half_up
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.tariffs.rating import PRICE_LIMIT
from apps.tariffs.services.locking import lock_tariff
from apps.tariffs.wording import version_text

PRICES = ("price_minute", "price_unit", "price_megabyte", "connection_fee")
COPIED = [field.name for field in Rate._meta.concrete_fields if field.name not in ("id", "version")]

UNCHANGED = Decimal(0)


@transaction.atomic
def make_version(*, source: TariffVersion, valid_from: date, percent: Decimal = UNCHANGED, actor: Any) -> TariffVersion:
    """The rates of ``source`` as the version of its grid from ``valid_from`` on, prices changed by ``percent``.

    Calls from that day on that are rated already keep their price. DomainError if the grid has a version from that
    day, or if the change makes no sense (:func:`changed_price`).
    """
    tariff = lock_tariff(source.tariff_id)
    if tariff.versions.filter(valid_from=valid_from).exists():
        raise DomainError(
            _("The grid %(grid)s has a version from %(day)s already.") % {"grid": tariff, "day": french.day(valid_from)}
        )
    version = TariffVersion.objects.create(tariff=tariff, valid_from=valid_from)
    _copy(source, version, percent, actor)
    return version


@transaction.atomic
def duplicate_tariff(
    *, source: TariffVersion, code: str, label: str, percent: Decimal = UNCHANGED, actor: Any
) -> Tariff:
    """A new grid with the rates of ``source``, prices changed by ``percent``; its first version holds for all dates.

    DomainError if the code is taken, or if the change makes no sense (:func:`changed_price`).
    """
    # Only the database knows of whoever takes the code at this moment.
    tariff, is_new = Tariff.objects.get_or_create(code=code, defaults={"label": label})
    if not is_new:
        raise DomainError(_("“%(code)s” is taken: a grid has a code of its own.") % {"code": code})
    _copy(source, TariffVersion.objects.create(tariff=tariff), percent, actor)
    return tariff


@transaction.atomic
def rename_tariff(*, tariff: Tariff, label: str, actor: Any) -> Tariff:  # a grid keeps no history
    """Call the grid otherwise. Its code, by which files and lines know it, stays."""
    tariff = lock_tariff(tariff.pk)
    tariff.label = label
    tariff.save(update_fields=["label"])
    return tariff


def changed_price(price: Decimal, percent: Decimal) -> Decimal:
    """``price`` × (1 + ``percent``/100), half up to six decimals; a free call stays free.

    DomainError below -100 %, or if a price goes beyond what a call may cost.
    """
    changed = round_half_up(price * (100 + percent) / 100, MICROS)
    if changed < 0:
        raise DomainError(_("A price falls by 100 % at most."))
    if changed > PRICE_LIMIT:
        raise DomainError(
            _("With this change a price of %(old)s becomes %(new)s: %(limit)s at most.")
            % {"old": french.price(price), "new": french.price(changed), "limit": french.euros(PRICE_LIMIT)}
        )
    return changed


def _copy(source: TariffVersion, version: TariffVersion, percent: Decimal, actor: Any) -> None:
    said = _("Copied from %(version)s") % {"version": version_text(source)}
    if percent:
        said = _("Copied from %(version)s, prices %(percent)s") % {
            "version": version_text(source),
            "percent": f"{'+' if percent > 0 else ''}{french.percent(percent)}",
        }
    bulk_create_with_history(
        list(_copies(source, version, percent)), Rate, default_user=actor, default_change_reason=said[:100]
    )


def _copies(source: TariffVersion, version: TariffVersion, percent: Decimal) -> Iterator[Rate]:
    for rate in source.rates.order_by("pk"):
        values = {name: getattr(rate, name) for name in COPIED}
        if percent:
            values |= {name: changed_price(values[name], percent) for name in PRICES}
        yield Rate(version=version, **values)
