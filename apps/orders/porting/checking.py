"""Whether a number can be asked of another operator: its RIO and the day, as the form and the services check them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.conf import settings

from apps.core.exceptions import DomainError
from apps.core.identifiers import IdentifierRefused
from apps.core.wording import sentence
from apps.lines import rio as rios
from apps.orders.porting import calendar


def check_rio(text: str, msisdn: str) -> str:
    """The stored form of the RIO of a number; DomainError with what is wrong."""
    try:
        return rios.check(text, msisdn).text
    except (rios.RioRefused, IdentifierRefused) as refusal:
        raise DomainError(sentence(refusal)) from None


def check_day(day: date, *, today: date, bounds: bool = True) -> date:
    """A day that may be chosen for a porting; DomainError with why it may not. The bounds are settings."""
    try:
        calendar.refuse_day(
            day,
            today=today,
            earliest=settings.PORTING_MIN_DAYS,
            latest=settings.PORTING_MAX_DAYS,
            bounds=bounds,
        )
    except calendar.DayRefused as refusal:
        raise DomainError(sentence(refusal)) from None
    return day


def check_working_day(day: date, *, today: date) -> date:
    """A day that another operator may fix: not past, neither a Sunday nor a public holiday; DomainError otherwise."""
    try:
        calendar.refuse_no_working_day(day, today=today)
    except calendar.DayRefused as refusal:
        raise DomainError(sentence(refusal)) from None
    return day


def faults_of_porting(*, rio: str, msisdn: str, day: date, today: date, bounds: bool = True) -> Iterator[str]:
    """Everything that is wrong with a porting that is asked for, in sentences. ``bounds`` as in ``refuse_day``."""
    try:
        check_rio(rio, msisdn)
    except DomainError as refusal:
        yield str(refusal)
    try:
        check_day(day, today=today, bounds=bounds)
    except DomainError as refusal:
        yield str(refusal)


def allowed_days(*, today: date) -> Iterator[date]:
    """The days that a customer may choose today, by the settings."""
    return calendar.allowed_days(today=today, earliest=settings.PORTING_MIN_DAYS, latest=settings.PORTING_MAX_DAYS)
