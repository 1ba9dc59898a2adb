"""What the dialogs of imports ask."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.admin import ConfirmShown, DialogForm
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


class ConfirmForm(ConfirmShown):
    overtaken = _("The file has been checked anew meanwhile: close this, look at what it would do now, then confirm.")

    def shown_now(self) -> str:
        return self.row.fingerprint
