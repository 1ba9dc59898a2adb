"""What the pages of grids ask: a call to simulate, two versions to compare."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.choices import UsageKind
from apps.catalog.quantities import LARGEST, UNLIMITED, parse_included, parse_quantity
from apps.core.admin import DayInput
from apps.core.periods import PARIS
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.tariffs.choices import Direction
from apps.tariffs.matching import HOME_ZONE
from apps.tariffs.models import Tariff, TariffVersion
from apps.tariffs.numbering import as_in_records
from apps.tariffs.wording import version_text


class TimeInput(UnfoldAdminTextInputWidget):
    """A time of the day, to the second, with the browser's own choice."""

    input_type = "time"


class SimulationForm(forms.Form):
    """A call, a message or a session that nobody made."""

    tariff: Any = forms.ModelChoiceField(
        Tariff.objects.all(), label=_("Minute grid"), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("rate", "Usage"), choices=UsageKind.choices, widget=UnfoldAdminSelectWidget
    )
    number = forms.CharField(
        label=_("Called number, or number of the caller"),
        max_length=30,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel"}),
        help_text=_("As it is dialled: 06…, +44…, 0044…, or a short number such as 3631."),
    )
    quantity = forms.CharField(
        label=_("Duration, number or volume"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("“32 s”, “1 h 30”, “5 min”; “3” messages; “50 Mo” or “1,5 Go” of data."),
    )
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, widget=UnfoldAdminSelectWidget)
    zone = forms.CharField(
        label=_("Where the line is"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "tariff-zones"}),
        help_text=_("FR in France, or a zone of the grid abroad."),
    )
    on = forms.DateField(label=pgettext_lazy("call", "Day"), widget=DayInput)
    at = forms.TimeField(label=_("Time"), widget=TimeInput(attrs={"step": "1"}), help_text=_("Paris time."))
    left = forms.CharField(
        label=_("Left in the allowance"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("“20 min”, “100”, “2 Go” or “illimité”. Empty: nothing."),
    )
    line = forms.CharField(
        label=_("Or for a line"),
        max_length=30,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel"}),
        help_text=_("Its number: with its own grid, and what is left of its allowance that month."),
    )

    @classmethod
    def start(cls, now: datetime, **chosen: Any) -> dict[str, Any]:
        """What is filled in before anybody has."""
        moment = localtime(now)
        first = Tariff.objects.order_by("code").values_list("pk", flat=True).first()
        return {
            "tariff": first,
            "kind": UsageKind.VOICE,
            "quantity": "1 min",
            "direction": Direction.MO,
            "zone": HOME_ZONE,
            "on": f"{moment:%Y-%m-%d}",
            "at": f"{moment:%H:%M:%S}",
            **chosen,
        }

    def clean_number(self) -> str:
        return as_in_records(self.cleaned_data["number"])

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        return zone.strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind", "")
        if "number" in cleaned and not cleaned["number"] and kind != UsageKind.DATA:
            self.add_error("number", ValidationError(_("Which number?"), code="number"))
        if kind and "quantity" in cleaned:
            self._read("quantity", kind, parse_quantity)
        cleaned["allowance_left"] = self._left(kind) if kind else 0
        if cleaned.get("on") and cleaned.get("at"):
            cleaned["moment"] = datetime.combine(cleaned["on"], cleaned["at"], PARIS)
        return cleaned

    def _left(self, kind: str) -> int:
        if kind == UsageKind.MMS or not self.cleaned_data.get("left", "").strip():
            return 0
        self._read("left", kind, parse_included)
        left = self.cleaned_data.get("left", 0)
        return LARGEST if left == UNLIMITED else left

    def _read(self, name: str, kind: str, parse: Any) -> None:
        try:
            self.cleaned_data[name] = parse(kind, self.cleaned_data[name])
        except Refusal as refusal:
            self.add_error(name, sentence(refusal))


class ComparisonForm(forms.Form):
    """Two versions, of one grid or of two."""

    old: Any = forms.ModelChoiceField(
        TariffVersion.objects.none(), label=_("Old version"), widget=UnfoldAdminSelectWidget
    )
    new: Any = forms.ModelChoiceField(
        TariffVersion.objects.none(), label=_("New version"), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            field: Any = self.fields[name]
            field.queryset = TariffVersion.objects.select_related("tariff").order_by("tariff__code", "valid_from")
            field.label_from_instance = version_text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("old") is not None and cleaned.get("old") == cleaned.get("new"):
            self.add_error("new", ValidationError(_("Choose two different versions."), code="same"))
        return cleaned
