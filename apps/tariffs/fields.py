"""What the dialogs of grids ask: percentages, prices, seconds, and from which day on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.money import MICROS
from apps.core.periods import Month
from apps.tariffs.rating import PRICE_LIMIT

STEP_LIMIT = 3600


def first_of_next_month() -> date:
    return Month.of(localdate()).next().start


def percent_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=gettext_lazy("Change of prices (%)"),
        required=False,
        min_value=Decimal(-100),
        max_value=Decimal(1000),
        decimal_places=3,
        localize=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("As “5” or “-2,5”. Empty: the same prices. Connection fees change as prices do."),
    )


def price_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=PRICE_LIMIT,
        decimal_places=MICROS,
        localize=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )


def seconds_field(label: Any, *, least: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=STEP_LIMIT,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=help_text,
    )
