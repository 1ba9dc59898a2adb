"""A price explained in sentences that an accountant can follow with a pocket calculator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.catalog.choices import UsageKind
from apps.catalog.quantities import quantity_text
from apps.core.french import NBSP, day, days, decimal_text, percent, price, whole
from apps.core.money import round_half_up
from apps.tariffs.choices import PRICE_FIELDS, Direction
from apps.tariffs.explanation import Explanation
from apps.tariffs.rating import RateTerms

if TYPE_CHECKING:
    from apps.tariffs.models import Rate, TariffVersion
    from apps.tariffs.uses import PurchasePrice

EXACT_DIGITS = 12  # of an unrounded price that is shown


def explanation_text(explanation: Explanation) -> list[str]:
    """From the grid to the price, one sentence a step."""
    return list(_steps(explanation))


def _steps(explanation: Explanation) -> Iterator[str]:
    if explanation.rule == "emergency":
        yield _("%(number)s is an emergency number: free, whatever the grid says.") % {"number": explanation.number}
        return
    if explanation.rule == "incoming":
        yield _("What is received in France is free, whatever the grid says.")
        return
    yield _version(explanation)
    if explanation.terms is None:
        yield _("No row of this version is for %(number)s: there is no rate.") % {"number": explanation.number}
        return
    yield _row(explanation, explanation.terms)
    yield _quantity(explanation, explanation.terms)
    if explanation.billed:
        yield _allowance(explanation, explanation.terms)
    yield _amount(explanation, explanation.terms)


def version_text(version: TariffVersion) -> str:
    """«STANDARD, première version», «STANDARD, à partir du 01/12/2026»."""
    facts = {"grid": version.tariff.code}
    if version.valid_from is None:
        return _("%(grid)s, first version") % facts
    return _("%(grid)s, from %(day)s on") % {**facts, "day": day(version.valid_from)}


def held_text(valid_from: date | None, ends_on: date | None) -> str:
    """The days of a version: «jusqu’au 30/11/2026», «du 01/12/2026 au 31/12/2026», «à partir du 01/01/2027»."""
    if valid_from is None:
        if ends_on is None:
            return _("for all calls")
        return _("up to %(day)s") % {"day": day(ends_on - timedelta(days=1))}
    return _("from %(day)s on") % {"day": day(valid_from)} if ends_on is None else days(valid_from, ends_on)


def begin_text(valid_from: date | None) -> str:
    return _("from the beginning") if valid_from is None else day(valid_from)


def rates_text(count: int) -> str:
    return ngettext("%(count)s rate", "%(count)s rates", count) % {"count": whole(count)}


def price_text(rate: Rate | RateTerms) -> str:
    """The one price that this kind of usage has: «0,035 €/min»."""
    return f"{price(rate.price)}/{unit_text(rate.kind)}"


def usage_text(rate: Rate) -> str:
    """«Voix» for what goes out, «Voix, entrant» for what comes in."""
    kind = rate.get_kind_display()
    return kind if rate.direction == Direction.MO else f"{kind}, {rate.get_direction_display().lower()}"


def unit_text(kind: str) -> str:
    """What a price is for: a minute, a megabyte, a message."""
    match kind:
        case UsageKind.VOICE:
            return "min"
        case UsageKind.DATA:
            return str(_("MB"))
    return str(UsageKind(kind).label)


def purchase_text(kind: str, purchase: PurchasePrice) -> str:
    """«acheté 0,0123 €/min en moyenne sur 1 234 appels, vendu 0,01 €/min»."""
    if kind == UsageKind.VOICE:
        said = ngettext("%(count)s call", "%(count)s calls", purchase.records)
    else:
        said = ngettext("%(count)s record", "%(count)s records", purchase.records)
    count = said % {"count": whole(purchase.records)}
    if purchase.bought is None or purchase.sold is None:
        return _("%(calls)s, of which nothing was counted") % {"calls": count}
    unit = unit_text(kind)
    return _("bought at %(bought)s on average over %(calls)s, sold at %(sold)s") % {
        "bought": f"{price(purchase.bought)}/{unit}",
        "calls": count,
        "sold": f"{price(purchase.sold)}/{unit}",
    }


def steps_text(first: int, step: int) -> str:
    """How a duration is counted: «à la seconde», «par 60 s», «30 s, puis par 6 s»."""
    if first == step == 1:
        return _("by the second")
    said = _("by %(step)d s") if first == step else _("%(first)d s, then by %(step)d s")
    return said % {"first": first, "step": step}


def signed_percent(value: Decimal) -> str:
    """«+5 %», «−2,5 %»: with a sign, since a colour is not seen by all."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{percent(abs(value))}"


