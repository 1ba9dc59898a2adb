"""«Modifier utilisateur», «Modifier option international», and the RIO that the operator has told."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from apps.accounts.models import User
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.customers.fields import CharsetField
from apps.lines import rio
from apps.lines.choices import International, OperationKind
from apps.lines.models import Line, LineOperation
from apps.lines.operations.forms import OperationForm
from apps.lines.operations.kinds import Answers, Becomes, Doing, Operation, Parameters, Text
from apps.lines.services import change_international, change_user, note_rio, take_back_international
from apps.lines.services.noting import NOTABLE, refuse_international
from apps.lines.services.periods import SERVING, refuse_unless, refuse_unless_serving

# --- The user


class UserForm(OperationForm):
    user_name = CharsetField(
        label=_("User name"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Capital letters, digits and single spaces only."),
        error_messages={"required": _("Say who uses the line.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:
            self.fields["user_name"].initial = self.row.user_name


def plan_user(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    refuse_unless(line.status in NOTABLE, line)
    if line.user_name == parameters["user_name"]:
        return None
    return Becomes(line.user_name, parameters["user_name"])


def name_user(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    name = parameters["user_name"]
    return change_user(line=line, user_name=name, on=doing.on, actor=doing.actor, reason=doing.reason)


USER = Operation(
    code="user",
    kind=OperationKind.USER_CHANGE,
    title=_("Change the user"),
    permission="lines.change_line",
    form=UserForm,
    parameters=lambda answers: {"user_name": answers["user_name"]},
    about=lambda parameters: parameters["user_name"],
    plan=plan_user,
    apply=name_user,
    when=lambda line: line.status in NOTABLE,
    submit=_("Change"),
    done=_("The user is changed."),
    icon="person",
)

# --- International behaviour


class InternationalForm(OperationForm):
    behaviour = forms.TypedChoiceField(
        label=_("International behaviour"),
        choices=International.choices,
        coerce=International,
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": _("Choose what the line may do.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = self.row and self.row.internationals.order_by("start").last()
        if last is not None and self.row is not None:
            self.fields["behaviour"].initial = last.behaviour


def international_parameters(answers: Answers) -> Parameters:
    return {"behaviour": answers["behaviour"].value}


def about_international(parameters: Parameters) -> Text:
    return International(parameters["behaviour"]).label


def plan_international(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    refuse_unless_serving(line, on=on)
    period = refuse_international(line=line, on=on)
    if period is not None and period.behaviour == parameters["behaviour"]:
        return None
    before = _("As the network has it") if period is None else period.get_behaviour_display()
    return Becomes(before, about_international(parameters))


def set_international(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    behaviour = International(parameters["behaviour"])
    return change_international(line=line, behaviour=behaviour, on=doing.on, actor=doing.actor, reason=doing.reason)


def undo_international(operation: LineOperation, actor: User | None, reason: str) -> LineOperation:
    return take_back_international(operation=operation, actor=actor, reason=reason)


def with_internationals(lines: QuerySet[Any]) -> QuerySet[Any]:
    return lines.prefetch_related("internationals")


INTERNATIONAL = Operation(
    code="international",
    kind=OperationKind.INTERNATIONAL,
    title=_("Change the international option"),
    permission="lines.change_line",
    form=InternationalForm,
    parameters=international_parameters,
    about=about_international,
    plan=plan_international,
    apply=set_international,
    undo=undo_international,
    in_bulk=True,
    rows=with_internationals,
    when=lambda line: line.status in SERVING,
    submit=_("Apply"),
    done=_("The international behaviour is changed."),
    icon="public",
)


# --- The RIO


class RioForm(OperationForm):
    rio = forms.CharField(
        label=_("RIO"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Twelve characters, as the operator or the voice server 3179 tells them."),
        error_messages={"required": _("Type the RIO of the line.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:
            self.fields["rio"].initial = self.row.rio

    def clean_rio(self) -> str:
        try:
            if self.row.msisdn:
                return rio.check(self.cleaned_data["rio"], self.row.msisdn).text
            return rio.check_form(self.cleaned_data["rio"])
        except Refusal as refusal:
            raise ValidationError(sentence(refusal), code=refusal.code) from None


def plan_rio(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    refuse_unless(line.status in NOTABLE, line)
    return None if line.rio == parameters["rio"] else Becomes(line.rio, parameters["rio"])


def keep_rio(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    return note_rio(line=line, rio=parameters["rio"], on=doing.on, actor=doing.actor, reason=doing.reason)


RIO = Operation(
    code="rio",
    kind=OperationKind.RIO,
    title=_("Note the RIO"),
    permission="lines.change_line",
    form=RioForm,
    parameters=lambda answers: {"rio": answers["rio"]},
    about=lambda parameters: parameters["rio"],
    plan=plan_rio,
    apply=keep_rio,
    when=lambda line: line.status in NOTABLE,
    submit=pgettext_lazy("RIO", "Note"),
    done=_("The RIO is noted."),
    icon="tag",
)
