"""Rules of payment and numbering, in words."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import french
from apps.core.wording import sentence
from apps.documents import terms


def days_text(days: int) -> str:
    """«30 jours»."""
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def rule_text(rule: terms.PaymentTerms) -> str:
    """How a due date is reached, in the order in which it is: «30 jours, fin de mois, le 10»."""
    parts = [days_text(rule.days) if rule.days else _("on receipt")]
    if rule.end_of_month:
        parts.append(_("end of month"))
    if rule.day_of_month is not None:
        parts.append(_("then the %(day)d of the month") % {"day": rule.day_of_month})
    return ", ".join(parts)


def outcome_of(rule: terms.PaymentTerms, *, today: date) -> list[str]:
    """What the rule gives: for an invoice of today, and at worst."""
    due = {"issued": french.day(today), "due": french.day(rule.due_date(today))}
    return [
        _("An invoice of today, %(issued)s, would be due on %(due)s.") % due,
        _("At worst, %(days)s pass between an invoice and its due date.") % {"days": days_text(rule.longest_wait)},
    ]


def illegality_of(rule: terms.PaymentTerms) -> str:
    """Why the law does not allow the rule for the invoices of a run; empty where it does."""
    fault = rule.legal_fault(periodic=True)
    return "" if fault is None else sentence(fault)
