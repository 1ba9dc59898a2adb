"""What the dialogs of the portability desk ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core.admin import DayInput, DialogForm
from apps.core.exceptions import DomainError
from apps.orders.choices import PortRefusal
from apps.orders.porting.checking import check_day, check_rio, check_working_day
from apps.orders.services.mobile_checks import may_choose_any_day


class RefusalForm(DialogForm):
    """Why the other operator refuses, or why it did not work."""

    code = forms.TypedChoiceField(
        label=_("Reason"),
        choices=[("", "–"), *PortRefusal.choices],
        coerce=PortRefusal,
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": _("Say why: the next person needs it to put it right.")},
    )
    remark = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The customer reads it too, if it is told of the refusal by mail."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        if cleaned.get("code") == PortRefusal.OTHER and not cleaned.get("remark"):
            self.add_error("remark", _("Say what the other reason is."))
        return cleaned


class ScheduleForm(DialogForm):
    """The day that both operators agree on: that which was asked for, most of the time."""

    day = forms.DateField(label=_("Porting date"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = self.row and f"{self.row.port_on:%Y-%m-%d}"

    def clean_day(self) -> Any:
        try:
            return check_working_day(self.cleaned_data["day"], today=localdate())
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from None


class CorrectForm(DialogForm):
    """What is asked of the other operator, as it is to be from now on."""

    rio = forms.CharField(label=_("RIO"), max_length=30, widget=UnfoldAdminTextInputWidget)
    holder = forms.CharField(
        label=_("Holder of the number"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As the other operator knows it."),
    )
    day = forms.DateField(label=_("Porting date"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:
            self.fields["rio"].initial = self.row.rio
            self.fields["holder"].initial = self.row.holder
            self.fields["day"].initial = f"{self.row.port_on:%Y-%m-%d}"

    def clean_rio(self) -> str:
        try:
            return check_rio(self.cleaned_data["rio"], self.row.msisdn)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day == self.row.port_on and day >= localdate():  # it was chosen within the bounds of its day
            return day
        try:
            return check_day(day, today=localdate(), bounds=not may_choose_any_day(self.request.user))
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from None


class CancelForm(DialogForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        error_messages={"required": _("Say why: it is kept in the journal of the line.")},
    )
