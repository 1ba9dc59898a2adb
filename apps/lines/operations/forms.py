"""What every operation on a line asks: from which day, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.admin import DayInput, DialogForm
from apps.core.periods import add_months
from apps.lines.models import LineOperation

#: A commitment's end may be waited for; more is a slip of the keyboard.
MONTHS_AHEAD = 36
REASON_LENGTH = LineOperation._meta.get_field("reason").max_length or 200


class OperationForm(DialogForm):
    """Its own fields come first, then those of every operation."""

    on = forms.DateField(
        label=_("Effective date"),
        widget=DayInput,
        help_text=_("A day to come: it is planned, and done on that day."),
        error_messages={"required": _("Say from which day."), "invalid": _("This is no date.")},
    )
    reason = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept in the journal of the line."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = localdate
        own = [name for name in self.fields if name not in ("on", "reason")]
        self.order_fields([*own, "on", "reason"])

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > add_months(localdate(), MONTHS_AHEAD):
            raise ValidationError(
                _("An operation is planned at most %(months)d months ahead."), params={"months": MONTHS_AHEAD}
            )
        return on
