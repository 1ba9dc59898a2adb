"""What the values of the catalogue must look like."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import ean

# Class 7 of the French chart of accounts: three digits at least, then whatever the accountant's software adds.
_SALES_ACCOUNT = re.compile(r"7[0-9]{2}[0-9A-Z]{0,17}")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_.-]*")


def is_sales_account(value: str) -> bool:
    return _SALES_ACCOUNT.fullmatch(value) is not None


def check_sales_account(value: str) -> None:
    if not is_sales_account(value):
        raise ValidationError(
            _("A sales account begins with 7 and has at least three digits, as 706000; capitals may follow."),
            code="sales_account",
        )


def check_code(value: str) -> None:
    """Codes are typed into files: a plus sign joins them there, and small letters would make two of one."""
    if not _CODE.fullmatch(value):
        raise ValidationError(
            _("A code has capitals without accents, digits and the signs _ - and . only, and no spaces."),
            code="code",
        )


def check_ean(value: str) -> None:
    if not ean.is_valid(value) or len(value) not in (8, 13):
        raise ValidationError(_("An EAN has 8 or 13 digits, the last of which checks the others."), code="ean")
