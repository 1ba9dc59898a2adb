"""The choice of files in a dialog. Its page brings ``SCRIPT``, which names them and shows how far they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

SCRIPT = "jobs/upload.js"


class FileInput(forms.FileInput):
    """A button that opens the browser's choice of files, the names of those chosen, and the bar of their sending."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, None, attrs)
        attributes = flatatt(context["widget"]["attrs"])
        return render_to_string(
            "jobs/files_input.html", {**context, "attributes": attributes, "limit": settings.UPLOAD_LIMIT}
        )


class FilesInput(FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; whether each can be taken is the service's to say, with its name."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Sequence[UploadedFile]:
        files = list(data or ())
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files
