"""``manage.py rate_pending``: the click on «CDRs en attente» for scripts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.commands import Report, ReportCommand
from apps.core.french import euros
from apps.core.money import MICROS, amount_text
from apps.usage.services import rate_pending


class Command(ReportCommand):
    help = "Rate again the call records that wait for a number, a line or a rate."

    def report(self, **options: Any) -> Report:
        outcome = rate_pending()
        return Report(
            lines=[
                _("%(waiting)d records waited, %(rated)d of them are rated now, for %(amount)s excluding tax.")
                % {"waiting": outcome.waiting, "rated": outcome.rated, "amount": euros(outcome.amount)}
            ],
            data={
                "waiting": outcome.waiting,
                "rated": outcome.rated,
                "amount": amount_text(outcome.amount, MICROS),
            },
        )
