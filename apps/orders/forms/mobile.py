"""«Commande mobile»: one line, in four steps (SPEC G)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.fields import day_field, text_field
from apps.core.exceptions import DomainError
from apps.core.identifiers import national
from apps.customers.fields import CharsetField
from apps.lines.choices import DiscountBasis
from apps.lines.offer_fields import IN_ADVANCE, IN_ARREARS, Agreed, initial_discount, initial_options
from apps.orders.choices import NumberSource
from apps.orders.forms.agreed import AgreedFields
from apps.orders.forms.entry import CHANGE_PRICE, EntryForm, number_of, searched
from apps.orders.models import MobileItem
from apps.orders.porting.checking import check_day, check_rio
from apps.orders.services.mobile_checks import may_choose_any_day
from apps.orders.terms import MobileTerms
from apps.sims.models import SimCard

TEXTS = ("msisdn", "holder", "rio", "imei", "sale_mode", "purchase_mode")
REST = ("port_on", "active_on", "billed_from", "handset", "handset_price")
DISCOUNTS = tuple(f"{basis}_{part}" for basis in DiscountBasis for part in ("discount", "unit", "months"))


class LineFields(EntryForm):
    """Who uses the line, with which card and which number."""

    user_name = CharsetField(
        label=gettext_lazy("User name"), widget=UnfoldAdminTextInputWidget(attrs={"autofocus": ""})
    )
    sim = text_field(
        pgettext_lazy("order", "SIM card"),
        30,
        help_text=gettext_lazy("In stock: type or scan the ICCID, or search by last digits, number or batch."),
    )
    number_source = forms.ChoiceField(
        label=gettext_lazy("Number of the line"),
        choices=NumberSource.choices,
        initial=NumberSource.CARD,
        widget=UnfoldAdminSelectWidget,
    )
    msisdn = text_field(pgettext_lazy("telephone", "Number (+33)"), 25, required=False)
    holder = text_field(
        gettext_lazy("Holder of the number"),
        80,
        required=False,
        help_text=gettext_lazy("As the other operator knows it."),
    )
    rio = text_field(
        gettext_lazy("RIO"), 20, required=False, help_text=gettext_lazy("The customer gets it by calling 3179.")
    )
    port_on = day_field(gettext_lazy("Porting date"), required=False)
    active_on = day_field(
        gettext_lazy("In service from"), required=False, help_text=gettext_lazy("Empty: the day of the validation.")
    )

    def __init__(self, *args: Any, item: MobileItem | None = None, **kwargs: Any) -> None:
        self.item = item
        super().__init__(*args, **kwargs)
        self.fields["msisdn"].widget.attrs["inputmode"] = "tel"
        self.fields["sim"].widget.attrs |= searched(reverse("admin:orders_order_cards"), "#sim-found")
        self.fields["rio"].widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}

    def clean_sim(self) -> SimCard:
        """The card in stock that was typed or chosen, or the one that the item has already."""
        typed = self.cleaned_data["sim"].strip()
        cards = SimCard.objects.matching(typed)
        if self.item is not None and (own := cards.filter(pk=self.item.sim_id).first()) is not None:
            return own
        found = list(cards.in_stock()[:2])
        exact = [card for card in found if card.iccid == typed]
        if len(found) == 1 or exact:
            return (exact or found)[0]
        if found:
            raise ValidationError(_("Several cards match: choose one in the list."), code="several")
        elsewhere = cards.first()
        if elsewhere is None:
            raise ValidationError(_("No SIM card is found with “%(typed)s”."), params={"typed": typed}, code="unknown")
        told = _("SIM card %(iccid)s is not in stock: it is “%(status)s”.")
        said = {"iccid": elsewhere.iccid, "status": elsewhere.get_status_display()}
        raise ValidationError(told, params=said, code="not_in_stock")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        source = cleaned.get("number_source")
        ported = source == NumberSource.PORTED
        if ported or source == NumberSource.TYPED:
            self._read("msisdn", lambda: number_of(cleaned.get("msisdn", "")))
        else:
            cleaned["msisdn"] = ""
        card = cleaned.get("sim")
        if source == NumberSource.CARD and isinstance(card, SimCard) and not card.msisdn:
            told = _("This SIM card has no number of its own: type one, or have it given later.")
            self.add_error("number_source", ValidationError(told, code="no_number"))
        if not ported:
            return {**cleaned, "holder": "", "rio": "", "port_on": None}
        cleaned["active_on"] = None
        for name, missing in (("holder", _("Who holds it?")), ("rio", _("The RIO is missing."))):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, ValidationError(missing, code="missing"))
        if cleaned.get("rio") and cleaned.get("msisdn"):
            self._read("rio", lambda: check_rio(cleaned["rio"], cleaned["msisdn"]))
        if cleaned.get("port_on"):
            bounds = not may_choose_any_day(self.actor)
            self._read("port_on", lambda: check_day(cleaned["port_on"], today=self.today, bounds=bounds))
        elif "port_on" not in self.errors:
            self.add_error("port_on", ValidationError(_("The porting date is missing."), code="missing"))
        return cleaned

    def _read(self, name: str, read: Any) -> None:
        if name in self.errors:
            return
        try:
            self.cleaned_data[name] = read()
        except DomainError as refusal:
            self.add_error(name, ValidationError(str(refusal), code="refused"))
        except ValidationError as refusal:
            self.add_error(name, refusal)


class MobileForm(LineFields, AgreedFields):
    """See the module; ``terms`` is what the services make of it."""

    billed_from = day_field(
        gettext_lazy("Billed from"), required=False, help_text=gettext_lazy("Empty: the day on which it is in service.")
    )

    steps = (
        (
            "user",
            gettext_lazy("User, SIM card & number"),
            (
                "seller",
                "purchase_order",
                "user_name",
                "sim",
                "number_source",
                "msisdn",
                "holder",
                "rio",
                "port_on",
                "active_on",
            ),
        ),
        (
            "handset",
            gettext_lazy("Handset"),
            ("handset", "imei", "sale_mode", "purchase_mode", "handset_price", "handset_months"),
        ),
        ("plan", gettext_lazy("Plan & options"), ("plan", "plan_price", "plan_throughput", "options", "tariff")),
        (
            "conditions",
            gettext_lazy("Conditions"),
            ("commitment_months", *DISCOUNTS, "billing", "prorata", "billed_from"),
        ),
    )

    def __init__(self, *args: Any, actor: Any, today: Any, item: MobileItem | None = None, **kwargs: Any) -> None:
        super().__init__(
            *args,
            actor=actor,
            today=today,
            item=item,
            day=today,
            may_change_price=actor.has_perm(CHANGE_PRICE),
            agreed=None if item is None else agreed_on(item),
            initial={**({} if item is None else initial_of(item)), **(kwargs.pop("initial", None) or {})},
            **kwargs,
        )

    def faulty_steps(self) -> list[str]:
        """With the prices and throughputs of options, which have fields of their own."""
        faulty = set(super().faulty_steps())
        if any(name.startswith(("price_", "throughput_")) for name in self.errors):
            faulty.add("plan")
        return [name for name, _title, _fields in self.steps if name in faulty]

    @cached_property
    def terms(self) -> MobileTerms:
        """Of a valid form; of one that is being filled in, what can be told already. Needs a plan and its price."""
        said: dict[str, Any] = self.cleaned_data
        texts: dict[str, Any] = {name: said.get(name) or "" for name in TEXTS}
        rest: dict[str, Any] = {name: said.get(name) for name in REST}
        card = said.get("sim")
        return MobileTerms(
            user_name=said.get("user_name") or "",
            sim=card if isinstance(card, SimCard) else None,
            number_source=NumberSource(said.get("number_source") or NumberSource.LATER),
            **texts,
            **rest,
            handset_months=said.get("handset_months") or 0,
            **self.offer_terms(),
        )


def agreed_on(item: MobileItem) -> Agreed:
    options = {one.option_id: one.price for one in item.options.all()}
    return Agreed(
        prices={item.plan_id: item.plan_price, **options}, handset=item.handset_id, handset_price=item.handset_price
    )


def initial_of(item: MobileItem) -> dict[str, Any]:
    """The fields as the item has them."""
    same = ("user_name", "number_source", "holder", "rio", "port_on", "active_on", "billed_from", "commitment_months")
    handset = ("imei", "sale_mode", "purchase_mode", "handset_price", "handset_months")
    said = {name: getattr(item, name) for name in (*same, *handset)}
    for name in ("port_on", "active_on", "billed_from"):
        said[name] = said[name] and said[name].isoformat()
    for one in item.discounts.all():
        said |= initial_discount(one.basis, one.percent, one.amount, one.months)
    return {
        **said,
        **initial_options({one.option_id: (one.price, one.throughput) for one in item.options.all()}),
        "handset_months": item.handset_months or None,
        "sim": item.sim.iccid,
        "msisdn": national(item.msisdn) if item.number_source != NumberSource.CARD and item.msisdn else "",
        "handset": item.handset_id,
        "plan": item.plan_id,
        "plan_price": item.plan_price,
        "plan_throughput": item.throughput,
        "tariff": item.tariff_id,
        "billing": IN_ADVANCE if item.in_advance else IN_ARREARS,
        "prorata": item.prorata,
    }


def repeated(item: MobileItem) -> dict[str, Any]:
    """What one more line begins with: the offers and conditions of the last one, another user and card."""
    own = ("user_name", "sim", "msisdn", "holder", "rio", "imei")
    said = {name: value for name, value in initial_of(item).items() if name not in own}
    return {**said, "holder": item.holder}
