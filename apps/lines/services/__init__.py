"""What happens to lines. Every change locks the line, checks again, moves statuses by their transitions, writes the
periods and a journal entry; whoever cares about allowances is told by the slot ``lines.allowances_changed``."""

from apps.lines.services.changing import add_option, change_plan, change_tariff, remove_option
from apps.lines.services.checking import status_disagreements
from apps.lines.services.committing import EarlyTermination, commitment_of, early_termination_of
from apps.lines.services.fees import INVOICED
from apps.lines.services.handsets import give_back, hand_over, instalment_days
from apps.lines.services.holding import Held, held_by
from apps.lines.services.living import reactivate_line, suspend_line, take_back_state, terminate_line
from apps.lines.services.looking import Holding, who_held_number, who_held_sim
from apps.lines.services.noting import change_international, change_user, note_rio, take_back_international
from apps.lines.services.offering import change_offers, tried
from apps.lines.services.opening import NewLine, open_lines
from apps.lines.services.periods import last_change
from apps.lines.services.swapping import swap_sim
from apps.lines.services.waiting import (
    LINE_CANCELLED,
    TakenNumbers,
    assign_number,
    cancel_pending_line,
    create_pending_line,
)

__all__ = [
    "INVOICED",
    "LINE_CANCELLED",
    "EarlyTermination",
    "Held",
    "Holding",
    "NewLine",
    "TakenNumbers",
    "add_option",
    "assign_number",
    "cancel_pending_line",
    "change_international",
    "change_offers",
    "change_plan",
    "change_tariff",
    "change_user",
    "commitment_of",
    "create_pending_line",
    "early_termination_of",
    "give_back",
    "hand_over",
    "held_by",
    "instalment_days",
    "last_change",
    "note_rio",
    "open_lines",
    "reactivate_line",
    "remove_option",
    "status_disagreements",
    "suspend_line",
    "swap_sim",
    "take_back_international",
    "take_back_state",
    "terminate_line",
    "tried",
    "who_held_number",
    "who_held_sim",
]
