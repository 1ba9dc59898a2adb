"""What the dialogs of usage say before they act, and how they call the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.french import price
from apps.jobs.models import Job
from apps.usage import services
from apps.usage.choices import FileState, SuspenseReason
from apps.usage.defaults import ISM
from apps.usage.models import CdrFile, SuspendedRecord


def can_back_out(file: CdrFile) -> bool:
    return file.state != FileState.BACKED_OUT


def preview_backing_out(file: CdrFile, answers: dict[str, Any]) -> Sequence[str]:
    return [
        _("%(rated)d rated and %(waiting)d waiting records of this file are removed (%(amount)s excluding tax).")
        % {"rated": file.rated, "waiting": file.waiting, "amount": price(file.amount)},
        _("Its identifiers are free again: the same file can be loaded anew."),
        _("A file of which an invoice has taken records cannot be backed out."),
    ]


def back_out(file: CdrFile, actor: Any, answers: dict[str, Any]) -> Job:
    return services.request_backing_out(file=file, actor=actor)


def load(row: None, actor: Any, answers: dict[str, Any]) -> Job:
    return services.request_load(files=answers["files"], format_code=answers.get("format") or ISM, actor=actor)


def preview_rating(row: None, answers: dict[str, Any]) -> Sequence[str]:
    waiting = SuspendedRecord.objects.exclude(reason=SuspenseReason.MALFORMED).count()
    return [
        ngettext(
            "%(count)d waiting record is rated again by today's lines and grids.",
            "%(count)d waiting records are rated again by today's lines and grids.",
            waiting,
        )
        % {"count": waiting},
        _("Malformed lines are left alone: they need a corrected file."),
    ]


def rate_pending(row: None, actor: Any, answers: dict[str, Any]) -> Job:
    return services.request_rating(actor=actor)
