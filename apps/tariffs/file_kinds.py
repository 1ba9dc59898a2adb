"""«Grilles minutes»: files of rates, taken over on screen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.validators import check_code
from apps.core import french
from apps.core.admin import DayInput
from apps.jobs.imports.forms import FileForm
from apps.jobs.imports.kinds import FileKind, Parameters, register
from apps.jobs.imports.models import FileImport
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Tariff


class RateFileForm(FileForm):
    """Of which grid the file is the whole content, and from which day on."""

    grid = forms.ChoiceField(
        label=gettext_lazy("Minute grid"), widget=UnfoldAdminSelectWidget, required=False, choices=()
    )
    code = forms.CharField(
        label=gettext_lazy("Code of the new grid"),
        widget=UnfoldAdminTextInputWidget,
        required=False,
        max_length=Tariff._meta.get_field("code").max_length,
        help_text=gettext_lazy("Only for a grid that does not exist yet: its first version holds for all dates."),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("New version from"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Calls of earlier days keep their prices. Left empty: the latest version is corrected."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:  # from the page of a grid
            grids = [(self.row.code, f"{self.row.code} · {self.row.label}")]
            del self.fields["code"]
        else:
            known = Tariff.objects.values_list("code", "label")
            grids = [("", _("A new grid")), *((code, f"{code} · {label}") for code, label in known)]
        self.fields["grid"].choices = grids

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        if code:
            check_code(code)
        return code

    def clean(self) -> dict[str, Any]:
        answers = self.cleaned_data
        code = answers.get("code", "")
        if answers.get("grid") and code:
            self.add_error("code", _("Choose a grid or name a new one, not both."))
        elif code and Tariff.objects.filter(code=code).exists():
            self.add_error("code", _("A grid has this code already: choose it above."))
        elif not answers.get("grid") and not code and "code" not in self.errors:
            self.add_error("code", _("Choose a grid above, or name a new one here."))
        if code and answers.get("valid_from"):
            self.add_error("valid_from", _("The first version of a grid holds for all dates: leave this empty."))
        return answers


def parameters_of(answers: dict[str, Any]) -> Parameters:
    day = answers.get("valid_from")
    return {
        "table": answers.get("grid") or answers["code"],
        "valid_from": day.isoformat() if day else "",
        "is_new": not answers.get("grid"),
    }


def valid_from(parameters: Parameters) -> date | None:
    return date.fromisoformat(parameters["valid_from"]) if parameters["valid_from"] else None


def about(parameters: Parameters) -> str:
    """Which version the file is, as the page says it."""
    if day := valid_from(parameters):
        return _("%(grid)s, version from %(day)s on") % {"grid": parameters["table"], "day": french.day(day)}
    if parameters.get("is_new"):
        return _("%(grid)s, new grid") % {"grid": parameters["table"]}
    return _("%(grid)s, latest version") % {"grid": parameters["table"]}


def grid_of(file: FileImport) -> str:
    tariff = Tariff.objects.filter(code=file.parameters["table"]).first()
    if tariff is None:
        return reverse("admin:tariffs_tariff_changelist")
    return reverse("admin:tariffs_tariff_change", args=[tariff.pk])


RATE_FILES = FileKind(
    model="tariffs.RateImport",
    title=gettext_lazy("Minute grids"),
    description=gettext_lazy("The whole content of a grid, one rate per line: what the file does not have is removed."),
    importer=lambda today, parameters: TariffImporter(
        today=today, table=parameters["table"], valid_from=valid_from(parameters)
    ),
    form=RateFileForm,
    parameters=parameters_of,
    about=about,
    leads_to=grid_of,
)


def register_kinds() -> None:
    register(RATE_FILES)
