"""Declaring cards lost or faulty on screen: one of them on its page, or many at once («Gestion status SIM»)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.identifiers import IdentifierRefused, check_iccid, check_imsi
from apps.core.imports import in_batches
from apps.core.wording import sentence
from apps.jobs.bulk.kinds import Becomes, BulkKind, Parameters, register
from apps.sims.choices import SimStatus
from apps.sims.forms import DeclareForm
from apps.sims.models import SimCard
from apps.sims.services import DECLARED, can_become, check_declaration, declare_card, take_back_declaration

Named = SimCard | str


def find_cards(texts: Sequence[str]) -> list[Named]:
    """The card of each text: its ICCID or its IMSI, however it is written."""
    numbers = [_number(text) for text in texts]
    known = {number for number, _refused in numbers if number}
    by_number: dict[str, SimCard] = {}
    for lookup in ("iccid", "imsi"):
        for card in in_batches(SimCard.objects.all(), lookup, known):
            by_number[getattr(card, lookup)] = card
    return [by_number.get(number) or refused or _("No card has this number.") for number, refused in numbers]


def _number(text: str) -> tuple[str, str]:
    """What it may be the number of, or why it is none."""
    try:
        return check_imsi(text), ""
    except IdentifierRefused:
        pass
    try:
        return check_iccid(text).number, ""
    except IdentifierRefused as refused:
        return "", sentence(refused)


def plan(card: SimCard, parameters: Parameters) -> Becomes | None:
    status = SimStatus(parameters["status"])
    if not check_declaration(card=card, status=status):
        return None
    return Becomes(card.get_status_display(), status.label)


def declare(card: SimCard, parameters: Parameters, actor: Any) -> Parameters:
    before = card.status
    declare_card(card=card, status=SimStatus(parameters["status"]), actor=actor, reason=parameters["reason"])
    return {"status": before}


def take_back(card: SimCard, memory: Parameters, actor: Any) -> None:
    take_back_declaration(
        card=card, status=SimStatus(memory["status"]), actor=actor, reason=_("Declared by mistake, taken back")
    )


def can_be_declared(card: SimCard) -> bool:
    return any(can_become(card, status) for status in DECLARED if status != card.status)


def declare_one(card: SimCard, actor: Any, answers: dict[str, Any]) -> SimCard:
    """From the page of the card: the same as for many."""
    declare_card(card=card, status=answers["status"], actor=actor, reason=answers["reason"])
    return card


def preview_one(card: SimCard, answers: dict[str, Any]) -> Sequence[str]:
    becomes = plan(card, answers)
    if becomes is None:
        return [_("The card is declared so already: nothing changes.")]
    return [
        _("The card, “%(before)s”, becomes “%(after)s”.") % {"before": becomes.before, "after": becomes.after},
        _("It can no longer be sold or put into a line."),
    ]


def in_words(parameters: Parameters) -> str:
    return _("%(status)s: %(reason)s") % {
        "status": SimStatus(parameters["status"]).label,
        "reason": parameters["reason"],
    }


DECLARE = BulkKind(
    code="sims.declare",
    title=gettext_lazy("Declare lost or faulty"),
    model="sims.SimCard",
    permission="sims.change_simcard",
    form=DeclareForm,
    description=gettext_lazy("Cards of the stock and replaced ones. A card that is in a line is replaced first."),
    parameters=lambda answers: {"status": answers["status"].value, "reason": answers["reason"]},
    about=in_words,
    find=find_cards,
    plan=plan,
    apply=declare,
    undo=take_back,
)


def register_kinds() -> None:
    register(DECLARE)
