"""What speaks against a line that is ordered: asked before it is saved, and again when the order is validated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.catalog.choices import OfferKind
from apps.catalog.rules import Rules
from apps.core.charset import Charset
from apps.core.exceptions import DomainError
from apps.core.identifiers import national
from apps.core.imports import in_batches
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.lines.choices import PurchaseMode
from apps.lines.services import TakenNumbers
from apps.lines.terms import has_data
from apps.orders.choices import HOLDING, NumberSource
from apps.orders.models import MobileItem
from apps.orders.porting.checking import faults_of_porting
from apps.orders.services.selling import imei_faults, not_on_sale, sale_faults
from apps.orders.terms import MobileTerms
from apps.sims.choices import SimStatus

#: How far back a line may be said to serve: further back it is a typing error, and would be billed.
MOST_DAYS_BACK: Final = 31


def faults_of_mobile(
    terms: MobileTerms,
    *,
    today: date,
    actor: Any = None,
    item: MobileItem | None = None,
    rules: Rules | None = None,
    numbers: Numbers | None = None,
) -> Iterator[str]:
    """What speaks against selling a line on these terms; ``item`` is the one that has them, or will have.

    A new fact counts as well as a wrong answer: a plan withdrawn, a card gone, a number taken since. ``rules`` and
    ``numbers`` are read at once where many lines are asked about.
    """
    try:
        Charset().check(terms.user_name)
    except Refusal as refusal:
        yield _("Name of the user: %(fault)s") % {"fault": sentence(refusal)}
    yield from _card(terms, item)
    yield from _offers(terms, today, rules or Rules.about(offer.pk for offer in terms.offers))
    yield from _number(terms, today, item, numbers or Numbers([number_of(terms)]))
    if terms.number_source == NumberSource.PORTED:
        yield from _porting(terms, today, actor)
    yield from _handset(terms, today)
    yield from _days(terms, today)
    yield from _discounts(terms)


def _card(terms: MobileTerms, item: MobileItem | None) -> Iterator[str]:
    card = terms.sim
    if card is None:
        yield _("Choose a SIM card.")
    elif item is not None and item.sim_id == card.pk:
        if card.status != SimStatus.RESERVED:
            yield _("SIM card %(iccid)s is “%(status)s”, and is no longer kept for this order.") % {
                "iccid": card.iccid,
                "status": card.get_status_display(),
            }
    elif card.status != SimStatus.IN_STOCK:
        yield _("SIM card %(iccid)s is “%(status)s”, not in stock.") % {
            "iccid": card.iccid,
            "status": card.get_status_display(),
        }


def _offers(terms: MobileTerms, today: date, rules: Rules) -> Iterator[str]:
    if terms.plan.kind != OfferKind.PLAN:
        yield _("%(offer)s is not a plan.") % {"offer": terms.plan}
    seen: set[int] = set()
    for one in terms.options:
        if one.option.kind != OfferKind.OPTION:
            yield _("%(offer)s is not an option.") % {"offer": one.option}
        if one.option.pk in seen:
            yield _("The option %(offer)s is chosen twice.") % {"offer": one.option.code}
        seen.add(one.option.pk)
    for offer in terms.offers:
        yield from not_on_sale(offer, offer.code, today)
    yield from (str(broken.sentence) for broken in rules.broken_by(terms.offers))
    throughputs = {terms.plan: terms.throughput, **{one.option: one.throughput for one in terms.options}}
    for offer, throughput in throughputs.items():
        if has_data(offer) and not (throughput or offer.throughput):
            yield _("%(offer)s includes data: say at which throughput.") % {"offer": offer.code}


def _number(terms: MobileTerms, today: date, item: MobileItem | None, numbers: Numbers) -> Iterator[str]:
    msisdn = number_of(terms)
    if not msisdn:
        if terms.number_source == NumberSource.CARD:
            yield _("This SIM card has no number of its own: type one, or have it given later.")
        elif terms.number_source != NumberSource.LATER:
            yield _("The number is missing.")
        return
    yield from numbers.faults(msisdn, on=terms.begins_on(today), item=item)


def number_of(terms: MobileTerms) -> str:
    """The number that the line will have, as far as it is known."""
    if terms.number_source == NumberSource.CARD:
        return "" if terms.sim is None else terms.sim.msisdn
    return terms.msisdn


class Numbers:
    """Who has, waits for, or asks for some numbers, as far as can be read at once."""

    def __init__(self, msisdns: Iterable[str]) -> None:
        wanted = sorted({msisdn for msisdn in msisdns if msisdn})
        self._lines = TakenNumbers(wanted)
        self._items: defaultdict[str, list[MobileItem]] = defaultdict(list)
        holding = MobileItem.objects.filter(state__in=HOLDING).select_related("order").order_by("pk")
        for item in in_batches(holding, "msisdn", wanted):
            self._items[item.msisdn].append(item)

    def faults(self, msisdn: str, *, on: date, item: MobileItem | None) -> Iterator[str]:
        """Why ``item`` cannot have the number from ``on``: a line has it, or another order asks for it."""
        try:
            self._lines.refuse(msisdn, on=on, except_for=None if item is None else item.line)
        except DomainError as refusal:
            yield str(refusal)
        for other in self._items[msisdn]:
            if other != item:
                said = {"number": national(msisdn), "order": other.order}
                yield _("%(number)s is promised in the order %(order)s.") % said
                return


def _porting(terms: MobileTerms, today: date, actor: Any) -> Iterator[str]:
    if not terms.holder:
        yield _("Say who holds the number at the other operator.")
    if terms.port_on is None:
        yield _("The porting date is missing.")
    elif number_of(terms):
        yield from faults_of_porting(
            rio=terms.rio,
            msisdn=number_of(terms),
            day=terms.port_on,
            today=today,
            bounds=not may_choose_any_day(actor),
        )


def may_choose_any_day(actor: Any) -> bool:
    """Whether the porting date may be out of bounds for whoever asks."""
    return actor is not None and actor.has_perm("orders.override_porting_dates")


def _handset(terms: MobileTerms, today: date) -> Iterator[str]:
    if terms.handset is None:
        if terms.imei or terms.sale_mode or terms.purchase_mode or terms.handset_price is not None:
            yield _("Choose the handset that the IMEI, the modes or the price are about.")
        return
    if not terms.purchase_mode:
        yield _("Say where the handset comes from.")
    yield from imei_faults(terms.imei)
    own = terms.purchase_mode == PurchaseMode.OWN
    if own and terms.sale_mode:
        yield _("The customer’s own handset is not sold to it.")
    if not own:
        yield from not_on_sale(terms.handset, str(terms.handset), today)
    yield from sale_faults(terms.sale_mode, terms.handset_price is not None, terms.handset_months)


def _days(terms: MobileTerms, today: date) -> Iterator[str]:
    if terms.active_on is not None and terms.number_source == NumberSource.PORTED:
        yield _("A ported number is in service from its porting date: leave the other day empty.")
    begins = terms.begins_on(today)
    if begins < today - timedelta(days=MOST_DAYS_BACK):
        yield _("A line is not put in service so long ago: %(day)s.") % {"day": f"{begins:%d/%m/%Y}"}
    if terms.billed_from is not None and terms.billed_from < begins:
        yield _("A line is not billed before it is in service, on %(day)s.") % {"day": f"{begins:%d/%m/%Y}"}


def _discounts(terms: MobileTerms) -> Iterator[str]:
    bases = [one.basis for one in terms.discounts]
    if len(set(bases)) < len(bases):
        yield _("There is one special condition on the subscription, and one on the usage.")
    for one in terms.discounts:
        if (one.percent is None) == (one.amount is None):
            yield _("A special condition is in % or in €.")
        elif one.percent is not None and not 0 < one.percent <= 100:
            yield _("A discount is above 0 and at most 100 %.")
        elif one.amount is not None and one.amount <= 0:
            yield _("A discount in € is above 0.")
        if one.months is not None and one.months < 1:
            yield _("A discount holds for one month at least.")
