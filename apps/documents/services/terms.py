"""Payment terms: made, changed, made the default. All are within what the law allows for a run's invoices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError
from apps.core.slots import contributions
from apps.core.wording import sentence
from apps.documents import terms as arithmetic
from apps.documents.models import PaymentTerms

#: Functions ``(terms_ids) -> {terms_id: how many customers have them as their own}``, from the apps that know.
TERMS_IN_USE: Final = "documents.terms_in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsValues:
    """What payment terms say: see :class:`apps.documents.terms.PaymentTerms`."""

    code: str
    label: str
    days: int = arithmetic.DEFAULT_DAYS
    end_of_month: bool = False
    day_of_month: int | None = None

    @property
    def terms(self) -> arithmetic.PaymentTerms:
        return arithmetic.PaymentTerms(days=self.days, end_of_month=self.end_of_month, day_of_month=self.day_of_month)


def terms_fault(values: TermsValues) -> str:
    """Why these terms are refused, in a sentence; empty when they are not.

    A billing run's invoices are periodic ones, which are due within 45 days of issue (C. com. L441-10). Terms are not
    kept per kind of customer, so that what businesses may not have is refused for all.
    """
    try:
        fault = values.terms.legal_fault(periodic=True)
    except arithmetic.TermsRefused as refused:
        fault = refused
    return "" if fault is None else sentence(fault)


def customers_with(terms_ids: Collection[int]) -> dict[int, int]:
    """How many customers have each of these terms as their own; terms that nobody has are left out."""
    used: dict[int, int] = {}
    for count in contributions(TERMS_IN_USE):
        for terms_id, customers in count(terms_ids=terms_ids).items():
            used[terms_id] = used.get(terms_id, 0) + customers
    return used


@transaction.atomic
def create_terms(*, values: TermsValues, actor: Any) -> PaymentTerms:
    """DomainError for terms that the law does not allow and for a code that exists."""
    list(PaymentTerms.objects.select_for_update().order_by("pk"))  # two who take the same code come one after the other
    return _keep(PaymentTerms(), values, actor)


@transaction.atomic
def change_terms(*, terms: PaymentTerms, values: TermsValues, actor: Any) -> PaymentTerms:
    """Invoices issued from now on are due by these terms. DomainError as for new ones, and for another code."""
    row = PaymentTerms.objects.select_for_update().get(pk=terms.pk)
    if values.code.strip() != row.code and (row.is_default or customers_with([row.pk])):
        raise DomainError(_("These terms are in use: their code stays."))
    return _keep(row, values, actor)


@transaction.atomic
def make_default_terms(*, terms: PaymentTerms, actor: Any) -> PaymentTerms:
    """Customers without terms of their own pay by these from the next invoice on."""
    rows = {row.pk: row for row in PaymentTerms.objects.select_for_update().order_by("pk")}
    chosen = rows[terms.pk]
    if fault := chosen.terms.legal_fault(periodic=True):
        raise DomainError(sentence(fault))
    for row in sorted(rows.values(), key=lambda row: row == chosen):  # the constraint allows no two at a time
        if row.is_default != (row == chosen):
            row.is_default = row == chosen
            row._history_user = actor  # type: ignore[attr-defined]  # of simple-history
            row.save()
    return chosen


def _keep(row: PaymentTerms, values: TermsValues, actor: Any) -> PaymentTerms:
    if fault := terms_fault(values):
        raise DomainError(fault)
    code, label = values.code.strip(), values.label.strip()
    if not code or not label:
        raise DomainError(_("Payment terms have a code and a label."))
    if PaymentTerms.objects.filter(code=code).exclude(pk=row.pk).exists():
        raise DomainError(_("Payment terms with the code %(code)s exist already.") % {"code": code})
    row.code, row.label = code, label
    row.days, row.end_of_month, row.day_of_month = values.days, values.end_of_month, values.day_of_month
    row._history_user = actor  # type: ignore[attr-defined]  # of simple-history
    row.save()
    return row
