"""What the dialogs of jobs say before they act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.jobs.kinds import kinds
from apps.jobs.models import Job
from apps.jobs.services import cancel_job, restart_job


def preview_cancel(job: Job, answers: dict[str, Any]) -> Sequence[str]:
    return [
        _("“%(task)s” stops at the end of what it is doing right now.") % {"task": job.title},
        _("What it has done already stays done: nothing is taken back."),
    ]


def preview_restart(job: Job, answers: dict[str, Any]) -> Sequence[str]:
    return [_("“%(task)s” goes on where it had stopped; nothing is done twice.") % {"task": job.title}]


def cancel(job: Job, actor: Any, answers: dict[str, Any]) -> Job:
    _check(job, actor)
    return cancel_job(job=job, actor=actor)


def restart(job: Job, actor: Any, answers: dict[str, Any]) -> Job:
    _check(job, actor)
    _check_may_start(job, actor)
    return restart_job(job=job, actor=actor)


def _check(job: Job, actor: Any) -> None:
    """One's own, or everybody's with the permission to."""
    if job.created_by_id != actor.pk and not actor.has_perm("jobs.cancel_job"):
        raise DomainError(_("You did not start this task: ask whoever did, or an administrator."))


def _check_may_start(job: Job, actor: Any) -> None:
    """To start again is to start: whoever may not press the button, or no longer may, cannot do this either."""
    kind = kinds().get(job.kind)
    if kind is not None and not actor.has_perm(kind.starts or kind.permission):
        raise DomainError(_("You may not start this kind of task: ask an administrator."))
