"""Payment terms: when an invoice falls due, and whether the law allows it (DOMAIN §7).

Source: code de commerce, L441-10 (60 days after the issue date; or 45 days end of month) and, for periodic
invoices (CGI 289 I-3: several supplies of one month on one invoice, as a billing run makes them), 45 days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from apps.core.periods import Month
from apps.core.refusals import Refusal

DEFAULT_DAYS = 30
# More than a year of credit is a typing error, whoever the customer is.
MAX_DAYS = 365
PERIODIC_LIMIT = 45
LIMIT = 60
END_OF_MONTH_LIMIT = 45


class TermsRefused(Refusal):
    """Payment terms that mean nothing, or that the law does not allow."""


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """``days`` after issue, then the end of that month if wanted, then the next ``day_of_month`` if any."""

    days: int = DEFAULT_DAYS
    end_of_month: bool = False
    day_of_month: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.days <= MAX_DAYS:
            raise TermsRefused("terms_days", days=self.days, limit=MAX_DAYS)
        if self.day_of_month is not None and not 1 <= self.day_of_month <= 31:
            raise TermsRefused("terms_day_of_month", day=self.day_of_month)

    def due_date(self, issue_date: date) -> date:
        """The last day to pay without penalty.

        «45 days end of month» has two lawful readings, of which a contract chooses one. This is the first:
        45 days are added, then the end of the month reached is taken; never the end of the month of issue
        plus 45 days. A ``day_of_month`` that the month lacks is its last day.
        """
        due = issue_date + timedelta(days=self.days)
        if self.end_of_month:
            due = _day_of(Month.of(due), 31)
        if self.day_of_month is not None:
            month = Month.of(due)
            this_month = _day_of(month, self.day_of_month)
            due = this_month if due <= this_month else _day_of(month.next(), self.day_of_month)
        return due

    @property
    def longest_wait(self) -> int:
        """Days between an invoice and its due date, for the issue date that is worst off."""
        return _longest_wait(self)

    def legal_fault(self, periodic: bool = True) -> TermsRefused | None:
        """Why the law does not allow these terms between businesses, or ``None``; not raised.

        ``periodic`` invoices (those of a billing run) are due within 45 days of issue, whatever the terms are
        called; others within 60 days, or 45 days end of month. The longest wait of any issue date counts.
        """
        plain_end_of_month = self.end_of_month and self.day_of_month is None
        if not periodic and plain_end_of_month and self.days <= END_OF_MONTH_LIMIT:
            return None
        limit = PERIODIC_LIMIT if periodic else LIMIT
        longest = _longest_wait(self)
        return TermsRefused("terms_too_long", longest=longest, limit=limit) if longest > limit else None


def _day_of(month: Month, day: int) -> date:
    return month.start + timedelta(days=min(day, month.days) - 1)


@cache
def _longest_wait(terms: PaymentTerms) -> int:
    # Four years show every length of month in every place; trying them all is shorter than a proof.
    first = date(2024, 1, 1)
    issue_dates = (first + timedelta(days=offset) for offset in range(4 * 365 + 1))
    return max((terms.due_date(day) - day).days for day in issue_dates)
