"""One worker per run: a lease that is renewed while it works and checked again in each of its transactions.

A process that was killed holds its lease until it runs out, or until somebody on the same machine sees that it is
gone. A process that was only slow finds, at its next transaction, that the lease is no longer its own.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.billing.models import BillingRun
from apps.core.exceptions import DomainError
from apps.core.processes import is_gone, this_process

DURATION = timedelta(seconds=30)
POLL_SECONDS = 0.2


class LeaseLost(DomainError):
    """Another process took the run over."""


class RunBusy(DomainError):
    """Another process is working on the run and goes on doing so."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one run."""

    run_id: int
    token: str

    def locked_run(self) -> BillingRun:
        """The run, locked for the current transaction, its lease checked and renewed; LeaseLost otherwise."""
        run = BillingRun.objects.select_for_update().get(pk=self.run_id)
        if run.lease_token != self.token:
            raise LeaseLost(_("Another process has taken over this billing run."))
        run.lease_until = timezone.now() + DURATION
        BillingRun.objects.filter(pk=run.pk).update(lease_until=run.lease_until)
        return run


@contextmanager
def leased(run: BillingRun, *, wait_seconds: float) -> Iterator[Lease]:
    """Hold the run's lease for the time of the block; wait up to ``wait_seconds`` for whoever holds it."""
    lease = _take(run.pk, wait_seconds)
    try:
        yield lease
    finally:
        BillingRun.objects.filter(pk=run.pk, lease_token=lease.token).update(
            lease_token="", lease_holder="", lease_until=None
        )


def _take(run_id: int, wait_seconds: float) -> Lease:
    deadline = time.monotonic() + wait_seconds
    while True:
        lease = _try(run_id)
        if lease is not None:
            return lease
        if time.monotonic() >= deadline:
            raise RunBusy(_("This billing run is being worked on by another process."))
        time.sleep(POLL_SECONDS)


@transaction.atomic
def _try(run_id: int) -> Lease | None:
    run = BillingRun.objects.select_for_update().get(pk=run_id)
    if run.lease_token and not _is_over(run):
        return None
    lease = Lease(run_id, str(uuid.uuid4()))
    BillingRun.objects.filter(pk=run_id).update(
        lease_token=lease.token, lease_holder=this_process(), lease_until=timezone.now() + DURATION
    )
    return lease


def _is_over(run: BillingRun) -> bool:
    if run.lease_until is None or run.lease_until <= timezone.now():
        return True
    return is_gone(run.lease_holder)
