"""What the forms of the catalogue ask: amounts, quantities as people say them, rates, offers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.catalog.choices import INCLUDED_KINDS, THROUGHPUTS, VAT_RATES, BeyondCeiling, OfferKind, UsageKind
from apps.catalog.models import Offer
from apps.catalog.quantities import UNLIMITED, Quantity, exact_text, parse_included, parse_quantity
from apps.catalog.services import Included
from apps.core import french
from apps.core.admin import DayInput
from apps.core.refusals import Refusal
from apps.core.wording import sentence


def text_field(label: Any, limit: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, widget=UnfoldAdminTextInputWidget, **options)


def amount_field(label: Any, *, required: bool = False, **options: Any) -> forms.DecimalField:
    """Euros excluding tax, typed with a comma or a point."""
    limits = _("An amount is between 0 and 999,999.99 €.")
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=0,
        max_value=Decimal("999999.99"),
        error_messages={"min_value": limits, "max_value": limits},
        decimal_places=2,
        localize=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        **options,
    )


#: As long as anybody pays for a telephone.
MOST_MONTHS = 60


def months_field(**options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Number of months"),
        required=False,
        min_value=2,
        max_value=MOST_MONTHS,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        **options,
    )


def day_field(label: Any, *, required: bool = True, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput, **options)


def switch(label: Any, **options: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget, **options)


class VatRateField(forms.TypedChoiceField):
    """One of the rates of French law, and the one that the offer has."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("VAT rate"),
            choices=vat_choices(),
            coerce=Decimal,
            initial=str(VAT_RATES[0]),
            widget=UnfoldAdminSelectWidget,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        # 20.00 and 20 are one rate.
        return str(_normal(value)) if isinstance(value, Decimal) else value


def vat_choices(*others: Decimal) -> list[tuple[str, str]]:
    rates = sorted({*VAT_RATES, *map(_normal, others)}, reverse=True)
    return [(str(rate), french.percent(rate)) for rate in rates]


def _normal(rate: Decimal) -> Decimal:
    return next((known for known in VAT_RATES if known == rate), rate)


def throughput_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Throughput"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The fastest that data goes. Needed wherever the offer includes data."),
    )


def throughput_choices(*others: str) -> list[tuple[str, str]]:
    """The table of throughputs, and those that offers taken over from files have."""
    used = Offer.objects.exclude(throughput="").order_by("throughput").values_list("throughput", flat=True).distinct()
    known = dict.fromkeys([*THROUGHPUTS, *used, *filter(None, others)])
    return [("", str(_("none"))), *((one, one) for one in known)]


class OffersField(forms.ModelMultipleChoiceField):
    """Several plans and options, to be ticked."""

    def __init__(self, label: Any, help_text: Any) -> None:
        super().__init__(
            Offer.objects.none(),
            label=label,
            help_text=help_text,
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        )


class RuleFields(forms.Form):
    """Which offers go with one, and which cannot."""

    requires = OffersField(
        _("Requires"), _("A line needs all the options ticked here. Of several plans, one is enough.")
    )
    excludes = OffersField(
        _("Incompatible with"), _("A line that has one cannot have the other, whichever came first.")
    )

    def offer_to(self, offer: Offer | None) -> None:
        """The plans and options to choose from: all but itself."""
        others = Offer.objects.filter(kind__in=[OfferKind.PLAN, OfferKind.OPTION]).order_by("kind", "code")
        for name in ("requires", "excludes"):
            field: Any = self.fields[name]
            field.queryset = others if offer is None or offer.pk is None else others.exclude(pk=offer.pk)


QUANTITY_HELP = {
    UsageKind.VOICE: _("“2 h”, “1 h 30” or “illimité”. Empty: nothing included."),
    UsageKind.SMS: _("“100” or “illimité”. Empty: nothing included."),
    UsageKind.DATA: _("“50 Go”, “500 Mo” or “illimité”. Empty: nothing included."),
}


