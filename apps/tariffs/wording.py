"""A price explained in sentences that an accountant can follow with a pocket calculator."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.catalog.quantities import quantity_text
from apps.core.french import day, decimal_text, price
from apps.core.money import round_half_up
from apps.tariffs.explanation import Explanation
from apps.tariffs.rating import RateTerms

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
    facts = {
        "measured": quantity_text(explanation.kind, explanation.measured),
        "billed": quantity_text(explanation.kind, explanation.billed),
        "free": terms.free_seconds,
        "first": terms.first_step,
        "step": terms.step,
    }
    if explanation.kind != "voice":
        return _("Billed quantity: %(billed)s.") % facts
    if not explanation.measured:
        return _("Nothing was said: nothing is billed.")
    if not explanation.billed:
        return _("%(measured)s, within the %(free)d free seconds: nothing is billed.") % facts
    return _("%(measured)s in steps of %(first)d s, then %(step)d s: %(billed)s billed.") % facts


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
    return _("Price: %(sum)s = %(exact)s €, half up to six decimals: %(price)s.") % {**facts, "sum": said}
