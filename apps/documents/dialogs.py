"""What the buttons of the invoice template's pages say and do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.core import french
from apps.core.admin.dialogs import Answers, Text
from apps.core.exceptions import DomainError
from apps.documents import services
from apps.documents.models import InvoiceLayout, NumberSeries, PaymentTerms
from apps.documents.wording import outcome_of, rule_text


def preview_numbering(series: NumberSeries, answers: Answers) -> list[Text]:
    numbers = services.preview_series(series=series, today=localdate(), **answers)
    told = [_("The next numbers will be: %(numbers)s.") % {"numbers": ", ".join(numbers.numbers)}]
    if numbers.next_period is not None:
        first = {"number": numbers.first_of_next_period, "day": french.day(numbers.next_period)}
        told.append(_("The counter starts again on %(day)s, with %(number)s.") % first)
    return [*told, _("Numbers already given do not change.")]


def change_numbering(series: NumberSeries, actor: Any, answers: Answers) -> NumberSeries:
    return services.change_series(series=series, actor=actor, today=localdate(), **answers)


def following_text(series: NumberSeries) -> str:
    """The next three numbers of a series; why it gives none, if so."""
    try:
        numbers = services.preview_series(series=series, pattern=series.pattern, reset=series.reset, today=localdate())
    except DomainError as refusal:
        return str(refusal)
    return ", ".join(numbers.numbers)


def preview_default_terms(terms: PaymentTerms, answers: Answers) -> list[Text]:
    before = PaymentTerms.objects.filter(is_default=True).first()
    told: list[Text] = [
        _("Customers without terms of their own will pay like this: %(rule)s.") % {"rule": rule_text(terms.terms)},
        *outcome_of(terms.terms, today=localdate()),
    ]
    if before is not None:
        told.append(_("Until now: %(rule)s.") % {"rule": rule_text(before.terms)})
    return [*told, _("Invoices that have been issued keep their due date.")]


def make_default_terms(terms: PaymentTerms, actor: Any, answers: Answers) -> PaymentTerms:
    return services.make_default_terms(terms=terms, actor=actor)


# --- Versions of the layout


def is_in_force(layout: InvoiceLayout) -> bool:
    return services.layout_in_force().version == layout.version


def rate_text(rate: Decimal | None) -> str:
    return _("rate of the ECB plus 10 points") if rate is None else french.percent(rate)


def preview_restoration(layout: InvoiceLayout, answers: Answers) -> list[Text]:
    numbers = {"old": layout.version, "new": services.layout_in_force().version + 1}
    return [
        _("Version %(new)d will say what version %(old)d says, texts and layout.") % numbers,
        _("It applies to the drafts and to the invoices to come. Those that have been issued keep their version."),
        _("The versions in between stay in the list, and can be restored as well."),
    ]


def restore_layout(layout: InvoiceLayout, actor: Any, answers: Answers) -> InvoiceLayout:
    return services.restore_layout(
        version=layout.version, actor=actor, at=timezone.now(), expected=services.layout_in_force().version
    )


def preview_shipped(layout: InvoiceLayout, answers: Answers) -> list[Text]:
    return [
        _("Version %(number)d will have the layout that comes with ISM; the texts stay as they are.")
        % {"number": layout.version + 1},
        _("Your layout stays in the list of versions, and can be restored."),
        _("It applies to the drafts and to the invoices to come. Those that have been issued keep their version."),
    ]


def use_shipped_layout(layout: InvoiceLayout, actor: Any, answers: Answers) -> InvoiceLayout:
    return services.use_shipped_layout(actor=actor, at=timezone.now(), expected=layout.version)
