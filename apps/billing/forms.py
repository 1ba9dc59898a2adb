from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.fields import UnfoldAdminMultipleAutocompleteModelChoiceField
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.billing.choices import DownloadFormat
from apps.core.admin import DayInput, DialogForm
from apps.core.periods import Month
from apps.customers.models import Customer
from apps.usage.filters import month_name

MONTHS_OFFERED = 13


def offered_months(today: date) -> list[tuple[str, str]]:
    """The last months, the one that has just ended first: the one to bill. Then the current one, and the next."""
    current = Month.of(today)
    months = [current.plus(-back) for back in range(1, MONTHS_OFFERED)]
    return [(str(month), month_name(month.start)) for month in [*months, current, current.next()]]


class GenerateForm(DialogForm):
    """Which month to bill, and whom."""

    month = forms.ChoiceField(label=_("Period to bill"), widget=UnfoldAdminSelectWidget)
    customers = UnfoldAdminMultipleAutocompleteModelChoiceField(
        "admin:autocomplete",
        label=_("Customers"),
        queryset=Customer.objects.none(),
        required=False,
        help_text=_("Empty: every customer."),
    )
    again = forms.BooleanField(
        label=_("Bill again"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Replaces the drafts of this month. Changes nothing that has been issued."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = offered_months(localdate())
        customers = self.fields["customers"]
        source = {"app_label": "billing", "model_name": "billingrun", "field_name": "customers"}
        customers.widget.attrs["data-ajax--url"] = f"{reverse('admin:autocomplete')}?{urlencode(source)}"
        if self.is_bound:
            # Those that were chosen: the widget would list every customer that there is.
            chosen = [pk for pk in self.data.getlist("customers") if pk.isdecimal()]
            customers.queryset = Customer.objects.filter(pk__in=chosen)

    @property
    def media(self) -> forms.Media:
        """None: the page has the scripts already, and a second jQuery would forget what the first one had learnt."""
        return forms.Media()

    def clean_month(self) -> Month:
        return Month.parse(self.cleaned_data["month"])


class IssueForm(DialogForm):
    """Which date the invoices get."""

    issue_on = forms.DateField(label=_("Invoice date"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issue_on"].initial = localdate()


class DownloadForm(DialogForm):
    format = forms.ChoiceField(
        label=_("Format"),
        choices=DownloadFormat.choices,
        initial=DownloadFormat.ZIP,
        widget=UnfoldAdminRadioSelectWidget,
    )
