"""What is agreed on for a line, as a form asks it: the same at its activation and when its offers are changed.

Handset, plan, options, minute grid, special and billing conditions. A plain form mixin without a page of its own: an
order's item and «Modifier les offres» stand before it, and draw it with ``templates/lines/offers/``. ``offered``
answers what a page shows while one types: prices that are proposed, options that do not go with a plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.choices import OfferKind, SaleMode
from apps.catalog.fields import amount_field, months_field, switch, text_field, throughput_choices
from apps.catalog.models import Handset, Offer
from apps.catalog.rules import Rules
from apps.core import french
from apps.core.identifiers import check_imei
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.lines.choices import DiscountBasis, PurchaseMode
from apps.lines.terms import has_data
from apps.tariffs.models import Tariff

#: Sale modes that are paid each month.
MONTHLY = (SaleMode.INSTALMENTS, SaleMode.RENTAL)
COMMITMENTS = (0, 12, 24, 36)
PERCENT, EUROS = "percent", "amount"
IN_ARREARS, IN_ADVANCE = "arrears", "advance"
NO_PRICE = gettext_lazy("The catalogue has no price for it: it cannot be sold.")
OTHER_PRICE = gettext_lazy("The price is %(price)s. You may not agree on another one.")


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What holds already, and so may stay whatever the catalogue says by now: prices by the key of an offer."""

    prices: Mapping[int, Decimal] = field(default_factory=dict)
    handset: int | None = None
    handset_price: Decimal | None = None


def _choice(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget, **options)


def _row(label: Any, rows: Any, **options: Any) -> Any:
    return forms.ModelChoiceField(rows, label=label, widget=UnfoldAdminSelectWidget, **options)


def _discount(label: Any) -> forms.DecimalField:
    return amount_field(label)


def _unit() -> forms.ChoiceField:
    units = [(PERCENT, "%"), (EUROS, gettext_lazy("€ a month"))]
    return _choice(pgettext_lazy("unit of a discount", "in"), units, required=False, initial=PERCENT)


def _discount_months() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("For how many months"),
        required=False,
        min_value=1,
        max_value=120,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("Empty: without limit."),
    )


