from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.admin import DialogForm
from apps.jobs.uploads import FilesField, FilesInput
from apps.usage.defaults import ISM
from apps.usage.models import CdrFormat
from apps.usage.services.requesting import SUFFIXES


class LoadForm(DialogForm):
    """Which files to load; in which format, where there is more than one."""

    files = FilesField(
        label=_("Files of call records"),
        widget=FilesInput(attrs={"accept": ",".join(SUFFIXES)}),
        help_text=_("CSV, compressed (.gz) or not; several files can be chosen together."),
        error_messages={"required": _("Choose at least one file.")},
    )
    format = forms.ChoiceField(label=_("CDR format"), widget=UnfoldAdminSelectWidget, initial=ISM)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        formats = list(CdrFormat.objects.order_by("code").values_list("code", "label"))
        if len(formats) > 1:
            self.fields["format"].choices = [
                (code, code if label == code else f"{code} · {label}") for code, label in formats
            ]
        else:
            del self.fields["format"]
