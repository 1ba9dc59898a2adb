"""Requests to the operator and files exchanged with it, for the screens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apps.lines.choices import Direction, FileOutcome, LineStatus, OperationKind, ProvisioningState
from apps.lines.models import Line, ProvisioningFile, ProvisioningRequest
from tests.factories import LineOperationFactory, UserFactory

SENT_AT = datetime(2026, 11, 3, 9, tzinfo=UTC)
WANTED = {
    "msisdn": "33639980001",
    "iccid": "8933010000000000019",
    "imsi": "208010000000001",
    "status": LineStatus.SUSPENDED,
    "barring": "both",
    "international": "europe",
    "plan": "MVNO-PRO",
    "throughput": "150M",
    "options": ["DATA20:300M", "ROAM"],
}
STATES = [
    ProvisioningState.REFUSED,
    ProvisioningState.SENT,
    ProvisioningState.ACKNOWLEDGED,
    ProvisioningState.TO_SEND,
]


def asked_of_the_operator(line: Line, number: int) -> ProvisioningRequest:
    """A request of each state in turn; the first was refused, and had been made twice."""
    state = STATES[number % len(STATES)]
    sent_at = None if state == ProvisioningState.TO_SEND else SENT_AT + timedelta(minutes=number)
    answered = state in {ProvisioningState.REFUSED, ProvisioningState.ACKNOWLEDGED}
    operation = LineOperationFactory(line=line, kind=OperationKind.RESTRICTION)
    attempt = {"reference": f"ISM-{operation.pk}", "file": "", "answer": "Carte inconnue", "wanted": WANTED}
    moments = dict.fromkeys(("created_at", "sent_at", "answered_at"), SENT_AT.isoformat())
    return ProvisioningRequest.objects.create(
        operation=operation,
        reference=f"ISM-{operation.pk}-2",
        backend="file_drop",
        wanted=WANTED,
        state=state,
        file="" if sent_at is None else "DEMANDES_20261103_000001.csv",
        sent_at=sent_at,
        answered_at=sent_at if answered else None,
        answered_by=UserFactory() if answered else None,
        answer="Carte inconnue" if state == ProvisioningState.REFUSED else "",
        earlier=[attempt | moments],
    )


def a_file_exchanged(number: int) -> ProvisioningFile:
    outgoing = number % 2 == 0
    return ProvisioningFile.objects.create(
        direction=Direction.OUT if outgoing else Direction.IN,
        name=f"DEMANDES_20261103_{number:06d}.csv" if outgoing else f"REPONSES_{number}.csv",
        outcome=FileOutcome.WRITTEN if outgoing else FileOutcome.IN_PART,
        lines=12,
        digest=f"{number:064d}",
        report="" if outgoing else "Ligne 3, ISM-999999 : rien n’a été demandé sous cette référence.\n",
        settled_at=SENT_AT,
    )
