"""«Créer un service»: a service, an equipment, or a handset sold apart from a new line (SPEC H)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.choices import SaleMode
from apps.catalog.fields import amount_field, day_field, months_field, text_field
from apps.catalog.models import Handset, Offer
from apps.core import french
from apps.core.identifiers import national
from apps.lines.models import Line
from apps.lines.offer_fields import MONTHLY, NO_PRICE, OTHER_PRICE, typed_price
from apps.orders.forms.entry import CHANGE_PRICE, EntryForm, number_of, searched
from apps.orders.models import ServiceItem
from apps.orders.terms import ServiceTerms

SERVICE, HANDSET = "service", "handset"


class ServiceForm(EntryForm):
    """See the module; ``terms`` is what the services make of it."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is sold"),
        choices=[(SERVICE, gettext_lazy("A service or an equipment")), (HANDSET, gettext_lazy("A handset"))],
        initial=SERVICE,
        widget=UnfoldAdminSelectWidget,
    )
    offer: Any = forms.ModelChoiceField(
        Offer.objects.none(),
        label=gettext_lazy("Service or equipment"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("Choose a service or an equipment"),
    )
    handset: Any = forms.ModelChoiceField(
        Handset.objects.none(),
        label=gettext_lazy("Handset"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("Choose a handset"),
    )
    sale_mode = forms.ChoiceField(
        label=gettext_lazy("Sale mode"),
        choices=[("", "–"), *SaleMode.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    months = months_field()
    quantity = forms.IntegerField(
        label=pgettext_lazy("quantity", "Number"),
        min_value=1,
        max_value=9_999,
        initial=1,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    price = amount_field(
        gettext_lazy("Unit price excluding tax"),
        help_text=gettext_lazy("Per month for what recurs, instalments and rental."),
    )
    start = day_field(gettext_lazy("Start date"))
    end = day_field(
        gettext_lazy("End date"),
        required=False,
        help_text=gettext_lazy("Of a recurring service: the first day on which it is not charged."),
    )
    line = text_field(
        pgettext_lazy("mobile line", "For a line"),
        25,
        required=False,
        help_text=gettext_lazy("Its number, if it goes with one of the customer’s lines."),
    )

    steps = (
        (
            "service",
            gettext_lazy("Service"),
            (
                "seller",
                "purchase_order",
                "what",
                "offer",
                "handset",
                "sale_mode",
                "months",
                "quantity",
                "price",
                "start",
                "end",
                "line",
            ),
        ),
    )

    def __init__(self, *args: Any, item: ServiceItem | None = None, initial: Any = None, **kwargs: Any) -> None:
        self.item = item
        given = {**({} if item is None else initial_of(item)), **(initial or {})}
        super().__init__(*args, initial=given, **kwargs)
        self.may_change_price = self.actor.has_perm(CHANGE_PRICE)
        fields: dict[str, Any] = self.fields
        fields["start"].initial = self.today.isoformat()
        offer, handset = (None, None) if item is None else (item.offer_id, item.handset_id)
        products = Offer.objects.products()
        fields["offer"].queryset = (products.on_sale(self.today) | products.filter(pk__in=[offer or 0])).order_by(
            "label", "code"
        )
        handsets = Handset.objects.on_sale(self.today) | Handset.objects.filter(pk__in=[handset or 0])
        fields["handset"].queryset = handsets.order_by("brand", "model")
        searching = f"{reverse('admin:orders_order_lines')}?customer={self.customer.pk}"
        fields["line"].widget.attrs |= {"inputmode": "tel", **searched(searching, "#line-found")}
        fields["price"].required = False
        if not self.may_change_price:
            fields["price"].widget.attrs["readonly"] = True

    def facts(self) -> dict[str, Any]:
        """What the page knows of the catalogue while one types; the server decides."""
        return {
            "products": {
                offer.pk: {
                    "price": typed_price(self._kept_price(offer) or offer.price_on_day),
                    "recurs": offer.recurring,
                }
                for offer in self._offers
            },
            "handsets": {
                handset.pk: {
                    one.mode: {"price": typed_price(one.amount), "months": one.months}
                    for one in reversed(handset.prices_today)
                }
                for handset in self._handsets
            },
            "monthly": list(MONTHLY),
        }

    @cached_property
    def _offers(self) -> list[Any]:
        fields: dict[str, Any] = self.fields
        return list(fields["offer"].queryset.with_price_on(self.today))

    @cached_property
    def _handsets(self) -> list[Any]:
        fields: dict[str, Any] = self.fields
        return list(fields["handset"].queryset.with_prices_on(self.today))

    def _kept_price(self, sold: Offer | Handset) -> Decimal | None:
        """What the item has agreed on for it already."""
        item = self.item
        return item.price if item is not None and sold in (item.offer, item.handset) else None

    def clean_line(self) -> Line | None:
        typed = self.cleaned_data["line"]
        if not typed.strip():
            return None
        number = number_of(typed)
        line = self.customer.lines.filter(msisdn=number).order_by("-activated_on").first()
        if line is None:
            told = _("The customer has no line %(number)s.")
            raise ValidationError(told, params={"number": national(number)}, code="line")
        return line

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_handset = cleaned.get("what") == HANDSET
        for name in ("offer",) if is_handset else ("handset", "sale_mode", "months"):
            cleaned[name] = None
        sold = cleaned.get("handset" if is_handset else "offer")
        if sold is None and not {"handset", "offer"} & set(self.errors):
            name, told = ("handset", _("Which handset?")) if is_handset else ("offer", _("Which service?"))
            self.add_error(name, ValidationError(told, code="missing"))
        if is_handset:
            self._clean_sale(cleaned)
        elif sold is not None and not sold.recurring and cleaned.get("end"):
            self.add_error("end", ValidationError(_("What is sold once has no end date."), code="end"))
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end <= start:
            self.add_error("end", ValidationError(_("The end comes after the start."), code="end"))
        if sold is not None:
            self._clean_price(cleaned, sold)
        return cleaned

    def _clean_sale(self, cleaned: dict[str, Any]) -> None:
        mode = cleaned.get("sale_mode")
        if not mode and "sale_mode" not in self.errors:
            self.add_error("sale_mode", ValidationError(_("How is the handset sold?"), code="missing"))
        if mode in MONTHLY and not cleaned.get("months") and "months" not in self.errors:
            self.add_error("months", ValidationError(_("In how many months is it paid?"), code="months"))
        if mode not in MONTHLY:
            cleaned["months"] = None
        if cleaned.get("end"):
            self.add_error("end", ValidationError(_("The sale of a handset has no end date."), code="end"))

    def _clean_price(self, cleaned: dict[str, Any], sold: Any) -> None:
        """The catalogue's, unless another one may be agreed on; one that was agreed before may stay."""
        if "price" in self.errors:
            return
        known = [price for price in (self._kept_price(sold), *self._catalogue(cleaned, sold)) if price is not None]
        asked = cleaned.get("price")
        if asked is None and known:
            cleaned["price"] = known[0]
        elif asked is None or (asked not in known and not self.may_change_price):
            told = OTHER_PRICE % {"price": french.euros(known[0])} if known else NO_PRICE
            self.add_error("price", ValidationError(str(told), code="other_price"))

    def _catalogue(self, cleaned: dict[str, Any], sold: Any) -> list[Decimal | None]:
        if isinstance(sold, Offer):
            return [one.price_on_day for one in self._offers if one.pk == sold.pk]
        months, mode = cleaned.get("months") or 0, cleaned.get("sale_mode")
        prices: list[Any] = next((one.prices_today for one in self._handsets if one.pk == sold.pk), [])
        return [one.amount for one in prices if one.mode == mode and one.months in (0, months)]

    @cached_property
    def terms(self) -> ServiceTerms:
        """Of a valid form; of one that is being filled in, what can be told already. Needs a price."""
        said = self.cleaned_data
        return ServiceTerms(
            offer=said.get("offer"),
            handset=said.get("handset"),
            sale_mode=said.get("sale_mode") or "",
            months=said.get("months") or 0,
            quantity=said.get("quantity") or 1,
            price=said["price"],
            start=said.get("start") or self.today,
            end=said.get("end"),
            line=said.get("line") if isinstance(said.get("line"), Line) else None,
        )


def initial_of(item: ServiceItem) -> dict[str, Any]:
    return {
        "what": SERVICE if item.handset_id is None else HANDSET,
        "offer": item.offer_id,
        "handset": item.handset_id,
        "sale_mode": item.sale_mode,
        "months": item.months or None,
        "quantity": item.quantity,
        "price": item.price,
        "start": item.start.isoformat(),
        "end": item.end and item.end.isoformat(),
        "line": national(item.line.msisdn) if item.line is not None else "",
    }
