"""How offers and handsets are entered and changed by hand. What changes the past or the future is a dialog's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from apps.catalog.choices import OfferKind, SaleMode, UsageKind
from apps.catalog.fields import (
    IncludedFields,
    RuleFields,
    VatRateField,
    amount_field,
    clean_included,
    day_field,
    months_field,
    refuse_data_without_throughput,
    throughput_choices,
    throughput_field,
)
from apps.catalog.models import Handset, Offer, Option, Plan, Product
from apps.catalog.services.ruling import refuse_rules
from apps.catalog.validators import check_code
from apps.core.exceptions import DomainError
from apps.core.forms import CheckedModelForm, KeepsOthersChanges

LABEL_HELP = _("As it stands on invoices.")
ACCOUNT_HELP = _("For the accounting exports, as 706000. Empty: the usual account.")


def sale_field() -> forms.DateField:
    return day_field(_("On sale from"), required=False, help_text=_("Empty: at once."))


class OfferForm(KeepsOthersChanges, CheckedModelForm):
    """What can be corrected at any time: it is for what is to come, or for nobody but us."""

    wholesale_cost = amount_field(
        _("Wholesale cost a month"), help_text=_("What the operator asks for it: the margin is shown beside the price.")
    )
    activation_fee = amount_field(_("Activation fee"), help_text=_("Once, when the line opens."))
    sim_fee = amount_field(_("Fee for the SIM card"), help_text=_("Once, when the line opens."))
    swap_fee = amount_field(_("Fee for a replaced SIM card"), help_text=_("At each SIM SWAP."))
    termination_fee = amount_field(_("Termination fee"), help_text=_("Once, when the line ends."))

    class Meta:
        model = Offer
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helps = {
            "label": LABEL_HELP,
            "sales_account": ACCOUNT_HELP,
            "in_advance": _(
                "On: billed for the month to come. Off: billed once the month is over. For new lines only."
            ),
            "wholesale_code": _("How the operator calls it."),
            "recurring": _("On: billed each month. Off: billed once."),
        }
        for name, text in helps.items():
            if name in self.fields:
                self.fields[name].help_text = text
        if self.instance.kind == OfferKind.OPTION:
            for name, text in {
                "activation_fee": _("Once, when the option is added."),
                "termination_fee": _("Once, when the option is taken off a line that goes on."),
            }.items():
                if name in self.fields:
                    self.fields[name].help_text = text
        if "code" in self.fields:
            self.fields["code"].help_text = _("Capitals and digits, as FORFAIT_2H. Files name the offer by it.")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        if code != self.instance.code:
            check_code(code)
        return code


class NewProductForm(OfferForm):
    """«Créer un nouveau service ou matériel»."""

    price = amount_field(_("Sale price"), required=True, help_text=_("Excluding tax; each month if it is recurring."))
    vat_rate = VatRateField()
    on_sale_from = sale_field()
    # Asked, not guessed: a telephone billed each month is found out by the customer.
    recurring = forms.TypedChoiceField(
        label=_("Recurring"),
        choices=[("yes", _("Yes: billed each month")), ("no", _("No: billed once"))],
        coerce=lambda answer: answer == "yes",
        widget=UnfoldAdminRadioSelectWidget,
    )

    class Meta(OfferForm.Meta):
        model = Product

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].label = _("Product code")
            self.fields["code"].help_text = _("Capitals and digits, as ACCES_VPN. Files name the product by it.")
        if "recurring" in self.fields:
            self.fields["recurring"].help_text = ""
            self.initial.pop("recurring", None)
        if "kind" in self.fields:
            kinds = [OfferKind.SERVICE, OfferKind.EQUIPMENT]
            self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a choice field
                (kind.value, kind.label) for kind in kinds
            ]


class NewOfferForm(IncludedFields, RuleFields, OfferForm):
    """A new plan or option, with all that belongs to it."""

    price = amount_field(_("Price a month"), required=True, help_text=_("Excluding tax."))
    vat_rate = VatRateField()
    on_sale_from = sale_field()
    throughput = throughput_field()

    class Meta(OfferForm.Meta):
        model = Offer

    kind: OfferKind

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.kind
        self.fields["throughput"].choices = throughput_choices()  # type: ignore[attr-defined]
        self.offer_to(None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.included = clean_included(self)
        if UsageKind.DATA not in self.errors:
            included = self.included[UsageKind.DATA]
            refuse_data_without_throughput(self, included.quantity, cleaned.get("throughput", ""))
        try:
            refuse_rules(
                None,
                cleaned.get("code", ""),
                requires=cleaned.get("requires", ()),
                excludes=cleaned.get("excludes", ()),
            )
        except DomainError as refusal:
            self.add_error("requires", ValidationError(str(refusal), code="rules"))
        return cleaned


class NewPlanForm(NewOfferForm):
    kind = OfferKind.PLAN

    class Meta(NewOfferForm.Meta):
        model = Plan


class NewOptionForm(NewOfferForm):
    kind = OfferKind.OPTION

    class Meta(NewOfferForm.Meta):
        model = Option


class HandsetForm(KeepsOthersChanges, CheckedModelForm):
    """One model of a brand; its prices are dated, and changed by a dialog."""

    vat_rate = VatRateField()
    wholesale_cost = amount_field(_("Purchase price"), help_text=_("What it costs us, excluding tax."))

    class Meta:
        model = Handset
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "ean" in self.fields:
            self.fields["ean"].help_text = _("The bar code: 8 or 13 digits. May stay empty.")
        if "sales_account" in self.fields:
            self.fields["sales_account"].help_text = ACCOUNT_HELP


class NewHandsetForm(HandsetForm):
    """A handset with what it costs in the sale modes that are known; others are added by the dialog."""

    on_sale_from = sale_field()
    outright = amount_field(SaleMode.OUTRIGHT.label, help_text=_("Excluding tax, paid once."))
    subsidised = amount_field(SaleMode.SUBSIDISED.label, help_text=_("Excluding tax, paid once, with a commitment."))
    instalments = amount_field(SaleMode.INSTALMENTS.label, help_text=_("Excluding tax, each month."))
    months = months_field(help_text=_("Of the instalments. Prices for other numbers of months are added afterwards."))
    rental = amount_field(SaleMode.RENTAL.label, help_text=_("Excluding tax, each month."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        instalments, months = (
            name in self.errors or cleaned.get(name) is not None for name in ("instalments", "months")
        )
        if instalments and not months:
            self.add_error("months", ValidationError(_("In how many months is it paid?"), code="months"))
        if months and not instalments:
            self.add_error("instalments", ValidationError(_("How much is each instalment?"), code="instalments"))
        return cleaned

    @property
    def prices(self) -> dict[tuple[SaleMode, int], Decimal]:
        """By sale mode and number of months, of those that were filled in."""
        answers = self.cleaned_data
        months = {mode: answers["months"] if mode == SaleMode.INSTALMENTS else 0 for mode in SaleMode}
        return {(mode, months[mode]): answers[mode] for mode in SaleMode if answers.get(mode) is not None}
