from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.admin import DialogForm
from apps.core.exceptions import DomainError
from apps.messaging.addresses import mailboxes


class ResendForm(DialogForm):
    """Where a copy goes: to the addresses of the first, unless somebody writes others."""

    to = forms.CharField(
        label=_("Send to"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Several addresses are separated by commas."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].initial = ", ".join(self.row.email.to)

    def clean_to(self) -> list[str] | None:
        """The addresses; None where they are those of the first mail, whose copies go along then."""
        try:
            addresses = mailboxes(filter(None, re.split(r"[,;\s]+", self.cleaned_data["to"])))[0]
        except DomainError as refusal:
            raise ValidationError(str(refusal)) from refusal
        return None if addresses == self.row.email.to else addresses
