"""The form of «Textes et mise en page»: what is typed becomes the next version, or is refused with all its faults."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.core.exceptions import DomainError
from apps.core.forms import WrittenText
from apps.documents import services
from apps.documents.models import InvoiceLayout
from apps.documents.shipped import shipped_layout

ECB, OWN = "ecb", "own"
RATES = ("penalty_rate", "standard_vat_rate")


def written(label: Any, rows: int, *, required: bool = True, help_text: Any = "") -> WrittenText:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return WrittenText(label=label, widget=widget, required=required, help_text=help_text)


class LayoutForm(forms.ModelForm):
    """A version and what is typed over it; by itself it is for a preview, which shows what is there."""

    footer = written(gettext_lazy("Footer"), 3, required=False, help_text=gettext_lazy("Printed at the bottom."))
    rate_kind = forms.ChoiceField(
        label=gettext_lazy("Penalty rate"),
        choices=[
            (ECB, gettext_lazy("the rate of the ECB plus 10 points")),
            (OWN, gettext_lazy("a rate of one’s own")),
        ],
        widget=UnfoldAdminRadioSelectWidget,
    )
    penalties = written(gettext_lazy("Late-payment penalties"), 3)
    recovery_indemnity = written(gettext_lazy("Recovery indemnity"), 2)
    early_payment = written(gettext_lazy("Early payment"), 2)
    html = WrittenText(
        label=gettext_lazy("Layout (HTML)"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 32, "data-editor": True, "translate": "no"}),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("What has changed"),
        max_length=InvoiceLayout._meta.get_field("note").max_length,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("A few words for the list of versions."),
    )
    #: The version that was on screen when writing began.
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = InvoiceLayout
        fields = (
            "footer",
            "penalty_rate",
            "penalties",
            "recovery_indemnity",
            "early_payment",
            "vat_on_debits",
            "standard_vat_rate",
            "html",
            "note",
        )
        localized_fields = RATES
        # What browsers make of type=number is of their own language, not ours.
        widgets = dict.fromkeys(RATES, UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        layout: InvoiceLayout = self.instance
        self.initial = {
            **self.initial,
            "rate_kind": ECB if layout.penalty_rate is None else OWN,
            "html": layout.source,
            "note": "",
            "expected": layout.version,
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("rate_kind") == ECB:
            cleaned["penalty_rate"] = None
        elif cleaned.get("rate_kind") == OWN and cleaned.get("penalty_rate") is None and "penalty_rate" in cleaned:
            self.add_error("penalty_rate", _("Write the rate, or choose that of the ECB plus 10 points."))
        return cleaned

    @property
    def values(self) -> services.LayoutValues:
        """What has been typed; the layout that is shipped is kept as such, so that it is known to be it."""
        cleaned = self.cleaned_data
        given = {field.name: cleaned[field.name] for field in fields(services.LayoutValues) if field.name != "html"}
        html = "" if cleaned["html"].strip() == shipped_layout().strip() else cleaned["html"]
        return services.LayoutValues(**given, html=html)

    def write(self, *, actor: Any) -> InvoiceLayout:
        """The next version, once the form is valid. DomainError: what the service says, or that nothing was changed."""
        latest = services.layout_in_force()
        if self.cleaned_data.get("expected") != latest.version:
            raise services.LayoutConflict(latest)
        if self.values == services.LayoutValues.of(latest):
            raise DomainError(_("Nothing has been changed: there is nothing to save."))
        return services.write_layout(
            values=self.values,
            actor=actor,
            at=timezone.now(),
            expected=latest.version,
            note=self.cleaned_data["note"],
        )


class RefusedLayoutForm(LayoutForm):
    """The same with why it was not saved, each fault at its field, and with all that was typed."""

    refusal: DomainError | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        match self.refusal:
            case services.LayoutRefused(faults=faults):
                for fault in faults:
                    self.add_error(fault.field if fault.field in self.fields else None, _located(fault))
            case services.LayoutConflict(latest=latest):
                self._tell_of(latest)
            case DomainError() as refusal:
                self.add_error(None, str(refusal))
        return cleaned

    def _tell_of(self, latest: InvoiceLayout) -> None:
        """A version written meanwhile is told once, and nothing typed is lost: saving again comes after it."""
        posted: Any = self.data.copy()  # type: ignore[attr-defined]  # of a QueryDict, which is not written to
        posted["expected"] = str(latest.version)
        self.data = posted
        link = f"{reverse('admin:documents_invoicelayout_compare')}?old={self.instance.version}&new={latest.version}"
        told = format_html(
            '{} <a href="{}" target="_blank" class="underline">{}</a>. {}',
            str(self.refusal),
            link,
            _("What it changes"),
            _("What you have typed is still here: save again to put it in its place."),
        )
        self.add_error(None, told)


def _located(fault: services.LayoutFault) -> str:
    """A fault; one of the layout leads to its line."""
    if fault.line is None:
        return fault.reason
    place = _("Line %(line)d") % {"line": fault.line}
    button = '<button type="button" class="cursor-pointer underline" data-of="id_{}" data-line="{}">{}</button>'
    return format_html(button + "\N{NO-BREAK SPACE}: {}", fault.field, fault.line, place, fault.reason)
