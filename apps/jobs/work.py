"""One job in the hands of a worker: what its kind's function gets, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.files import Area, remove, store, store_file
from apps.core.progress import Interrupted
from apps.jobs.models import Job


class LeaseLost(Interrupted):
    """Another worker has taken the job over: nothing more is written for it here."""


class Cancelled(Interrupted):
    """Somebody asked for it."""


class HandedOver(Interrupted):
    """This worker is stopping; another one goes on."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a job has to say at its end: sentences, and what it had to refuse, as a clerk reads them.

    ``link`` leads to what it made; ``data`` is for tests and for pages that show more.
    """

    sentences: Sequence[str] = ()
    refusals: Sequence[str] = ()
    link: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "sentences": list(self.sentences), "refusals": list(self.refusals)}


def lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


class Work:
    """A claimed job. Its methods write to the row only while the lease is this worker's; LeaseLost otherwise.

    They are called in the transaction of the chunk they are about: data, cursor and lease are committed together.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.parameters: dict[str, Any] = job.parameters
        self.actor: User | None = job.created_by
        #: Set when the worker is told to stop.
        self.is_stopping = False

    def refuse_without(self, permission: str) -> None:
        """DomainError if whoever started the job may no longer do what it does: roles change while jobs wait."""
        if self.actor is not None and not self.actor.has_perm(permission):
            raise DomainError(
                _("%(user)s, who confirmed this, is no longer allowed to do it. Nothing more is done.")
                % {"user": self.actor}
            )

    @property
    def cursor(self) -> dict[str, Any]:
        """Where an earlier worker stopped; empty at the beginning."""
        return dict(self.job.cursor)

    def save_cursor(self, **values: Any) -> None:
        self.job.cursor = {**self.job.cursor, **values}
        self._write(cursor=self.job.cursor)

    def note(self, sentence: str) -> None:
        """What is being done now, below the progress bar."""
        self._write(note=sentence[:200])

    def progress(self, *, done: int, total: int | None = None) -> None:
        """See :class:`apps.core.progress.Progress`. Raises Interrupted when the work is to stop here."""
        if total is not None:
            self.job.total = total
        known = self.job.total
        # More may have come up than there was when it was counted.
        self._write(stalled=0, done=done, total=None if known is None else max(known, done))
        if self.is_stopping:
            raise HandedOver

    def keep_file(self, *, name: str, content_type: str, data: bytes | Path) -> None:
        """The file that the job leaves to whoever may see it; it replaces an earlier attempt's.

        What is too large for the memory is given as the path of a file, of which a copy is kept.
        """
        earlier = self.job.file_path
        self.job.file_path = store_file(Area.EXPORTS, data) if isinstance(data, Path) else store(Area.EXPORTS, data)
        self._write(file_path=self.job.file_path, file_name=name[-200:], file_type=content_type)
        if earlier:  # the row names it until the commit
            transaction.on_commit(lambda: remove(earlier))

    def _write(self, **values: Any) -> None:
        held = Job.objects.filter(pk=self.job.pk, lease_token=self.job.lease_token)
        if not held.filter(cancel_requested=False).update(lease_until=lease_end(), **values):
            raise Cancelled if held.exists() else LeaseLost
