"""Whether a version of the layout may be written: its texts, its template, what samples drawn with it lack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from apps.core import french
from apps.core.sandbox.checking import faults_of
from apps.core.wording import sentence
from apps.documents import phrases
from apps.documents.apart import Crashed, TookTooLong, run_apart
from apps.documents.legal import NAMES
from apps.documents.markup import markup_faults
from apps.documents.penalties import RATE, Rates, is_too_low
from apps.documents.presentation import Page
from apps.documents.samples import SAMPLES
from apps.documents.services.layouts import LayoutFault, LayoutValues
from apps.documents.services.previewing import with_texts
from apps.documents.services.rates import rates_on
from apps.documents.shipped import shipped_layout
from apps.documents.snapshot import InvoiceSnapshot
from apps.documents.trial import TrialFault, try_layout

#: What a layout may name.
KINDS: Final = {"invoice": InvoiceSnapshot, "page": Page}
#: Of processor time: a check takes two or three, beside the start of its process.
CHECK_SECONDS: Final = 20.0
#: Ways to say a penalty rate without a figure: the ECB's, or a multiple of the legal one.
RATE_IN_WORDS: Final = re.compile(r"banque centrale européenne|\bBCE\b|taux (d.intérêt )?légal", re.IGNORECASE)
FORTY_EUROS: Final = re.compile(r"\b40\s*(€|euros)", re.IGNORECASE)
FIGURE: Final = re.compile(r"\d\s*%")


def check_layout(values: LayoutValues, *, today: date) -> list[LayoutFault]:
    """All that is wrong with ``values``; empty when invoices may be issued with them.

    Draws the samples in a process of its own, once the texts and the template are in order.
    """
    return [*_of_texts(values, rates_on(today)), *_of_template(values)] or _of_samples(values, today)


def layout_warnings(values: LayoutValues, *, today: date) -> list[str]:
    """What is allowed and yet worth knowing."""
    warnings = []
    if rates_on(today) is None and (values.penalty_rate is not None or RATE in phrases.names(values.penalties)):
        warnings.append(_("The rates of this half-year are not filled in: the penalty rate cannot be checked."))
    return warnings


def _of_texts(values: LayoutValues, rates: Rates | None) -> Iterator[LayoutFault]:
    for field, lacking in {
        "penalties": _("An invoice must state the late-payment penalties."),
        "recovery_indemnity": _("An invoice must state the recovery indemnity of 40 €."),
        "early_payment": _("An invoice must state the terms of early payment, or that there is no discount."),
    }.items():
        if not getattr(values, field).strip():
            yield LayoutFault(field, None, lacking)
    for fault in phrases.faults(values.penalties, (RATE,)):
        yield LayoutFault("penalties", None, sentence(fault))
    if values.penalties.strip():
        yield from _of_rate(values, rates)
    if values.recovery_indemnity.strip() and not FORTY_EUROS.search(values.recovery_indemnity):
        yield LayoutFault("recovery_indemnity", None, _("The indemnity is of 40 €: say so."))


def _of_rate(values: LayoutValues, rates: Rates | None) -> Iterator[LayoutFault]:
    """C. com. L441-10 II: the rate is stated, and is at least three times the legal one."""
    if FIGURE.search(values.penalties):
        yield LayoutFault(
            "penalties",
            None,
            _("Do not type the rate: write {rate} where it stands and fill in the penalty rate, which is checked."),
        )
    elif RATE not in phrases.names(values.penalties) and (
        values.penalty_rate is not None or not RATE_IN_WORDS.search(values.penalties)
    ):
        yield LayoutFault("penalties", None, _("The rate of the penalties is not said: write {rate} where it stands."))
    if rates is not None and is_too_low(values.penalty_rate, rates):
        yield LayoutFault(
            "penalty_rate",
            None,
            _("The law wants at least %(least)s (three times the legal rate of this half-year).")
            % {"least": french.percent(rates.least)},
        )
    if values.penalty_rate is not None and not 0 < values.penalty_rate <= 100:
        yield LayoutFault("penalty_rate", None, _("A penalty rate is above 0 and at most 100 %."))


def _of_template(values: LayoutValues) -> Iterator[LayoutFault]:
    if not values.html:
        return
    for fault in (*faults_of(values.html, KINDS), *markup_faults(values.html)):
        yield LayoutFault("html", fault.line, str(fault.reason))


def _of_samples(values: LayoutValues, today: date) -> list[LayoutFault]:
    documents = [(sample.code, with_texts(sample.make(), values, today=today)) for sample in SAMPLES]
    try:
        found = run_apart(try_layout, values.html or shipped_layout(), documents, seconds=CHECK_SECONDS)
    except (TookTooLong, Crashed) as fault:
        return [LayoutFault("html", None, str(fault))]
    return [_fault(one) for one in found]


def _fault(found: TrialFault) -> LayoutFault:
    sample = next(sample for sample in SAMPLES if sample.code == found.code)
    if found.mention:
        reason = _("This mention cannot be read on the page: %(mention)s (tried on: %(sample)s).")
        return LayoutFault("html", None, reason % {"mention": NAMES[found.mention], "sample": sample.label})
    return LayoutFault("html", found.line, f"{found.reason} ({sample.label})")
