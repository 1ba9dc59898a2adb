from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.admin import DialogForm
from apps.usage.defaults import ISM
from apps.usage.models import CdrFormat
from apps.usage.services.requesting import SUFFIXES


class FilesInput(forms.FileInput):
    """A button that opens the browser's choice of files, the names of those chosen, and the bar of their sending."""

    allow_multiple_selected = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, None, attrs)
        attributes = flatatt(context["widget"]["attrs"])
        return render_to_string(
            "usage/files_input.html", {**context, "attributes": attributes, "limit": settings.UPLOAD_LIMIT}
        )


class FilesField(forms.FileField):
    """One file or several; whether each can be taken is the service's to say, with its name."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Sequence[UploadedFile]:
        files = list(data or ())
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


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
