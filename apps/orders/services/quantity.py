"""A quantity order: as many lines of one plan as there are rows in a pasted list ``name;ICCID;number;RIO``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.french import NBSP
from apps.core.identifiers import check_iccid, normalise_msisdn
from apps.core.imports import in_batches
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.customers.closing import refuse_closed
from apps.orders.choices import NumberSource, OrderKind
from apps.orders.models import MobileItem, Order
from apps.orders.services.drafting import save_locked, touch
from apps.orders.services.locking import draft
from apps.orders.terms import MobileTerms, QuantityRow
from apps.sims.models import SimCard

COLUMNS: Final = 4
#: What a first row says that names the columns instead of a line.
TITLES: Final = ("ICCID", "SIM")


def read_rows(text: str) -> list[QuantityRow]:
    """The rows of a pasted list, with ``;`` or tabs between their cells; DomainError naming those that are none."""
    rows: list[QuantityRow] = []
    faults: list[str] = []
    for place, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.split(";" if ";" in line else "\t")]
        if not any(cells) or (not rows and len(cells) > 1 and cells[1].upper() in TITLES):
            continue
        if not 2 <= len(cells) <= COLUMNS:
            faults.append(_at(place, _("it should be name;ICCID;number;RIO.")))
            continue
        rows.append(QuantityRow(place=place, **dict(zip(("user_name", "iccid", "number", "rio"), cells, strict=False))))
    if faults:
        raise DomainError(_("Nothing is added: some lines of the list cannot be read."), reasons=faults)
    if not rows:
        raise DomainError(_("The list is empty."))
    return rows


def add_quantity(
    *, order: Order, terms: MobileTerms, rows: Sequence[QuantityRow], actor: User | None, today: date
) -> list[MobileItem]:
    """One item for each row, on the ``terms`` that they share; all of them or none.

    The holder and the porting date of ``terms`` are for the rows that bring a number along. DomainError names each bad
    row with its place in the list and its reason.
    """
    try:
        with transaction.atomic():
            return _added(order, terms, rows, actor, today)
    except IntegrityError:
        # The database alone has seen somebody else take a card or a number at this very moment.
        raise DomainError(_("Somebody else has just taken one of these cards or numbers: try again.")) from None


def _added(
    order: Order, terms: MobileTerms, rows: Sequence[QuantityRow], actor: User | None, today: date
) -> list[MobileItem]:
    order = draft(order, today=today, kind=OrderKind.MOBILE)
    refuse_closed(order.customer)
    read = [_Read(row) for row in rows]
    _name_doubles(read)
    cards = _cards(read)
    made, faults = [], []
    for one in read:
        if one.faults:
            faults += [_at(one.row.place, fault) for fault in one.faults]
            continue
        try:
            with transaction.atomic():  # one that is refused half-way must not keep its card
                made.append(save_locked(order=order, terms=one.terms(terms, cards), actor=actor, today=today))
        except DomainError as refusal:
            faults += [_at(one.row.place, reason) for reason in (str(refusal), *refusal.reasons)]
    if faults:
        raise DomainError(_("Nothing is added: some lines of the list cannot be sold."), reasons=faults)
    touch(order, today)
    return made


class _Read:
    """A row as it was read: its card's and its number's stored forms, or what is wrong with them."""

    def __init__(self, row: QuantityRow) -> None:
        self.row = row
        self.faults: list[str] = []
        self.iccid = self._stored("ICCID", lambda: check_iccid(row.iccid).number)
        self.msisdn = (
            self._stored(pgettext("telephone", "number"), lambda: normalise_msisdn(row.number)) if row.number else ""
        )
        if row.rio and not row.number:
            self.faults.append(_("a RIO goes with the number that is ported."))

    def _stored(self, name: str, read: Callable[[], str]) -> str:
        try:
            return read()
        except Refusal as refusal:
            self.faults.append(f"{name}{NBSP}: {sentence(refusal)}")
            return ""

    def terms(self, shared: MobileTerms, cards: Mapping[str, SimCard]) -> MobileTerms:
        card = cards.get(self.iccid)
        if card is None:
            raise DomainError(_("The stock does not have the SIM card %(iccid)s.") % {"iccid": self.iccid})
        if self.msisdn:
            source = NumberSource.PORTED if self.row.rio else NumberSource.TYPED
        else:
            source = NumberSource.CARD if card.msisdn else NumberSource.LATER
        ported = source == NumberSource.PORTED
        return replace(
            shared,
            user_name=self.row.user_name,
            sim=card,
            number_source=source,
            msisdn=self.msisdn,
            rio=self.row.rio,
            holder=shared.holder if ported else "",
            port_on=shared.port_on if ported else None,
            active_on=None if ported else shared.active_on,
        )


def _cards(rows: Sequence[_Read]) -> dict[str, SimCard]:
    """Locked by their keys all at once, before each is reserved in the order of the list."""
    cards = SimCard.objects.select_for_update().order_by("pk")
    return {card.iccid: card for card in in_batches(cards, "iccid", (row.iccid for row in rows if row.iccid))}


def _name_doubles(rows: Sequence[_Read]) -> None:
    """Rows that share a card or a number with an earlier one: saving them would blame the order itself."""
    for name, values in (
        ("ICCID", [row.iccid for row in rows]),
        (pgettext("telephone", "number"), [row.msisdn for row in rows]),
    ):
        seen: Counter[str] = Counter()
        for row, value in zip(rows, values, strict=True):
            if value and seen[value]:
                row.faults.append(_("%(name)s %(value)s stands in the list already.") % {"name": name, "value": value})
            seen[value] += 1


def _at(place: int, reason: str) -> str:
    return _("Line %(place)d: %(reason)s") % {"place": place, "reason": reason}
