"""What is said of a RIO, a porting date, a number and a card while they are typed: good or bad, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core import french
from apps.core.identifiers import national
from apps.lines import rio as rios
from apps.orders.choices import NumberSource
from apps.orders.porting.operators import operator_of
from apps.sims.models import SimCard


@dataclass(frozen=True)
class Notice:
    """``field`` is what it is about; good, bad, or (None) only worth knowing. An empty one takes away what was said."""

    field: str
    sentence: str = ""
    is_good: bool | None = None


#: Fields of which something is said while one types.
WATCHED = ("sim", "msisdn", "rio", "port_on", "imei")


def notices_of(form: Any) -> Iterator[Notice]:
    """Of a form that is being filled in: nothing of what is still empty."""
    for name in WATCHED:
        if name in form.fields:
            yield _of_field(form, name)


def _of_field(form: Any, name: str) -> Notice:
    if not form.data.get(name, "").strip():
        return Notice(name)
    said = form.cleaned_data
    if form.errors.get(name):
        return Notice(name, " ".join(map(str, form.errors[name])), is_good=False)
    match name:
        case "sim" if isinstance(said.get("sim"), SimCard):
            return Notice(name, _about_card(said["sim"]), is_good=True)
        case "msisdn" if said.get("msisdn"):
            return Notice(name, national(said["msisdn"]), is_good=True)
        case "rio" if said.get("rio") and said.get("msisdn"):
            return _of_rio(said["rio"], said["msisdn"])
        case "port_on" if said.get("port_on") and said.get("number_source") == NumberSource.PORTED:
            return Notice(name, _("Possible: %(day)s") % {"day": french.long_day(said["port_on"])}, is_good=True)
        case "imei" if said.get("imei"):
            return Notice(name, _("The check digit is right."), is_good=True)
    return Notice(name)


def _about_card(card: SimCard) -> str:
    told = [card.iccid, card.get_format_display(), national(card.msisdn) if card.msisdn else _("without a number")]
    return " · ".join(filter(None, told))


def _of_rio(rio: str, msisdn: str) -> Notice:
    operator = operator_of(rios.Rio(rio), msisdn)
    if operator:
        return Notice("rio", _("This RIO is right. Operator: %(operator)s") % {"operator": operator}, is_good=True)
    told = _("This RIO is right. Operator %(code)s is not in the table of operators: have it looked at.")
    return Notice("rio", told % {"code": rio[:2]})
