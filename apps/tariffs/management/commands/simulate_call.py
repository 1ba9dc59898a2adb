"""``manage.py simulate_call``: what a call, a message or a session would cost, and why."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.commands import Report, ReportCommand
from apps.core.exceptions import DomainError
from apps.core.money import MICROS, amount_text
from apps.core.periods import PARIS
from apps.tariffs.matching import HOME_ZONE
from apps.tariffs.models import Tariff
from apps.tariffs.rating import Kind
from apps.tariffs.simulation import simulate_call
from apps.tariffs.wording import explanation_text

QUANTITIES: dict[str, Kind] = {"seconds": "voice", "bytes": "data", "sms": "sms", "mms": "mms"}


def instant(text: str) -> datetime:
    """ISO 8601; without an offset it is Paris time."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return at if at.tzinfo else at.replace(tzinfo=PARIS)


class Command(ReportCommand):
    help = "Rate one call, message or data session with a grid, without any allowance."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--table", required=True, metavar="CODE", help="grid")
        parser.add_argument("--to", required=True, metavar="NUMBER", help="the other number, as in call records")
        quantity = parser.add_mutually_exclusive_group(required=True)
        for name in QUANTITIES:
            quantity.add_argument(f"--{name}", type=int, metavar="N")
        parser.add_argument("--incoming", action="store_true", help="received from that number")
        parser.add_argument("--at", type=instant, metavar="ISO", help="start; now unless given")
        parser.add_argument("--from-zone", default=HOME_ZONE, metavar="ZONE", help="where the line is (default: FR)")

    def report(self, **options: Any) -> Report:
        tariff = Tariff.objects.filter(code=options["table"]).first()
        if tariff is None:
            raise DomainError(_("There is no grid %(code)s.") % {"code": options["table"]})
        name = next(name for name in QUANTITIES if options[name] is not None)
        explanation = simulate_call(
            tariff=tariff,
            number=options["to"],
            kind=QUANTITIES[name],
            quantity=options[name],
            incoming=options["incoming"],
            origin=options["from_zone"],
            at=options["at"] or timezone.now(),
        )
        assert explanation.price is not None  # noqa: S101  # no rate is a refusal
        terms, steps = explanation.terms, explanation_text(explanation)
        return Report(
            lines=steps,
            data={
                "prefix": terms.prefix if terms else None,
                "destination": terms.destination if terms else None,
                "billed_quantity": explanation.billed,
                "price": amount_text(explanation.price, MICROS),
                "explanation": {**explanation.as_json(), "steps": steps},
            },
        )