class OfferFields(forms.Form):
    """See the module. ``day`` is the one whose catalogue holds; ``agreed`` may stay, other prices need the right."""

    handset = _row(gettext_lazy("Handset"), Handset.objects.none(), required=False, empty_label=gettext_lazy("none"))
    imei = text_field(gettext_lazy("IMEI"), 20, required=False)
    sale_mode = _choice(
        gettext_lazy("Sale mode"),
        [("", pgettext_lazy("sale mode", "None: it is not sold by us")), *SaleMode.choices],
        required=False,
    )
    purchase_mode = _choice(gettext_lazy("Purchase mode"), [("", "–"), *PurchaseMode.choices], required=False)
    handset_price = amount_field(
        gettext_lazy("Price of the handset excluding tax"),
        help_text=gettext_lazy("Paid once; each month for instalments and rental."),
    )
    handset_months = months_field()
    plan = _row(gettext_lazy("Plan"), Offer.objects.none(), empty_label=gettext_lazy("Choose a plan"))
    plan_price = amount_field(gettext_lazy("Price per month excluding tax"))
    plan_throughput = _choice(gettext_lazy("Throughput"), [], required=False)
    options = forms.ModelMultipleChoiceField(
        Offer.objects.none(),
        label=gettext_lazy("Options"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    tariff = _row(gettext_lazy("Minute grid"), Tariff.objects.order_by("label", "code"), empty_label=None)
    commitment_months = forms.TypedChoiceField(
        label=gettext_lazy("Commitment"), coerce=int, choices=[], initial=0, widget=UnfoldAdminSelectWidget
    )
    subscription_discount = _discount(gettext_lazy("Discount on the subscription"))
    subscription_unit = _unit()
    subscription_months = _discount_months()
    usage_discount = _discount(gettext_lazy("Discount on usage"))
    usage_unit = _unit()
    usage_months = _discount_months()
    billing = _choice(
        gettext_lazy("Billing"),
        [(IN_ADVANCE, gettext_lazy("In advance")), (IN_ARREARS, gettext_lazy("In arrears"))],
        initial=IN_ARREARS,
    )
    prorata = switch(gettext_lazy("Prorata of months begun"), initial=True)

    def __init__(
        self,
        *args: Any,
        day: date,
        may_change_price: bool,
        agreed: Agreed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day, self.may_change_price, self.agreed = day, may_change_price, agreed or Agreed()
        fields: dict[str, Any] = self.fields
        fields["plan"].queryset = self._on_sale(OfferKind.PLAN)
        fields["options"].queryset = self._on_sale(OfferKind.OPTION)
        fields["tariff"].label_from_instance = lambda tariff: tariff.label
        if "handset" in fields:
            handsets = Handset.objects.on_sale(day) | Handset.objects.filter(pk__in=[self.agreed.handset or 0])
            fields["handset"].queryset = handsets.order_by("brand", "model")
        fields["commitment_months"].choices = [(months, _commitment(months)) for months in COMMITMENTS]
        throughputs = throughput_choices()
        fields["plan_throughput"].choices = throughputs
        for offer in self.offered:
            if offer.kind == OfferKind.OPTION:
                fields[f"price_{offer.pk}"] = amount_field(
                    _("Price of %(offer)s") % {"offer": offer.label}, initial=self._proposed(offer)
                )
                if has_data(offer):
                    said = _("Throughput of %(offer)s") % {"offer": offer.label}
                    fields[f"throughput_{offer.pk}"] = _choice(
                        said, throughputs, required=False, initial=offer.throughput
                    )
        fields["plan_price"].required = False
        if not may_change_price:
            priced = {"plan_price", "handset_price"} & fields.keys()
            for name in (*priced, *(name for name in fields if name.startswith("price_"))):
                fields[name].widget.attrs["readonly"] = True

    def _on_sale(self, kind: str) -> Any:
        offers = Offer.objects.filter(kind=kind)
        kept = offers.filter(pk__in=list(self.agreed.prices))
        return (offers.on_sale(self.day) | kept).order_by("label", "code")

    @cached_property
    def offered(self) -> list[Any]:
        """Plans and options, each with what it includes and ``price_on_day``."""
        fields: dict[str, Any] = self.fields
        rows = [fields[name].queryset.with_price_on(self.day) for name in ("plan", "options")]
        return [offer for some in rows for offer in some.prefetch_related("allowances")]

    def _proposed(self, offer: Any) -> Decimal | None:
        """The price that this form begins with: the one agreed before, else the catalogue's."""
        price: Decimal | None = self.agreed.prices.get(offer.pk, offer.price_on_day)
        return price

    # --- What a page shows

    def option_rows(self) -> Iterator[tuple[Any, bool, BoundField, BoundField | None]]:
        """Each option, whether it is ticked, its price, and its throughput where it is about data."""
        ticked = {str(one) for one in (self["options"].value() or ())}
        for offer in self.offered:
            if offer.kind == OfferKind.OPTION:
                throughput = f"throughput_{offer.pk}"
                yield (
                    offer,
                    str(offer.pk) in ticked,
                    self[f"price_{offer.pk}"],
                    self[throughput] if throughput in self.fields else None,
                )

    def facts(self) -> dict[str, Any]:
        """What the page knows of the catalogue while one types; the server decides."""
        rules = Rules.about(offer.pk for offer in self.offered)
        return {
            "offers": {
                offer.pk: {
                    "price": typed_price(self._proposed(offer)),
                    "throughput": offer.throughput,
                    "data": has_data(offer),
                    "billing": IN_ADVANCE if offer.in_advance else IN_ARREARS,
                    "excludes": sorted(rules.excluded[offer.pk]),
                    "plans": [other.pk for other in rules.required[offer.pk] if other.kind == OfferKind.PLAN],
                }
                for offer in self.offered
            },
            "handsets": {
                handset.pk: {
                    f"{price.mode}": {"price": typed_price(price.amount), "months": price.months}
                    for price in reversed(handset.prices_today)
                }
                for handset in self._handsets
            },
            "monthly": list(MONTHLY),
        }

    @cached_property
    def _handsets(self) -> list[Any]:
        fields: dict[str, Any] = self.fields
        return list(fields["handset"].queryset.with_prices_on(self.day)) if "handset" in fields else []

    # --- What is said

    def clean_imei(self) -> str:
        typed = self.cleaned_data["imei"]
        if not typed:
            return ""
        try:
            return check_imei(typed)
        except Refusal as refusal:
            raise ValidationError(sentence(refusal), code=refusal.code) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        offers = {offer.pk: offer for offer in self.offered}
        plan = offers.get(getattr(cleaned.get("plan"), "pk", None))
        options = [offers[one.pk] for one in cleaned.get("options") or () if one.pk in offers]
        if plan is not None:
            self._check_price("plan_price", self._proposed(plan), plan.price_on_day)
            self._need_throughput("plan_throughput", plan)
        for option in options:
            self._check_price(f"price_{option.pk}", self._proposed(option), option.price_on_day)
            self._need_throughput(f"throughput_{option.pk}", option)
        together = [one for one in (plan, *options) if one is not None]
        for broken in (
            Rules.about(one.pk for one in together).broken_by(together, about=self.concerned(together))
            if plan is not None
            else ()
        ):
            self.add_error("options", ValidationError(str(broken.sentence), code=broken.code))
        if "handset" in self.fields:
            self._clean_handset(cleaned)
        for basis in DiscountBasis:
            if cleaned.get(f"{basis}_unit") != EUROS and (cleaned.get(f"{basis}_discount") or 0) > 100:
                self.add_error(f"{basis}_discount", ValidationError(_("At most 100 %."), code="discount"))
        cleaned["chosen_options"] = options
        return cleaned

    def concerned(self, together: Sequence[Offer]) -> Collection[int] | None:
        """The keys of the offers whose rules are held: None is all."""
        return None

    def _check_price(self, name: str, *proposed: Decimal | None) -> None:
        """A price other than those proposed needs the right; one left empty is the one that is proposed."""
        if name in self.errors:
            return
        known = [price for price in proposed if price is not None]
        asked = self.cleaned_data.get(name)
        if asked is None:
            if known:
                self.cleaned_data[name] = known[0]
            else:
                self.add_error(name, ValidationError(str(NO_PRICE), code="no_price"))
        elif asked not in known and not self.may_change_price:
            told = OTHER_PRICE % {"price": french.euros(known[0])} if known else NO_PRICE
            self.add_error(name, ValidationError(str(told), code="other_price"))

    def _need_throughput(self, name: str, offer: Any) -> None:
        if not has_data(offer):
            self.cleaned_data[name] = ""
        elif name not in self.errors and not self.cleaned_data.get(name):
            told = _("“%(offer)s” includes data: choose its throughput.") % {"offer": offer.label}
            self.add_error(name, ValidationError(told, code="throughput_missing"))

    def _clean_handset(self, cleaned: dict[str, Any]) -> None:
        handset, mode = cleaned.get("handset"), cleaned.get("sale_mode") or ""
        if "handset" in self.errors or "sale_mode" in self.errors:
            return
        if handset is None:
            if mode or cleaned.get("imei"):
                self.add_error("handset", ValidationError(_("Which handset is it?"), code="handset"))
            cleaned |= {"imei": "", "purchase_mode": "", "handset_price": None, "handset_months": 0}
            return
        months = cleaned.get("handset_months") or 0
        if not mode:
            cleaned |= {"handset_price": None, "handset_months": 0}
            cleaned["purchase_mode"] = cleaned.get("purchase_mode") or PurchaseMode.OWN
            return
        if mode not in MONTHLY:
            months = 0
        elif not months and "handset_months" not in self.errors:
            self.add_error("handset_months", ValidationError(_("In how many months is it paid?"), code="months"))
        cleaned["handset_months"] = months
        if not cleaned.get("purchase_mode") and "purchase_mode" not in self.errors:
            self.add_error("purchase_mode", ValidationError(_("Where does the handset come from?"), code="purchase"))
        prices: list[Any] = next((one.prices_today for one in self._handsets if one.pk == handset.pk), [])
        in_mode = [one for one in prices if one.mode == mode]
        exact = [one.amount for one in in_mode if one.months in (0, months)]
        kept = self.agreed.handset_price if handset.pk == self.agreed.handset else None
        self._check_price("handset_price", *exact, kept)

    def options_said(self) -> Iterator[tuple[Offer, Decimal, str]]:
        """Each option, the price agreed per month, the throughput where it is about data: those with a right price."""
        said = self.cleaned_data
        for option in said["chosen_options"]:
            price = said.get(f"price_{option.pk}")
            if price is not None:
                yield option, price, said.get(f"throughput_{option.pk}") or ""

    def discounts_said(self) -> Iterator[tuple[DiscountBasis, Decimal | None, Decimal | None, int | None]]:
        """Each special condition, its percentage or its amount, and for how many months."""
        said = self.cleaned_data
        for basis in DiscountBasis:
            value, is_amount = said.get(f"{basis}_discount"), said.get(f"{basis}_unit") == EUROS
            if value:
                yield basis, None if is_amount else value, value if is_amount else None, said.get(f"{basis}_months")

    @property
    def in_advance(self) -> bool:
        return bool(self.cleaned_data["billing"] == IN_ADVANCE)


def initial_options(options: Mapping[int, tuple[Decimal, str]]) -> dict[str, Any]:
    """The fields of options as a line has them: price and throughput by the key of the option."""
    said: dict[str, Any] = {"options": list(options)}
    for key, (price, throughput) in options.items():
        said |= {f"price_{key}": price, f"throughput_{key}": throughput}
    return said


def initial_discount(basis: str, percent: Decimal | None, amount: Decimal | None, months: int | None) -> dict[str, Any]:
    """The fields of one special condition."""
    value, unit = (percent, PERCENT) if percent is not None else (amount, EUROS)
    return {f"{basis}_discount": value, f"{basis}_unit": unit, f"{basis}_months": months}


def _commitment(months: int) -> str:
    return ngettext("%(months)d month", "%(months)d months", months) % {"months": months} if months else _("none")


def typed_price(price: Decimal | None) -> str:
    """As one types it."""
    return "" if price is None else french.amount(price).replace(french.NBSP, "")