def difference_text(old: Decimal, new: Decimal) -> str:
    """By how much a price changed: «+5 %», or «+0,05 €» where it was free."""
    if old:
        return signed_percent(round_half_up((new - old) * 100 / old, 1))
    return f"+{price(new)}"


def rate_changes_text(rate: Rate, values: Mapping[str, Any]) -> list[str]:
    """What new values of the fields of a rate change, one sentence each: «Prix : 0,09 €/min → 0,08 €/min»."""
    return [
        f"{capfirst(field_title(rate.kind, name))}{NBSP}: {field_text(rate.kind, name, getattr(rate, name))}"
        f" → {field_text(rate.kind, name, value)}"
        for name, value in values.items()
    ]


def field_title(kind: str, name: str) -> str:
    """What people call a field of a rate; the price that counts is the one of its kind of usage."""
    if name == PRICE_FIELDS[UsageKind(kind)]:
        return _("price excluding tax")
    field: Any = apps.get_model("tariffs.Rate")._meta.get_field(name)
    return str(field.verbose_name)


def field_text(kind: str, name: str, value: Any) -> str:
    """A value of a field of a rate as people read it."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            is_price = name == PRICE_FIELDS[UsageKind(kind)]
            return f"{price(value)}/{unit_text(kind)}" if is_price else price(value)
    return str(value)


def _version(explanation: Explanation) -> str:
    version = explanation.version
    if version.valid_from is None:
        return _("Grid %(grid)s, first version.") % {"grid": version.grid}
    return _("Grid %(grid)s, version in force from %(day)s.") % {"grid": version.grid, "day": day(version.valid_from)}


def _row(explanation: Explanation, terms: RateTerms) -> str:
    facts = {"number": explanation.number, "prefix": terms.prefix, "destination": terms.destination}
    if not terms.prefix:
        return _("Row “%(destination)s”, for any number.") % facts
    if terms.special:
        return _("%(number)s is a special number: row “%(destination)s”, longest prefix %(prefix)s.") % facts
    return _("Row “%(destination)s”: %(prefix)s is the longest prefix of %(number)s.") % facts


def _quantity(explanation: Explanation, terms: RateTerms) -> str:
    measured = quantity_text(explanation.kind, explanation.measured)
    billed = quantity_text(explanation.kind, explanation.billed)
    if explanation.kind != "voice":
        return _("Billed quantity: %(billed)s.") % {"billed": billed}
    if not explanation.measured:
        return _("Nothing was said: nothing is billed.")
    if not explanation.billed:
        return _("%(measured)s, within the %(free)d free seconds: nothing is billed.") % {
            "measured": measured,
            "free": terms.free_seconds,
        }
    facts = {"measured": measured, "billed": billed, "first": terms.first_step, "step": terms.step}
    if terms.first_step == terms.step == 1:
        return _("%(measured)s, counted by the second: %(billed)s billed.") % facts
    if explanation.measured <= terms.first_step:
        return _("%(measured)s, within the first step of %(first)d s: %(billed)s billed.") % facts
    times = (explanation.billed - terms.first_step) // terms.step
    return _(
        "%(measured)s in steps of %(first)d s, then %(step)d s: "
        "%(first)d + %(times)s × %(step)d seconds, that is %(billed)s billed."
    ) % {**facts, "times": whole(times)}


def _allowance(explanation: Explanation, terms: RateTerms) -> str:
    if not terms.takes_allowance:
        return _("This row takes nothing from allowances.")
    return _("Taken from the allowance: %(covered)s; left to pay: %(charged)s.") % {
        "covered": quantity_text(explanation.kind, explanation.covered),
        "charged": quantity_text(explanation.kind, explanation.charged),
    }


def _amount(explanation: Explanation, terms: RateTerms) -> str:
    assert explanation.exact is not None  # noqa: S101  # there is a row
    assert explanation.price is not None  # noqa: S101
    if not explanation.charged:
        return _("Price: %(price)s.") % {"price": price(explanation.price)}
    exact = round_half_up(explanation.exact, EXACT_DIGITS)
    facts = {
        "fee": price(terms.connection_fee),
        "unit": price(terms.price),
        "charged": decimal_text(Decimal(explanation.charged)),
        "per": decimal_text(Decimal(explanation.per)),
        "exact": decimal_text(exact, at_least=2, at_most=EXACT_DIGITS),
        "price": price(explanation.price),
    }
    said = _("%(unit)s × %(charged)s ÷ %(per)s") % facts if explanation.per > 1 else _("%(unit)s × %(charged)s") % facts
    if terms.connection_fee:
        said = _("connection fee %(fee)s + %(variable)s") % {**facts, "variable": said}
    if exact == explanation.price:
        return _("Price: %(sum)s = %(price)s.") % {**facts, "sum": said}
    return _("Price: %(sum)s = %(exact)s €, half up to six decimals: %(price)s.") % {**facts, "sum": said}
