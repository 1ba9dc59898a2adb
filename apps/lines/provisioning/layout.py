"""The files that the operator gets and sends: their columns, and how values are written in them.

◆ Nobody has published a layout for this; these are ours. UTF-8 without a byte order mark, semicolons, days as
2026-11-24. ``ETAT`` and what follows it are the whole state that the line is to have from DATE_EFFET on; OPERATION only
says what led to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.core.cells import parse_choice, parse_text
from apps.core.csvfiles import BYTE_ORDER_MARK, Fault, read_table
from apps.core.encodings import foreign_format
from apps.core.spreadsheets import as_csv
from apps.lines.choices import Barring, International, LineStatus, OperationKind
from apps.lines.models import ProvisioningRequest

HEADER = (
    "REFERENCE",
    "DATE_EFFET",
    "OPERATION",
    "MSISDN",
    "ICCID",
    "IMSI",
    "ETAT",
    "RESTRICTION",
    "INTERNATIONAL",
    "OFFRE",
    "OPTIONS",
)
OPERATIONS = {
    OperationKind.ACTIVATION: "ACTIVATION",
    OperationKind.NUMBER: "NUMERO",
    OperationKind.RESTRICTION: "RESTRICTION",
    OperationKind.REACTIVATION: "REACTIVATION",
    OperationKind.TERMINATION: "RESILIATION",
    OperationKind.PLAN_CHANGE: "OFFRES",
    OperationKind.SIM_SWAP: "CHANGEMENT_SIM",
    OperationKind.INTERNATIONAL: "INTERNATIONAL",
}
STATES = {LineStatus.ACTIVE: "ACTIF", LineStatus.SUSPENDED: "SUSPENDU", LineStatus.TERMINATED: "RESILIE"}
BARRINGS = {Barring.BOTH: "ENTRANTE_SORTANTE", Barring.OUTGOING: "SORTANTE"}
INTERNATIONALS = {
    International.WORLD: "MONDE",
    International.EUROPE: "EUROPE",
    International.HOME_WHEN_ROAMING: "ITINERANCE_VERS_FRANCE",
    International.NO_CALLS_ABROAD: "SANS_APPELS_ETRANGER",
    International.NO_ROAMING: "SANS_ITINERANCE",
    International.NATIONAL: "NATIONAL",
}

ANSWER_COLUMNS = {"REFERENCE": (), "RESULTAT": (), "MESSAGE": ()}
_RESULTS = {"OK": True, "KO": False}
_LINE_ENDS = (b"\n", b"\r")


def file_of(requests: Iterable[ProvisioningRequest]) -> bytes:
    """The file of these requests, in their order; the same bytes for the same requests, whenever it is made."""
    return as_csv(HEADER, map(_row, requests)).removeprefix(BYTE_ORDER_MARK)


def _row(request: ProvisioningRequest) -> tuple[str, ...]:
    wanted, operation = request.wanted, request.operation
    return (
        request.reference,
        f"{operation.effective_on:%Y-%m-%d}",
        OPERATIONS[OperationKind(operation.kind)],
        wanted["msisdn"],
        wanted["iccid"],
        wanted["imsi"],
        STATES[LineStatus(wanted["status"])],
        BARRINGS[Barring(wanted["barring"])] if wanted["barring"] else "",
        INTERNATIONALS[International(wanted["international"])] if wanted["international"] else "",
        ":".join(filter(None, [wanted["plan"], wanted["throughput"]])),
        "+".join(wanted["options"]),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of an answer file: the operator does what ``reference`` asked, or says why not."""

    line_number: int
    reference: str
    accepted: bool
    message: str


def read_answers(data: bytes) -> tuple[list[Answer], list[Fault]]:
    """The answers of a file; with a fault it is none of ours, or not whole, and none of them counts."""
    table = read_table(data, columns=ANSWER_COLUMNS, required=ANSWER_COLUMNS)
    answers = []
    for row in table.rows:
        reference = row.parse("REFERENCE", parse_text, table.faults)
        accepted = row.parse("RESULTAT", lambda text: parse_choice(text, _RESULTS), table.faults)
        if reference is not None and accepted is not None:
            answers.append(Answer(row.line_number, reference.upper(), accepted, row.values["MESSAGE"]))
    return answers, sorted(table.faults, key=lambda fault: fault.line)


def is_whole(data: bytes) -> bool:
    """Whether a file ends where a line does: one that does not is still being written, or was cut.

    What is no text of ours has no such end, and more of it makes it none.
    """
    return not data or foreign_format(data) is not None or data.endswith(_LINE_ENDS)
