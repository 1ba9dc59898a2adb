"""Facts about lines, as a clerk reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.catalog.choices import SaleMode
from apps.catalog.wording import handset_price_text
from apps.core.french import NBSP, day, euros, percent
from apps.core.identifiers import national
from apps.lines.choices import Barring, International, LineStatus, RestrictionReason, SwapReason, TerminationReason
from apps.lines.models import Discount, LineOperation


def discount_text(discount: Discount) -> str:
    """«10 % pendant 12 mois», «5,00 € par mois»."""
    return condition_text(discount.percent, discount.amount, discount.months)


def condition_text(percentage: Decimal | None, amount: Decimal | None, months: int | None) -> str:
    """As :func:`discount_text`, of its parts: a percentage, or an amount."""
    if percentage is not None:
        size = percent(percentage)
    else:
        size = _("%(amount)s a month") % {"amount": euros(amount or Decimal(0))}
    if months is None:
        return size
    return ngettext("%(size)s for %(months)d month", "%(size)s for %(months)d months", months) % {
        "size": size,
        "months": months,
    }


def _condition(parts: Sequence[Any]) -> str:
    if not parts:
        return ""
    percentage, amount = (Decimal(size) if size else None for size in parts[:2])
    return condition_text(percentage, amount, parts[2])


def _options(options: Sequence[Sequence[str]]) -> str:
    """«OPT_DATA (5,00 €, 150M), OPT_SMS (2,00 €)»."""
    return ", ".join(
        f"{code} ({', '.join(filter(None, [euros(Decimal(price)), speed]))})" for code, price, speed in options
    )


def _commitment(parts: Sequence[Any]) -> str:
    if not parts:
        return ""
    months, since = parts
    return ngettext("%(months)d month from %(day)s", "%(months)d months from %(day)s", months) % {
        "months": months,
        "day": day(date.fromisoformat(since)),
    }


def _handset(parts: Sequence[Any]) -> str:
    """«Fairphone 6 (490154203237518, Paiement échelonné : 20,00 € par mois pendant 24 mois)»."""
    if not parts:
        return ""
    name, imei, mode, price, months = parts
    sold = f"{SaleMode(mode).label}{NBSP}: {handset_price_text(mode, months, Decimal(price))}" if mode else ""
    known = ", ".join(filter(None, [imei, sold]))
    return f"{name} ({known})" if known else str(name)


def _billing(when: str) -> str:
    return _("In advance") if when == "advance" else _("In arrears")


#: What the journal keeps of a line, under the names that the services give: a label, and how a value is read.
FACTS: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
    "msisdn": (pgettext_lazy("telephone", "number"), national),
    "user_name": (gettext_lazy("user name"), str),
    "sim": (gettext_lazy("SIM card"), str),
    "tariff": (gettext_lazy("minute grid"), str),
    "offers": (gettext_lazy("offers"), ", ".join),
    "plan": (gettext_lazy("plan"), str),
    "option": (gettext_lazy("option"), str),
    "price": (gettext_lazy("price"), lambda amount: euros(Decimal(amount))),
    "throughput": (gettext_lazy("throughput"), str),
    "options": (gettext_lazy("options"), _options),
    "discount_subscription": (gettext_lazy("discount on the subscription"), _condition),
    "discount_usage": (gettext_lazy("discount on usage"), _condition),
    "billing": (gettext_lazy("billing"), _billing),
    "prorata": (gettext_lazy("prorata"), lambda prorata: _("yes") if prorata else _("no")),
    "commitment": (gettext_lazy("commitment"), _commitment),
    "handset": (gettext_lazy("handset"), _handset),
    "status": (pgettext_lazy("mobile line", "status"), lambda status: LineStatus(status).label),
    "barring": (gettext_lazy("restriction"), lambda barring: Barring(barring).label),
    "billed": (gettext_lazy("billed"), lambda billed: _("yes") if billed else _("no")),
    "restriction_reason": (gettext_lazy("reason"), lambda reason: RestrictionReason(reason).label),
    "termination_reason": (gettext_lazy("reason"), lambda reason: TerminationReason(reason).label),
    "requested_on": (gettext_lazy("requested on"), lambda on: day(date.fromisoformat(on))),
    "early_termination": (gettext_lazy("early termination"), lambda amount: euros(Decimal(amount))),
    "swap_reason": (gettext_lazy("reason"), lambda reason: SwapReason(reason).label),
    "international": (gettext_lazy("international behaviour"), lambda which: International(which).label),
    "rio": (gettext_lazy("RIO"), str),
    "terminated_on": (gettext_lazy("terminated on"), lambda on: day(date.fromisoformat(on))),
}


def changes_text(operation: LineOperation) -> Iterator[str]:
    """One sentence per value that the operation changed: «Utilisateur : PAUL DURAND → JEANNE MARTIN»."""
    for label, old, new in changes_of(operation.before, operation.after):
        said = f"{old} → {new or '–'}" if old else new
        yield f"{label}{NBSP}: {said}"


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Of each value that differs: what it is called, what it was and what it is, in words; empty for nothing."""
    for name in dict.fromkeys([*before, *after]):
        label, reading = FACTS.get(name, (name, str))
        old, new = (_read(facts.get(name), reading) for facts in (before, after))
        if old != new:
            yield capfirst(str(label)), old, new


def _read(value: Any, reading: Callable[[Any], Any]) -> str:
    return "" if value in (None, "") else str(reading(value))


#: What :mod:`apps.lines.rio` refuses.
RIO_SENTENCES = {
    "rio_character": gettext_lazy("“%(character)s” in position %(position)d has no place in a RIO."),
    "rio_length": gettext_lazy("A RIO has %(expected)d characters; this one has %(found)d."),
    "rio_fixed_line": gettext_lazy(
        "This is the RIO of a fixed line (“%(qualifier)s” in position 3): that of a mobile line has P or E there."
    ),
    "rio_operator": gettext_lazy("No mobile operator has a RIO that starts with “%(operator)s”."),
    "rio_key": gettext_lazy("This RIO is not that of the number %(number)s, or one of its characters is wrong."),
    "rio_letter_o": gettext_lazy(
        "A letter O and a zero have been taken for each other: the RIO of this number is %(proposal)s."
    ),
    "rio_machine_number": gettext_lazy("A machine number (0700) has no RIO."),
}
