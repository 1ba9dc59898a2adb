"""Writing what the operator is asked to do, in the transaction of the operation that wants it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from itertools import batched, groupby

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.lines.choices import DiscountBasis, LineStatus, OperationKind, ProvisioningBackend, ProvisioningState
from apps.lines.models import Line, LineOperation, ProvisioningRequest
from apps.lines.provisioning.wanted import wanted_of, wanted_of_each

BATCH = 500

#: What the network has to know of. A fleet that is taken over is on it already.
ON_THE_NETWORK = {
    OperationKind.ACTIVATION,
    OperationKind.NUMBER,
    OperationKind.RESTRICTION,
    OperationKind.REACTIVATION,
    OperationKind.TERMINATION,
    OperationKind.PLAN_CHANGE,
    OperationKind.SIM_SWAP,
    OperationKind.INTERNATIONAL,
}
#: What a change of offers may change between us and the customer only, under the names that journals give it.
OFF_THE_NETWORK = {
    "tariff",
    "price",
    "billing",
    "prorata",
    "commitment",
    "handset",
    *(f"discount_{basis}" for basis in DiscountBasis.values),
}


def ask(operation: LineOperation) -> ProvisioningRequest | None:
    """Ask the operator for what the line has become by ``operation``; None where its network is not concerned, or
    where that is asked later (:func:`asking_together`).

    Called in the transaction of the operation, once the line is what it has become.
    """
    noted = _noted.get()
    if noted is not None:
        noted.append(operation.pk)
        return None
    if not _concerns_the_network(operation):
        return None
    (request,) = _requests([operation], _day(operation))
    request.save(force_insert=True)
    return request


@contextmanager
def asking_together() -> Iterator[None]:
    """Has all that is asked inside asked set-wise at the end, in the same transaction: for many lines, one by one.

    What an operation that was rolled back meanwhile would have asked is not asked.
    """
    noted: list[int] = []
    token = _noted.set(noted)
    try:
        yield
    finally:
        _noted.reset(token)
    ask_each(list(LineOperation.objects.filter(pk__in=noted).select_related("line")))


#: Keys of the operations that are to be asked together; None where each is asked for by itself.
_noted: ContextVar[list[int] | None] = ContextVar("noted", default=None)


def ask_each(operations: Sequence[LineOperation]) -> list[ProvisioningRequest]:
    """The same for operations on many lines, set-wise."""
    concerned = [one for one in operations if _concerns_the_network(one)]
    requests = [
        request
        for day, of_day in groupby(sorted(concerned, key=_day), key=_day)
        for some in batched(of_day, BATCH)
        for request in _requests(some, day)
    ]
    return ProvisioningRequest.objects.bulk_create(sorted(requests, key=lambda one: one.operation_id), BATCH)


def _concerns_the_network(operation: LineOperation) -> bool:
    if operation.kind not in ON_THE_NETWORK or operation.line.status in {LineStatus.PENDING, LineStatus.CANCELLED}:
        return False
    if operation.kind != OperationKind.PLAN_CHANGE:
        return True
    before, after = operation.before, operation.after
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return not changed <= OFF_THE_NETWORK


def _day(operation: LineOperation) -> date:
    """The day whose state is wanted: that of the operation, or today for one that is dated back."""
    return max(operation.effective_on, localdate(operation.at))


def _requests(operations: Iterable[LineOperation], day: date) -> Iterable[ProvisioningRequest]:
    operations = list(operations)
    wanted = wanted_of_each({one.line_id for one in operations}, day)
    for operation in operations:
        request = ProvisioningRequest(
            operation=operation,
            reference=reference_of(operation),
            backend=settings.PROVISIONING,
            wanted=wanted[operation.line_id],
        )
        # What takes effect later is handed over on its day.
        if operation.effective_on <= localdate(operation.at):
            acknowledge_at_once(request, now=operation.at)
        yield request


def reference_of(operation: LineOperation, attempt: int = 1) -> str:
    """Ours, which the operator's answer names: ISM-42, and ISM-42-2 when it is asked again."""
    return f"ISM-{operation.pk}" if attempt == 1 else f"ISM-{operation.pk}-{attempt}"


def acknowledge_at_once(request: ProvisioningRequest, *, now: datetime) -> None:
    """Where nobody is to be asked. The request is not saved here."""
    if request.backend == ProvisioningBackend.IMMEDIATE:
        request.send()
        request.acknowledge()
        request.sent_at = request.answered_at = now


@transaction.atomic
def ask_again(*, request: ProvisioningRequest, today: date, now: datetime) -> ProvisioningRequest:
    """Ask once more for a line whose request was refused: for its present state, under a new reference.

    What was wanted then may be overtaken by operations since; the operator must not be led back to it. DomainError
    if the request is not refused (any more).
    """
    # The line first, as operations do: none can change it while its state is read and asked for.
    line_id = request.operation.line_id
    Line.objects.locked().get(pk=line_id)
    request = ProvisioningRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state != ProvisioningState.REFUSED:
        raise DomainError(
            _("This request is “%(state)s”: only a refused one is made again.") % {"state": request.get_state_display()}
        )
    request.earlier = [*request.earlier, _kept(request)]
    request.reference = reference_of(request.operation, len(request.earlier) + 1)
    request.wanted = wanted_of(line_id, max(request.operation.effective_on, today))
    request.backend = settings.PROVISIONING
    request.created_at = now
    request.file, request.answer = "", ""
    request.sent_at = request.answered_at = request.answered_by = None
    request.ask_again()
    if request.operation.effective_on <= today:
        acknowledge_at_once(request, now=now)
    request.save()
    return request


def _kept(request: ProvisioningRequest) -> dict[str, object]:
    """What was asked under the reference of now and what became of it, as plain values."""
    moments = {name: getattr(request, name) for name in ("created_at", "sent_at", "answered_at")}
    return {
        "reference": request.reference,
        "file": request.file,
        "answer": request.answer,
        "wanted": request.wanted,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
    }


@transaction.atomic
def acknowledge_by_hand(*, request: ProvisioningRequest, remark: str, actor: User | None, now: datetime) -> None:
    """Note that the operator has said, not by file, that its network does what was asked.

    A request that waits to be sent is not sent any more, unless it has its place in a file already. DomainError if
    it has its answer.
    """
    request = ProvisioningRequest.objects.select_for_update().get(pk=request.pk)
    if request.state not in {ProvisioningState.TO_SEND, ProvisioningState.SENT}:
        raise DomainError(
            _("This request is “%(state)s”: it needs no answer.") % {"state": request.get_state_display()}
        )
    if request.state == ProvisioningState.TO_SEND:
        request.send()
        request.sent_at = now
    request.acknowledge()
    request.answered_at, request.answered_by, request.answer = now, actor, remark[:300]
    request.save()
