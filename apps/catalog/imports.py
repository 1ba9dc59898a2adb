"""Files of plans and options, as another system lists them (DOMAIN §13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from apps.catalog.choices import OfferKind, UsageKind
from apps.catalog.models import Offer, OfferPrice
from apps.catalog.quantities import UNLIMITED, Quantity
from apps.catalog.services import FIRST_DAY, set_allowances, set_prices
from apps.core.cells import CellRefused, parse_int, parse_yes_no
from apps.core.csvfiles import Fault
from apps.core.imports import (
    Change,
    Column,
    Importer,
    Key,
    Known,
    Plan,
    Record,
    in_batches,
    number,
    one_of,
    text,
    update_with_history,
)

SENTENCES = {"offer_code_plus": _("A code cannot hold a “+”: files of lines join codes by it.")}

KINDS = {"ABONNEMENT": OfferKind.PLAN, "OPTION": OfferKind.OPTION}

_OWN = {"code", "kind", "label", "vat_rate", "throughput", "in_advance"}
_INCLUDED = {"voice": UsageKind.VOICE, "sms": UsageKind.SMS, "data": UsageKind.DATA}


def offer_code(cell: str) -> str:
    if "+" in cell:
        raise CellRefused("offer_code_plus")
    return text(40)(cell)


def allowance(cell: str) -> Quantity:
    """What is included each month: a whole number (0: nothing) or ILLIMITE."""
    return UNLIMITED if cell.upper() == UNLIMITED else parse_int(cell, minimum=0)


class OfferImporter(Importer[Offer]):
    """Offers known by their code. A new price holds from the day of the import on, for new orders."""

    columns = (
        Column(header="CODE", field="code", read=offer_code),
        Column(header="LIBELLE", field="label", read=text(80)),
        Column(header="NATURE", field="kind", read=one_of(KINDS)),
        Column(header="PRIX_HT", field="price", read=number(scale=2)),
        Column(header="TVA", field="vat_rate", read=number(scale=2, maximum=100)),
        Column(header="VOIX_INCLUSE_S", field="voice", read=allowance, empty=0, required=False),
        Column(header="SMS_INCLUS", field="sms", read=allowance, empty=0, required=False),
        Column(header="DATA_INCLUSE_OCTETS", field="data", read=allowance, empty=0, required=False),
        Column(header="DEBIT", field="throughput", read=text(20), empty="", required=False),
        Column(header="A_ECHOIR", field="in_advance", read=parse_yes_no, empty=False, required=False),
    )
    key = ("code",)

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[Offer]]:
        offers = Offer.objects.prefetch_related(
            "allowances", Prefetch("prices", OfferPrice.objects.on(self.today), "prices_today")
        )
        codes = (record["code"] for record in records if record.key)
        return {(offer.code,): Known(offer, _as_filed(offer)) for offer in in_batches(offers, "code", codes)}

    def check_change(self, change: Change[Offer]) -> Iterator[Fault]:
        # What lines have subscribed to cannot turn from a plan into an option underneath them.
        if "kind" in change.differences:
            yield change.record.fault("kind", "cannot_change", current=change.row.get_kind_display())

    def write(self, plan: Plan[Offer], *, actor: Any, source: str) -> None:
        history = self.history(actor=actor, source=source)
        offers = [Offer(**{name: record[name] for name in _OWN}) for record in plan.new]
        bulk_create_with_history(offers, Offer, **history)
        update_with_history(plan.changed, Offer, _OWN, **history)

        new = list(zip(offers, plan.new, strict=True))
        set_prices(prices={offer.pk: record["price"] for offer, record in new}, on=FIRST_DAY)
        changed = [change for change in plan.changed if "price" in change.differences]
        set_prices(prices={change.row.pk: change.record["price"] for change in changed}, on=self.today)

        included = {offer.pk: _included(record, _INCLUDED) for offer, record in new}
        for change in plan.changed:
            if names := _INCLUDED.keys() & change.differences:
                included[change.row.pk] = _included(change.record, names)
        if included:
            set_allowances(included=included)


def _as_filed(offer: Any) -> dict[str, Any]:
    """A known offer as a file would say it today."""
    values = {name: getattr(offer, name) for name in _OWN}
    values["price"] = offer.prices_today[0].amount if offer.prices_today else None
    there = {one.kind: UNLIMITED if one.unlimited else one.quantity for one in offer.allowances.all()}
    return values | {name: there.get(kind, 0) for name, kind in _INCLUDED.items()}


def _included(record: Record, names: Any) -> dict[UsageKind, Quantity]:
    return {_INCLUDED[name]: record[name] for name in names}
