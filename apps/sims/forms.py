"""What is asked about SIM cards."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from apps.core.admin import DialogForm
from apps.sims.choices import SimStatus
from apps.sims.services import DECLARED, REASON_LENGTH


class DeclareForm(DialogForm):
    """What is wrong with a card, or with many."""

    status = forms.TypedChoiceField(
        label=pgettext_lazy("SIM card", "The card is"),
        choices=[(status.value, status.label) for status in DECLARED],
        coerce=SimStatus,
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": _("Choose what the card is.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept in the history of the card: “inventory of 12 November”, for instance."),
        error_messages={"required": _("Say why: it is kept in the history of the card.")},
    )
