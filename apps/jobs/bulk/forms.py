"""What the dialogs of bulk operations ask."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.core.admin import ConfirmShown, DialogForm
from apps.core.french import whole
from apps.jobs.bulk.kinds import bulk_kind, kinds_on
from apps.jobs.bulk.services import MOST_LINES


class PasteForm(DialogForm):
    """Which rows, one a line, and what to do to them."""

    #: The model of the list: ``sims.SimCard``.
    target: ClassVar[str]
    #: What a line names a row by.
    named: ClassVar[Any]

    kind = forms.ChoiceField(label=_("Action"), widget=UnfoldAdminSelectWidget)
    lines = forms.CharField(
        label=_("One per line"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 10, "spellcheck": "false"}),
        error_messages={"required": _("Paste at least one line.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.code, one.title) for one in kinds_on(apps.get_model(self.target), self.request.user)]
        kind: Any = self.fields["kind"]
        kind.choices = offered
        if len(offered) == 1:
            kind.widget, kind.initial = forms.HiddenInput(), offered[0][0]
        self.fields["lines"].help_text = _("%(identifiers)s: at most %(count)s lines, in any form.") % {
            "identifiers": self.named,
            "count": whole(MOST_LINES),
        }

    def clean_kind(self) -> Any:
        return bulk_kind(self.cleaned_data["kind"])


class ConfirmForm(ConfirmShown):
    overtaken = _("The operation was prepared anew meanwhile: close this, look at what it would do now, then confirm.")

    def shown_now(self) -> str:
        return str(self.row.edition)
