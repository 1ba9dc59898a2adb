"""``manage.py check_rio``: whether a RIO is that of a number, as the order form says it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from apps.core.commands import Report, ReportCommand
from apps.core.identifiers import IdentifierRefused, national, normalise_msisdn
from apps.core.wording import sentence
from apps.lines import rio as rios
from apps.orders.porting.operators import operator_of


class Command(ReportCommand):
    help = "Check a RIO against the number that it belongs to."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("rio", metavar="RIO")
        parser.add_argument("msisdn", metavar="MSISDN", help="in any form: 06…, +336…, 00336…")

    def report(self, **options: Any) -> Report:
        asked = {"rio": rios.normalise(options["rio"]), "msisdn": options["msisdn"], "valid": False}
        try:
            asked["msisdn"] = msisdn = normalise_msisdn(options["msisdn"])
            rio = rios.check(options["rio"], msisdn)
        except (IdentifierRefused, rios.RioRefused) as refusal:
            return Report(
                data={**asked, "proposal": refusal.params.get("proposal"), "reason": sentence(refusal)},
                refusals=[sentence(refusal)],
            )
        operator = operator_of(rio, msisdn)
        told = {"rio": rio.text, "number": national(msisdn)}
        lines = [_("%(rio)s is the RIO of the number %(number)s.") % told]
        warning = "" if operator else unknown_operator(rio)
        lines.append(_("Operator: %(operator)s") % {"operator": operator} if operator else warning)
        return Report(
            lines=lines,
            data={**asked, "valid": True, "operator": operator or None, "warnings": [warning] if warning else []},
        )


def unknown_operator(rio: rios.Rio) -> str:
    return _("The operator %(code)s is not in “Operator codes”: check whom the request goes to.") % {
        "code": rio.operator
    }
