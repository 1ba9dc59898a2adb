"""The sentences of call-record files: why one is refused, what makes a line malformed."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.exceptions import DomainError
from apps.core.french import euros, whole
from apps.usage.models import DETAIL_LENGTH, CdrFile
from apps.usage.parsing import Fault, UnreadableFile

OUTCOMES = ("rated", "duplicate", "unknown_number", "inactive_line", "unrated", "malformed")


def unreadable(name: str, error: UnreadableFile) -> DomainError:
    """Why the file called ``name`` cannot be loaded at all."""
    place = {"file": name, "line": error.line, "detail": error.detail}
    match error.trouble:
        case "empty":
            sentence = _("%(file)s is empty.")
        case "encoding":
            sentence = _("%(file)s: line %(line)d is not in the encoding of its format; it looks like %(detail)s.")
        case "columns":
            sentence = _("%(file)s: these columns are missing: %(detail)s.")
        case "line_too_long":
            sentence = _("%(file)s: line %(line)d is too long to be a call record.")
        case "damaged_archive":
            sentence = _("%(file)s: the compressed file is damaged or incomplete.")
    return DomainError(sentence % place)


def already_loaded(name: str, file: CdrFile) -> DomainError:
    """That the content of ``name`` is there already: under which name, by whom and since when."""
    when = file.finished_at or file.started_at
    facts = {
        "file": name,
        "known": file.name,
        "who": file.loaded_by or _("the command line"),
        "when": date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT"),
    }
    if name == file.name:
        return DomainError(_("%(file)s has already been loaded by %(who)s on %(when)s.") % facts)
    return DomainError(_("%(file)s has already been loaded under the name %(known)s by %(who)s on %(when)s.") % facts)


def malformation(fault: str, column: str, value: str) -> str:
    """What is wrong with a malformed line, with the column and its text."""
    if fault == Fault.FIELDS:
        found, _slash, expected = value.partition("/")
        sentence = _("%(found)s fields instead of %(expected)s") % {"found": found, "expected": expected}
    else:
        reasons = {
            Fault.DATE: _("not a date and time with its offset"),
            Fault.KIND: _("unknown type of usage"),
            Fault.DIRECTION: _("unknown direction"),
            Fault.MSISDN: _("not a number of digits"),
            Fault.CORRESPONDENT: _("not a number of digits"),
            Fault.COST: _("not an amount"),
            Fault.QUANTITY: _("not a quantity"),
        }
        sentence = f"{column} «{value}»: {reasons[Fault(fault)]}"
    return Truncator(sentence).chars(DETAIL_LENGTH)


def load_summary(file: CdrFile) -> str:
    """What became of the lines of a file, in one sentence; outcomes that did not occur are left out."""
    fields = [field for field in CdrFile._meta.fields if field.name in OUTCOMES]
    said = [f"{field.verbose_name} {whole(count)}" for field in fields if (count := getattr(file, field.name))]
    if not said:
        return _("%(file)s: no line but its header.") % {"file": file.name}
    sentence = ngettext(
        "%(file)s: %(lines)s line (%(outcomes)s).", "%(file)s: %(lines)s lines (%(outcomes)s).", file.lines
    )
    return sentence % {"file": file.name, "lines": whole(file.lines), "outcomes": ", ".join(said)}


def amounts_summary(amount: Decimal, cost: Decimal) -> str:
    """What rated records bring and what they were bought for."""
    return _("Amount: %(amount)s excluding tax; purchase cost: %(cost)s.") % {
        "amount": euros(amount),
        "cost": euros(cost),
    }
