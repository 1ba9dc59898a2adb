"""How invoices are numbered and paid: what is asked, and what is refused while it is being typed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.core.admin import DialogForm
from apps.core.forms import KeepsOthersChanges
from apps.core.wording import sentence
from apps.documents import phrases, services, terms
from apps.documents.models import LegalRate, NumberSeries, PaymentMethod, PaymentTerms
from apps.documents.payment_texts import PLACEHOLDERS


class NumberingForm(DialogForm):
    """The pattern of a series and when its counter restarts."""

    form_after_template = "documents/numbering_help.html"

    #: What a pattern is put together from, and what each part is.
    parts: ClassVar[list[tuple[str, str | Promise]]] = [
        ("{YYYY}", _("year")),
        ("{YY}", _("year, two digits")),
        ("{MM}", _("month")),
        ("{N:5}", _("counter, five digits")),
        ("{N:6}", _("counter, six digits")),
    ]

    pattern = forms.CharField(
        label=_("Pattern"),
        max_length=NumberSeries._meta.get_field("pattern").max_length,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reset = forms.ChoiceField(
        label=_("The counter restarts"),
        choices=NumberSeries._meta.get_field("reset").choices,  # type: ignore[arg-type]
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, row: NumberSeries | None = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row is not None:
            self.fields["pattern"].initial, self.fields["reset"].initial = row.pattern, row.reset


class RuleForm(forms.Form):
    """Payment terms as they are being typed; ``rule`` once they mean something."""

    days = forms.IntegerField(min_value=0)
    end_of_month = forms.BooleanField(required=False)
    day_of_month = forms.IntegerField(required=False)

    rule: terms.PaymentTerms

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                self.rule = terms.PaymentTerms(**self.cleaned_data)
            except terms.TermsRefused as refusal:
                raise ValidationError(sentence(refusal)) from refusal
        return self.cleaned_data


class PaymentTermsForm(KeepsOthersChanges):
    """Terms that the law allows for the invoices of a run."""

    class Meta:
        model = PaymentTerms
        fields = ("label", "code", "days", "end_of_month", "day_of_month")
        help_texts: ClassVar[dict[str, Any]] = {
            "label": _("As it is chosen on a customer's page."),
            "code": _("A short name, as 30JFDM: files of customers name terms by it. It stays once it is given."),
            "days": _("After the date of the invoice; 0: on receipt."),
            "end_of_month": _("Then the last day of the month reached."),
            "day_of_month": _("Then the next day of the month with this number. Empty: none."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].disabled = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and (refused := services.terms_fault(self.values)):
            self.add_error("days", refused)
        return cleaned

    @property
    def values(self) -> services.TermsValues:
        return services.TermsValues(
            **{field.name: self.cleaned_data[field.name] for field in fields(services.TermsValues)}
        )


class PaymentTextForm(KeepsOthersChanges):
    """The sentence that an invoice prints for a mode. Placeholders that nobody fills are refused."""

    class Meta:
        model = PaymentMethod
        fields = ("text",)
        widgets: ClassVar[dict[str, Any]] = {"text": UnfoldAdminTextareaWidget(attrs={"rows": 4})}
        help_texts: ClassVar[dict[str, Any]] = {"text": _("Printed on the invoices of whoever pays like this.")}

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if found := phrases.faults(text, PLACEHOLDERS):
            raise ValidationError([sentence(fault) for fault in found])
        return text


class LegalRateForm(KeepsOthersChanges):
    """The rates of a half-year."""

    class Meta:
        model = LegalRate
        fields = ("year", "half", "ecb", "legal")
        localized_fields = ("ecb", "legal")
        # What browsers make of type=number is of their own language, not ours.
        widgets: ClassVar[dict[str, Any]] = dict.fromkeys(localized_fields, UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("year", "half"):
            if name in self.fields:
                self.fields[name].disabled = self.instance.pk is not None