def _quantity(kind: UsageKind, label: Any) -> forms.CharField:
    return text_field(label, 40, required=False, help_text=QUANTITY_HELP[kind])


def _shared() -> forms.BooleanField:
    return switch(
        _("Shared by the customer’s lines"), help_text=_("One reserve for all lines of the customer that bring to it.")
    )


def _ceiling() -> forms.CharField:
    return text_field(
        _("Fair-use ceiling"), 40, required=False, help_text=_("Only for what is unlimited, if there is one.")
    )


def _beyond() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Beyond the ceiling"),
        choices=BeyondCeiling.choices,
        required=False,
        initial=BeyondCeiling.CHARGED,
        widget=UnfoldAdminSelectWidget,
    )


class IncludedFields(forms.Form):
    """What is included each month of each kind of usage."""

    voice = _quantity(UsageKind.VOICE, _("Calls included each month"))
    voice_shared = _shared()
    voice_ceiling = _ceiling()
    voice_beyond = _beyond()
    sms = _quantity(UsageKind.SMS, _("SMS included each month"))
    sms_shared = _shared()
    sms_ceiling = _ceiling()
    sms_beyond = _beyond()
    data = _quantity(UsageKind.DATA, _("Data included each month"))  # type: ignore[assignment]
    data_shared = _shared()
    data_ceiling = _ceiling()
    data_beyond = _beyond()


def fields_of(kind: str) -> tuple[str, str, str, str]:
    """The names of the fields of :class:`IncludedFields` that are about one kind of usage."""
    return (kind, f"{kind}_shared", f"{kind}_ceiling", f"{kind}_beyond")


def initial_included(offer: Offer) -> dict[str, Any]:
    """The fields of :class:`IncludedFields` as the offer has them."""
    initial: dict[str, Any] = {}
    for allowance in offer.allowances.all():
        kind = allowance.kind
        unlimited = allowance.quantity is None
        initial |= {
            kind: str(_("unlimited")) if unlimited else exact_text(kind, allowance.quantity or 0),
            f"{kind}_shared": allowance.shared,
            f"{kind}_ceiling": exact_text(kind, allowance.ceiling) if allowance.ceiling else "",
            f"{kind}_beyond": allowance.beyond,
        }
    return initial


def clean_included(form: forms.Form) -> dict[UsageKind, Included]:
    """What the fields say, with what is wrong noted at its field."""
    included = {}
    for kind in INCLUDED_KINDS:
        name, shared, ceiling, beyond = fields_of(kind)
        quantity = _read(form, name, kind, parse_included, 0)
        most = _read(form, ceiling, kind, parse_quantity, None)
        if most is not None and quantity != UNLIMITED and name not in form.errors:
            form.add_error(ceiling, ValidationError(_("Only what is unlimited has a ceiling."), code="ceiling"))
        if most == 0:
            form.add_error(ceiling, ValidationError(_("A ceiling is more than nothing."), code="ceiling"))
        included[kind] = Included(
            quantity=quantity,
            shared=bool(form.cleaned_data.get(shared)) and quantity != 0,
            ceiling=most if quantity == UNLIMITED else None,
            beyond=BeyondCeiling(form.cleaned_data.get(beyond) or BeyondCeiling.CHARGED),
        )
    return included


def _read(form: forms.Form, name: str, kind: str, parse: Any, empty: Any) -> Any:
    typed = form.cleaned_data.get(name) or ""
    if not typed.strip():
        return empty
    try:
        return parse(kind, typed)
    except Refusal as refusal:
        form.add_error(name, sentence(refusal))
        return empty


def refuse_data_without_throughput(form: forms.Form, data: Quantity, throughput: str) -> None:
    if data != 0 and not throughput and "throughput" not in form.errors:
        form.add_error(
            "throughput",
            ValidationError(_("This offer includes data: choose its throughput."), code="throughput_missing"),
        )
