"""Handing requests over: those that nobody is to be asked for are acknowledged, the others go out by file.

A file's name is claimed first, with the requests that are in it, and committed. Then the file is written and its
requests noted as sent, in a second transaction. A worker killed between the two leaves a claimed name, from whose
requests the next one writes the same bytes again: a request is in exactly one file. One worker at a time does either,
and files are written in the order of their numbers, so that what is asked for a line reaches the operator in order.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from apps.core.imports.bulk import take_turns
from apps.lines.choices import Direction, FileOutcome, ProvisioningBackend, ProvisioningState
from apps.lines.models import ProvisioningFile, ProvisioningRequest
from apps.lines.provisioning.asking import acknowledge_at_once
from apps.lines.provisioning.folders import Folders
from apps.lines.provisioning.layout import file_of
from apps.lines.provisioning.wanted import wanted_of_each

TURN = "lines.provisioning"
#: Of a file, and of what is acknowledged at once: a transaction takes a second at most.
MOST = 1000


def acknowledge_due(*, now: datetime) -> int:
    """Requests dated ahead, under a backend that asks nobody, whose day has come."""
    day = localdate(now)
    due = ProvisioningRequest.objects.due(day).filter(backend=ProvisioningBackend.IMMEDIATE)
    if not due.exists():  # looking takes no lock
        return 0
    with transaction.atomic():
        take_turns(TURN)
        requests = list(due.select_related("operation").select_for_update(of=("self",)).order_by("operation_id")[:MOST])
        _bring_up_to_date(requests, day)
        for request in requests:
            acknowledge_at_once(request, now=now)
        ProvisioningRequest.objects.bulk_update(requests, ["state", "wanted", "sent_at", "answered_at"], batch_size=200)
    return len(requests)


def claim_file(*, now: datetime) -> ProvisioningFile | None:
    """Give requests that are due a file, which is not written yet; None where none is due."""
    day = localdate(now)
    due = ProvisioningRequest.objects.due(day).filter(backend=ProvisioningBackend.FILE_DROP, file="")
    if not due.exists():
        return None
    with transaction.atomic(durable=True):
        take_turns(TURN)
        requests = list(due.select_related("operation").select_for_update(of=("self",)).order_by("operation_id")[:MOST])
        if not requests:
            return None
        file = ProvisioningFile.objects.create(direction=Direction.OUT, lines=len(requests))
        file.name = f"DEMANDES_{day:%Y%m%d}_{file.pk:06d}.csv"
        file.save(update_fields=["name"])
        _bring_up_to_date(requests, day)
        for request in requests:
            request.file = file.name
        ProvisioningRequest.objects.bulk_update(requests, ["file", "wanted"], batch_size=200)
    return file


def _bring_up_to_date(requests: list[ProvisioningRequest], day: date) -> None:
    """A request made ahead of its day asks for the line as it is by then: other operations may have come first."""
    ahead = [one for one in requests if one.operation.effective_on > localdate(one.created_at)]
    if ahead:
        wanted = wanted_of_each({one.operation.line_id for one in ahead}, day)
        for request in ahead:
            request.wanted = wanted[request.operation.line_id]


def claimed_files() -> list[str]:
    """Names of files that have requests and are not known to lie with the operator, in their order."""
    claimed = ProvisioningFile.objects.filter(direction=Direction.OUT, outcome=FileOutcome.CLAIMED)
    return list(claimed.order_by("pk").values_list("name", flat=True))


@transaction.atomic(durable=True)
def write_next(folders: Folders, *, now: datetime) -> ProvisioningFile | None:
    """Write the first claimed file and note its requests as sent; None where there is none (any more)."""
    take_turns(TURN)
    claimed = ProvisioningFile.objects.filter(direction=Direction.OUT, outcome=FileOutcome.CLAIMED)
    file = claimed.select_for_update().order_by("pk").first()
    if file is None:
        return None
    # Whatever has been noted of some of them meanwhile, by telephone, they stay in the file.
    requests = list(
        ProvisioningRequest.objects.filter(file=file.name)
        .select_related("operation")
        .select_for_update(of=("self",))
        .order_by("operation_id")
    )
    data = file_of(requests)
    folders.put_out(file.name, data)
    sent = [one for one in requests if one.state == ProvisioningState.TO_SEND]
    for request in sent:
        request.send()
        request.sent_at = now
    ProvisioningRequest.objects.bulk_update(sent, ["state", "sent_at"], batch_size=200)
    file.outcome, file.settled_at, file.digest = FileOutcome.WRITTEN, now, hashlib.sha256(data).hexdigest()
    file.save(update_fields=["outcome", "settled_at", "digest"])
    return file
