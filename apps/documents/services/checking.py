"""Whether a version of the layout may be written: templates, legal mentions, what the printer says of samples."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from apps.core import sandbox
from apps.core.sandbox import TemplateFault
from apps.core.wording import sentence
from apps.documents import phrases
from apps.documents.penalties import RATE, is_too_low
from apps.documents.services.layouts import LayoutFault, LayoutValues
from apps.documents.services.rates import rates_on


def check_layout(values: LayoutValues, *, today: date) -> list[LayoutFault]:
    """All that is wrong with ``values``; empty when invoices may be issued with them."""
    faults = [LayoutFault("penalties", None, sentence(fault)) for fault in phrases.faults(values.penalties, (RATE,))]
    rates = rates_on(today)
    if rates is not None and is_too_low(values.penalty_rate, rates):
        faults.append(LayoutFault("penalty_rate", None, _("The penalty rate is lower than the law allows.")))
    if values.html:
        try:
            sandbox.compile_template(values.html)
        except TemplateFault as fault:
            faults.append(LayoutFault("html", fault.line, str(fault.reason)))
    return faults


def layout_warnings(values: LayoutValues, *, today: date) -> list[str]:
    """What is allowed and yet worth knowing."""
    warnings = []
    if rates_on(today) is None and (values.penalty_rate is not None or RATE in phrases.names(values.penalties)):
        warnings.append(_("The rates of this half-year are not filled in: the penalty rate cannot be checked."))
    return warnings
