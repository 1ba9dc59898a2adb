"""«Restriction entrante-sortante», «restriction sortante», «réactivation»."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from apps.accounts.models import User
from apps.lines.choices import Barring, LineStatus, OperationKind, RestrictionReason
from apps.lines.models import Line, LineOperation, LineState
from apps.lines.operations.forms import OperationForm
from apps.lines.operations.kinds import Answers, Becomes, Doing, Operation, Parameters, Text
from apps.lines.services import reactivate_line, suspend_line, take_back_state
from apps.lines.services.living import is_restricted_so, refuse_reactivation, refuse_restriction
from apps.lines.services.periods import SERVING, current

RESTRICT = "lines.restrict_line"


class RestrictionForm(OperationForm):
    cause = forms.TypedChoiceField(
        label=pgettext_lazy("reason of a restriction", "Reason"),
        choices=[("", gettext_lazy("Choose…")), *RestrictionReason.choices],
        coerce=RestrictionReason,
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": gettext_lazy("Say why the line is restricted.")},
    )
    billed = forms.BooleanField(
        label=gettext_lazy("Billed while restricted"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=gettext_lazy("Otherwise its subscription and options cost nothing until it is reactivated."),
    )


# --- In words


def state_text(status: str, barring: str, billed: bool) -> str:
    """«Active», «Suspendue (entrante et sortante, facturée)»."""
    label = str(LineStatus(status).label)
    if status != LineStatus.SUSPENDED:
        return label
    said = str(Barring(barring).label).lower() if barring else "–"
    billing = _("billed") if billed else pgettext("mobile line", "not billed")
    return f"{label} ({said}, {billing})"


def _now(state: LineState) -> str:
    return state_text(state.status, state.barring, state.billed)


def line_state_text(line: Line, on: date) -> str:
    """What a serving line is on ``on``, by rows that may have been fetched along."""
    state = current(line.states.all(), on=on)
    return str(line.get_status_display()) if state is None else _now(state)


def with_states(lines: QuerySet[Any]) -> QuerySet[Any]:
    return lines.prefetch_related("states")


# --- Restriction


def plan_restriction(barring: Barring, line: Line, parameters: Parameters, on: date) -> Becomes | None:
    state = refuse_restriction(line=line, on=on)
    if is_restricted_so(state, barring, parameters["billed"]):
        return None
    return Becomes(_now(state), state_text(LineStatus.SUSPENDED, barring, parameters["billed"]))


def restrict(barring: Barring, line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    return suspend_line(
        line=line,
        on=doing.on,
        today=doing.today,
        actor=doing.actor,
        barring=barring,
        billed=parameters["billed"],
        cause=RestrictionReason(parameters["cause"]),
        reason=doing.reason,
    )


def restriction_parameters(answers: Answers) -> Parameters:
    return {"cause": answers["cause"].value, "billed": answers["billed"]}


def about_restriction(parameters: Parameters) -> Text:
    billed = _("billed") if parameters["billed"] else pgettext("mobile line", "not billed")
    return f"{RestrictionReason(parameters['cause']).label}, {billed}"


def effects_of_restriction(line: Line, parameters: Parameters, on: date) -> Iterator[Text]:
    yield _("Emergency calls stay possible.")
    if not parameters["billed"]:
        yield _("Its subscription and options are not billed until it is reactivated.")


def undo_state(operation: LineOperation, actor: User | None, reason: str) -> LineOperation:
    return take_back_state(operation=operation, actor=actor, reason=reason)


def _restriction(code: str, title: Text, barring: Barring, icon: str) -> Operation:
    return Operation(
        code=code,
        kind=OperationKind.RESTRICTION,
        title=title,
        permission=RESTRICT,
        form=RestrictionForm,
        parameters=restriction_parameters,
        about=about_restriction,
        plan=partial(plan_restriction, barring),
        effects=effects_of_restriction,
        apply=partial(restrict, barring),
        undo=undo_state,
        in_bulk=True,
        rows=with_states,
        when=lambda line: line.status in SERVING,
        submit=pgettext_lazy("line operation", "Send"),
        done=gettext_lazy("The line is restricted."),
        icon=icon,
    )


# --- Reactivation


def plan_reactivation(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    state = refuse_reactivation(line=line, on=on)
    if state.status == LineStatus.ACTIVE:
        return None
    return Becomes(_now(state), state_text(LineStatus.ACTIVE, "", True))


def reactivate(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    return reactivate_line(line=line, on=doing.on, today=doing.today, actor=doing.actor, reason=doing.reason)


RESTRICTION = _restriction(
    "restrict", gettext_lazy("Incoming and outgoing restriction"), Barring.BOTH, icon="phonelink_lock"
)
OUTGOING_RESTRICTION = _restriction(
    "restrict_outgoing", gettext_lazy("Outgoing restriction"), Barring.OUTGOING, icon="phone_locked"
)
REACTIVATION = Operation(
    code="reactivate",
    kind=OperationKind.REACTIVATION,
    title=pgettext_lazy("line operation", "Reactivation"),
    permission=RESTRICT,
    plan=plan_reactivation,
    apply=reactivate,
    undo=undo_state,
    in_bulk=True,
    rows=with_states,
    when=lambda line: line.status == LineStatus.SUSPENDED,
    submit=pgettext_lazy("line operation", "Send"),
    done=gettext_lazy("The line is in service again."),
    icon="play_circle",
)
