"""Files of SIM cards, as the wholesaler's deliveries or another system list them (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from apps.core.csvfiles import Fault
from apps.core.identifiers import check_iccid, check_imsi, check_pin, check_puk, normalise_msisdn
from apps.core.imports import (
    Change,
    Column,
    Importer,
    Key,
    Known,
    Plan,
    Record,
    in_batches,
    one_of,
    text,
    update_with_history,
)
from apps.sims.choices import SimFormat, SimStatus
from apps.sims.identifiers import check_activation_code
from apps.sims.models import SimCard
from apps.sims.services import can_become, move_cards

SENTENCES = {
    "imsi_taken": _("The SIM card %(iccid)s has this IMSI."),
    "sim_status_by_line": _("This status comes with a line: a new card is EN_STOCK, PERDUE or DEFECTUEUSE."),
    "esim_code_form": _("This is no activation code of an eSIM: LPA:1$server$code is expected."),
    "esim_code_of_card": _("Only an eSIM has an activation code: the format is %(format)s."),
    "sim_status_refused": _("The card is %(current)s: it cannot become so by a file."),
}

# How files name the statuses.
STATUSES = {
    "EN_STOCK": SimStatus.IN_STOCK,
    "RESERVEE": SimStatus.RESERVED,
    "ACTIVE": SimStatus.ACTIVE,
    "SUSPENDUE": SimStatus.SUSPENDED,
    "RESILIEE": SimStatus.TERMINATED,
    "REMPLACEE": SimStatus.REPLACED,
    "PERDUE": SimStatus.LOST,
    "DEFECTUEUSE": SimStatus.FAULTY,
}

# What a card can be without having been in a line of ours.
_WITHOUT_LINE = {SimStatus.IN_STOCK, SimStatus.LOST, SimStatus.FAULTY}


class SimImporter(Importer[SimCard]):
    """Cards known by their ICCID. A card that is already there keeps its status, whatever became of it.

    An empty cell leaves what is known. EN_STOCK says of a known card only that it came into stock once; it can be
    declared lost or faulty. An IMSI is burnt into the card: another one means that the ICCID
    is wrong. Ki and OPc, with which a card can be copied, never belong in a reseller's file.
    """

    columns = (
        Column(header="ICCID", field="iccid", read=check_iccid),
        Column(header="IMSI", field="imsi", read=check_imsi, empty=None, required=False),
        Column(header="MSISDN", field="msisdn", read=normalise_msisdn, empty="", required=False),
        Column(header="PIN1", field="pin1", read=check_pin, empty="", required=False, secret=True),
        Column(header="PUK1", field="puk1", read=check_puk, empty="", required=False, secret=True),
        Column(header="PIN2", field="pin2", read=check_pin, empty="", required=False, secret=True),
        Column(header="PUK2", field="puk2", read=check_puk, empty="", required=False, secret=True),
        Column(
            header="FORMAT",
            field="format",
            read=one_of({format.value: format for format in SimFormat}),
            empty="",
            required=False,
        ),
        Column(header="RESEAU", field="network", read=text(40), empty="", required=False),
        Column(header="LOT", field="batch", read=text(40), empty="", required=False),
        Column(header="FOURNISSEUR", field="supplier", read=text(80), empty="", required=False),
        Column(
            header="CODE_ESIM", field="esim_code", read=check_activation_code, empty="", required=False, secret=True
        ),
        Column(header="STATUT", field="status", read=one_of(STATUSES), empty=SimStatus.IN_STOCK, required=False),
        Column(header="KI", field="ki", read=str, secret=True, forbidden=True),
        Column(header="OPC", field="opc", read=str, secret=True, forbidden=True),
    )
    key = ("iccid",)
    changes = (SimCard, "iccid")
    unique = (("imsi",),)
    part = 2_000

    def complete(self, values: dict[str, Any]) -> None:
        if iccid := values.get("iccid"):
            values["iccid"], values["oddities"] = iccid.number, iccid.warnings

    def warn(self, record: Record) -> Iterator[Fault]:
        for oddity in record.get("oddities") or ():
            yield record.fault("iccid", oddity.code, **oddity.params)

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[SimCard]]:
        lines = {record["iccid"]: record for record in records if record.key}
        cards = in_batches(SimCard.objects.all(), "iccid", lines)
        return {(card.iccid,): Known(card, _as_filed(card, lines[card.iccid])) for card in cards}

    def check_all(self, records: Sequence[Record], known: Mapping[Key, Known[SimCard]]) -> Iterator[Fault]:
        imsis = (record["imsi"] for record in records if record.get("imsi"))
        cards = in_batches(SimCard.objects.only("imsi", "iccid"), "imsi", imsis)
        holders = {card.imsi: card.iccid for card in cards}
        for record in records:
            holder = holders.get(record.get("imsi"))
            if holder and holder != record.get("iccid"):
                yield record.fault("imsi", "imsi_taken", iccid=holder)
            if record.get("esim_code"):
                card = known.get(record.key) if record.key else None
                format = record.get("format") or (card.row.format if card else "")
                if format not in ("", SimFormat.ESIM):
                    yield record.fault("esim_code", "esim_code_of_card", format=SimFormat(format).label)
            if record.key not in known and record.get("status") not in {None, *_WITHOUT_LINE}:
                yield record.fault("status", "sim_status_by_line")

    def check_change(self, change: Change[SimCard]) -> Iterator[Fault]:
        if change.differences.get("imsi", (None, None))[0]:
            yield change.record.fault("imsi", "cannot_change", current=change.row.imsi)
        if "status" in change.differences and not self._may_become(change):
            yield change.record.fault("status", "sim_status_refused", current=change.row.get_status_display())

    def _may_become(self, change: Change[SimCard]) -> bool:
        target = change.record["status"]
        return target in _WITHOUT_LINE and can_become(change.row, target)

    def write(self, plan: Plan[SimCard], *, actor: Any, source: str) -> None:
        history = self.history(actor=actor, source=source)
        cards = [SimCard(**{name: record[name] for name in STORED}) for record in plan.new]
        bulk_create_with_history(cards, SimCard, **history)
        update_with_history(plan.changed, SimCard, [name for name in STORED if name != "status"], **history)
        move_cards(
            targets={c.row.pk: c.record["status"] for c in plan.changed if "status" in c.differences},
            actor=actor,
            reason=source,
        )


STORED = [column.field for column in SimImporter.columns if not column.forbidden]


def _as_filed(card: SimCard, record: Record) -> dict[str, Any]:
    """A known card as a file would say it; what ``record`` leaves to the card, as ``record`` says it."""
    kept = {name for name in STORED if record.is_empty(name)}
    if record.get("status") == SimStatus.IN_STOCK:
        kept.add("status")
    return {name: record.get(name) if name in kept else getattr(card, name) for name in STORED}
