"""``manage.py exchange_provisioning``: what workers do every half minute, for cron and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.commands import Report, ReportCommand
from apps.lines.choices import FileOutcome
from apps.lines.models import ProvisioningRequest
from apps.lines.provisioning.exchange import Exchanged, exchange, late_since


class Command(ReportCommand):
    help = "Hand the operator what is asked of it for lines, and read its answers."

    def report(self, **options: Any) -> Report:
        now = timezone.now()
        done = exchange(now=now)
        opened, late = (
            rows.count()
            for rows in (ProvisioningRequest.objects.open(), ProvisioningRequest.objects.late(late_since(now)))
        )
        return Report(
            lines=[
                *_sentences(done),
                _("Open requests: %(open)d, %(late)d of them late.") % {"open": opened, "late": late},
            ],
            data={
                "backend": settings.PROVISIONING,
                "acknowledged_at_once": done.acknowledged,
                "written": [{"name": file.name, "requests": file.lines} for file in done.written],
                "read": [
                    {
                        "name": one.name,
                        "outcome": one.outcome.value,
                        "lines": one.lines,
                        "acknowledged": one.acknowledged,
                        "refused": one.refused,
                        "known": one.known,
                        "problems": one.problems,
                    }
                    for one in done.read
                ],
                "waiting": done.waiting,
                "open": opened,
                "late": late,
            },
            refusals=[
                *(f"{one.name}: {problem}" for one in done.read for problem in one.problems),
                *done.unreadable,
            ],
        )


def _sentences(done: Exchanged) -> Iterator[str]:
    if done.acknowledged:
        yield ngettext(
            "%(count)d request acknowledged at once.", "%(count)d requests acknowledged at once.", done.acknowledged
        ) % {"count": done.acknowledged}
    for file in done.written:
        yield ngettext("%(file)s: %(count)d request written.", "%(file)s: %(count)d requests written.", file.lines) % {
            "file": file.name,
            "count": file.lines,
        }
    for one in done.read:
        if one.outcome == FileOutcome.REFUSED:
            yield _("%(file)s is refused, nothing was taken from it.") % {"file": one.name}
        else:
            yield _("%(file)s: %(acknowledged)d acknowledged, %(refused)d refused, %(known)d known before.") % {
                "file": one.name,
                "acknowledged": one.acknowledged,
                "refused": one.refused,
                "known": one.known,
            }
    for name in done.waiting:
        yield _("%(file)s may still be growing: it is read later.") % {"file": name}
