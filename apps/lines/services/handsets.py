"""Handsets that go with lines: which one from when, and what it costs, as dated one-off charges.

Sold outright or subsidised it is charged once; in instalments, goods of which a part is due each month; rented, a
service charged each month in advance. The caller's operation is what the journal keeps: it hands over a handset among
other things.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.choices import SaleMode
from apps.catalog.models import Handset
from apps.core.exceptions import DomainError
from apps.core.french import day
from apps.core.periods import add_months
from apps.lines.choices import LineStatus, PurchaseMode
from apps.lines.models import Line, LineHandset, OneOffCharge
from apps.lines.services.fees import charge, drop_charges, invoiced
from apps.lines.services.periods import current, end_period, locked, refuse_change_underneath, refuse_unless

MONTHLY = (SaleMode.INSTALMENTS, SaleMode.RENTAL)


def instalment_days(on: date, months: int) -> list[date]:
    """The days on which monthly charges fall: ``on``, then the same day of each following month, or its last one."""
    return [add_months(on, month) for month in range(months)]


@transaction.atomic
def hand_over(
    *,
    line: Line,
    handset: Handset,
    imei: str,
    sale_mode: str,
    purchase_mode: str,
    price: Decimal | None,
    months: int,
    on: date,
    actor: User | None,
) -> LineHandset:
    """Give ``handset`` to the line from ``on``, and charge its ``price`` (each month, where it is paid monthly).

    ``sale_mode`` is empty for the customer's own. The handset before is given back: what of its rent was still to
    come is not charged. A second one on the same day takes the place of the first, whose charges go. DomainError if
    what is asked makes no sense, if the line does not serve then, or if a handset of the same day has been invoiced.
    """
    _refuse_nonsense(handset, sale_mode, price, months)
    line = locked(line)
    refuse_unless(line.status not in (LineStatus.TERMINATED, LineStatus.CANCELLED), line)
    if line.terminated_on is not None and on >= line.terminated_on:
        raise DomainError(_("This line ends on %(day)s: choose an earlier day.") % {"day": day(line.terminated_on)})
    before = current(line.handsets.all(), on=on)
    if before is not None:
        _take_back(before, on)
    given = LineHandset.objects.create(
        line=line,
        handset=handset,
        imei=imei,
        sale_mode=sale_mode,
        purchase_mode=purchase_mode or PurchaseMode.OWN,
        price=price,
        months=months,
        start=on,
        end=line.terminated_on,
    )
    charge(_charges(given))
    return given


@transaction.atomic
def give_back(*, line: Line, on: date, actor: User | None) -> None:
    """The line has no handset of ours from ``on``: no rent is charged from that day. Instalments stay due."""
    line = locked(line)
    held = current(line.handsets.all(), on=on)
    if held is None:
        raise DomainError(_("The line has no handset."))
    _take_back(held, on)


def end_handsets(line: Line, *, on: date) -> None:
    """The line ends on ``on``: so does its handset, and its rent. Instalments stay due."""
    held = current(line.handsets.all(), on=on)
    if held is not None:
        _take_back(held, on)


def _take_back(held: LineHandset, on: date) -> None:
    refuse_change_underneath(held, on)
    if held.start < on:
        if held.sale_mode == SaleMode.RENTAL:
            drop_charges(held.charges.filter(day__gte=on))
        end_period(held, on=on)
        return
    if invoiced(held.charges.all()):
        raise DomainError(
            _("The handset %(handset)s has been invoiced from %(day)s on: choose a later day.")
            % {"handset": held.handset, "day": day(held.start)}
        )
    held.charges.all().delete()
    held.delete()


def _refuse_nonsense(handset: Handset, sale_mode: str, price: Decimal | None, months: int) -> None:
    if sale_mode and price is None:
        raise DomainError(_("Say at which price %(handset)s is sold.") % {"handset": handset})
    if not sale_mode and price is not None:
        raise DomainError(_("A handset that is not sold has no price."))
    if sale_mode in MONTHLY and months < 1:
        raise DomainError(_("Say over how many months %(handset)s is paid.") % {"handset": handset})
    if sale_mode not in MONTHLY and months:
        raise DomainError(_("Only instalments and a rental have a number of months."))


def _charges(given: LineHandset) -> Iterator[OneOffCharge]:
    """What the handset costs; a rental ends with the line, where its end is known already."""
    if not given.price:
        return
    is_monthly = given.sale_mode in MONTHLY
    days = instalment_days(given.start, given.months) if is_monthly else [given.start]
    is_rented = given.sale_mode == SaleMode.RENTAL
    for rank, on in enumerate(days, start=1):
        if is_rented and given.end is not None and on >= given.end:
            return
        yield OneOffCharge(
            customer=given.line.customer,
            line=given.line,
            handset=given,
            label=handset_label(given.handset, given.sale_mode, rank, given.months),
            price=given.price,
            vat_rate=given.handset.vat_rate,
            goods=not is_rented,
            day=on,
        )


def handset_label(handset: Handset, sale_mode: str, rank: int = 1, months: int = 0) -> str:
    """As it stands on invoices, in at most 120 characters: «Terminal … – échéance 3/24»."""
    name, said = f"Terminal {handset}", ""
    if sale_mode == SaleMode.INSTALMENTS:
        said = f" – échéance {rank}/{months}"
    elif sale_mode == SaleMode.RENTAL:
        name, said = f"Location {handset}", f" – mois {rank}/{months}"
    return name[: 120 - len(said)] + said
