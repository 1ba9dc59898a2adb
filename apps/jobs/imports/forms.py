"""What the dialogs of imports ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.admin import DialogForm
from apps.jobs.uploads import FileInput

SUFFIXES = (".csv", ".txt", ".xlsx")


class FileForm(DialogForm):
    """Which file. A kind that has to know more (the grid that a file is of) adds fields of its own."""

    file = forms.FileField(
        label=_("File to take over"),
        widget=FileInput(attrs={"accept": ",".join(SUFFIXES)}),
        help_text=_("CSV in UTF-8 or Excel workbook (.xlsx). Nothing is written before you have seen what it does."),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
    )


class ConfirmForm(DialogForm):
    """Confirms what the page has shown, and nothing that has taken its place since."""

    _fingerprint = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["_fingerprint"].initial = self.row and self.row.fingerprint

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("_fingerprint") != self.row.fingerprint:
            raise forms.ValidationError(
                _("The file has been checked anew meanwhile: close this, look at what it would do now, then confirm.")
            )
        return self.cleaned_data
