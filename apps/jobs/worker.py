"""What a worker process does: take a job, run it, see to the chores, say that it is there.

Nothing is lost when it dies at any moment: the job's row stays RUNNING under a lease that nobody renews, and
:func:`free_abandoned` gives it back to the queue, at once where the dead process was of this machine.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import uuid
from collections.abc import Collection
from types import FrameType

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.core.processes import is_gone, this_process
from apps.jobs.choices import JobState, Queue
from apps.jobs.kinds import Chore, chores, kinds
from apps.jobs.models import Job, Worker
from apps.jobs.work import Cancelled, HandedOver, LeaseLost, Outcome, Work, lease_end

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
REAP_SECONDS = 2.0
BEAT_SECONDS = 10.0
# Work that took its worker down so often without one chunk committed will do it again.
MOST_STALLED = 5


# --- One job


def claim_job(queues: Collection[str]) -> Work | None:
    """The oldest job that waits in one of ``queues``, now held by this process; None if there is none."""
    waiting = Job.objects.queued(queues)
    if not waiting.exists():  # SQLite would lock the database only to look
        return None
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        job = waiting.select_for_update(skip_locked=skips).first()
        if job is None:
            return None
        job.claim()
        job.attempt += 1
        job.stalled += 1
        job.started_at = job.started_at or timezone.now()
        job.lease_token, job.lease_holder, job.lease_until = str(uuid.uuid4()), this_process(), lease_end()
        job.save()
    return Work(job)


def run_job(work: Work) -> None:
    """Run a claimed job to its end, and write down what came out of it."""
    kind = kinds().get(work.job.kind)
    try:
        if kind is None:
            raise DomainError(_("This program does not know how to do this task (any more)."))
        if work.job.stalled > MOST_STALLED:
            raise DomainError(_("Given up: the task was interrupted several times without getting any further."))
        outcome = kind.run(work) or Outcome()
    except LeaseLost:
        logger.warning("job %d was taken over by another worker", work.job.pk)
    except Cancelled:
        _end(work, JobState.CANCELLED)
    except HandedOver:
        _end(work, JobState.QUEUED)
    except DomainError as refusal:
        _end(work, JobState.FAILED, error="\n".join([str(refusal), *refusal.reasons]))
    except (OperationalError, InterfaceError):
        # The database was away or busy: another attempt goes on from the last chunk that was committed.
        logger.exception("job %d (%s) lost its database", work.job.pk, work.job.kind)
        connection.close()
        _end(work, JobState.QUEUED)
    except Exception:
        logger.exception("job %d (%s) broke", work.job.pk, work.job.kind)
        _end(work, JobState.FAILED, error=_("Unexpected error: see the server's log."))
    else:
        _end(work, JobState.DONE, outcome=outcome)


def _end(work: Work, state: JobState, *, error: str = "", outcome: Outcome | None = None) -> None:
    """Let the job go in ``state``, unless another worker has taken it over meanwhile."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=work.job.pk, lease_token=work.job.lease_token).first()
        if job is None or job.state != JobState.RUNNING:
            return
        match state:
            case JobState.DONE:
                job.finish()
                job.total = job.total if job.total is not None else job.done
            case JobState.FAILED:
                job.fail()
            case JobState.CANCELLED:
                job.cancel()
            case JobState.QUEUED:
                job.release()
        if outcome is not None:
            job.result = outcome.as_json()
        job.error, job.note = error, ""
        job.lease_token, job.lease_holder, job.lease_until = "", "", None
        job.finished_at = None if job.is_active else timezone.now()
        job.save()


def free_abandoned() -> int:
    """Give jobs whose worker is gone back to their queue; tells how many. Cancelled ones end here."""
    freed = 0
    for job in Job.objects.filter(state=JobState.RUNNING):
        if not _is_abandoned(job):
            continue
        freed += _free(job)
    return freed


def _free(job: Job) -> bool:
    """Unless a worker that was only slow has renewed its lease meanwhile."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().filter(pk=job.pk, lease_token=job.lease_token).first()
        if locked is None or locked.state != JobState.RUNNING or not _is_abandoned(locked):
            return False
        logger.warning("job %d (%s) was left by %s and is resumed", job.pk, job.kind, job.lease_holder)
        _end(Work(locked), JobState.CANCELLED if locked.cancel_requested else JobState.QUEUED)
    return True


def _is_abandoned(job: Job) -> bool:
    return job.lease_until is None or job.lease_until <= timezone.now() or is_gone(job.lease_holder)


# --- The process


class WorkerProcess:
    """Works off ``queues`` until it is told to stop or, with ``until_idle``, until nothing is left to do."""

    def __init__(self, queues: Collection[Queue], *, until_idle: bool = False, has_parent: bool = False) -> None:
        self.queues = frozenset(queues)
        self.until_idle = until_idle
        #: The supervisor: a worker does not outlive it, or nobody could stop it.
        self.parent = os.getppid() if has_parent else None
        self.work: Work | None = None
        self.stop = threading.Event()
        self._due: dict[str, float] = {}

    def stop_on_signals(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stopped)

    def _stopped(self, number: int, frame: FrameType | None) -> None:
        self.stop.set()
        if self.work is not None:
            self.work.is_stopping = True

    def run(self) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            while not self.stop.is_set() and self.parent in (None, os.getppid()):
                try:
                    busy = self._turn()
                except (OperationalError, InterfaceError):
                    logger.exception("the database does not answer")
                    connection.close()
                    busy = False
                    self.stop.wait(BEAT_SECONDS)
                if not busy:
                    if self.until_idle:
                        break
                    self.stop.wait(POLL_SECONDS)
        Worker.objects.filter(holder=this_process()).delete()

    def _turn(self) -> bool:
        """Do what is due, at most one job; tells whether there was anything to do."""
        if self._is_due("beat", BEAT_SECONDS):
            Worker.objects.update_or_create(
                holder=this_process(), defaults={"queues": sorted(self.queues), "seen_at": timezone.now()}
            )
        busy = self._is_due("reap", REAP_SECONDS) and bool(free_abandoned())
        busy = any([busy, *(self._see_to(chore) for chore in chores(self.queues))])
        self.work = claim_job(self.queues)
        if self.work is not None:
            self.work.is_stopping = self.stop.is_set()
            run_job(self.work)
            self.work = None
            return True
        return busy

    def _see_to(self, chore: Chore) -> bool:
        if self.stop.is_set() or not self._is_due(chore.code, chore.every):
            return False
        try:
            found = chore.run()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("the chore %s broke", chore.code)
            return False
        if found:
            self._due[chore.code] = 0.0
        return found

    def _is_due(self, name: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(name, 0.0):
            return False
        self._due[name] = now + every
        return True
