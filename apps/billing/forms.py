from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.admin import DialogForm
from apps.core.periods import Month
from apps.usage.filters import month_name

MONTHS_OFFERED = 13


def offered_months(today: date) -> list[tuple[str, str]]:
    """The last months, the one that has just ended first: the one to bill. The current month comes last."""
    current = Month.of(today)
    months = [current.plus(-back) for back in range(1, MONTHS_OFFERED)]
    return [(str(month), month_name(month.start)) for month in [*months, current]]


class GenerateForm(DialogForm):
    """Which month to bill."""

    month = forms.ChoiceField(label=_("Period to bill"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = offered_months(localdate())

    def clean_month(self) -> Month:
        return Month.parse(self.cleaned_data["month"])
