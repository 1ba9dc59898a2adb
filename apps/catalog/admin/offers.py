from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from apps.catalog import services
from apps.catalog.admin.base import DatedPriceInline, SoldAdmin, more
from apps.catalog.choices import INCLUDED_KINDS, UsageKind
from apps.catalog.dialogs import offers as dialogs
from apps.catalog.fields import fields_of
from apps.catalog.file_kinds import OFFER_FILES
from apps.catalog.filters import SaleFilter
from apps.catalog.forms import NewOptionForm, NewPlanForm, NewProductForm, OfferForm
from apps.catalog.models import Offer, OfferPrice, Option, Plan, Product
from apps.catalog.resources import OfferResource
from apps.catalog.services.ruling import rules_of
from apps.catalog.wording import allowance_text, included_text, margin_text
from apps.core.admin import figure, money, percent
from apps.core.french import euros
from apps.jobs.imports.admin import send_dialog
from apps.jobs.uploads import SCRIPT


class PriceInline(DatedPriceInline):
    model = OfferPrice
    fields = ("held", money(OfferPrice.amount), "state")


def _included(kind: UsageKind) -> Any:
    """What the offer includes of one kind of usage, on its page."""

    @admin.display(description=kind.label)
    def said(self: OfferAdmin, offer: Offer) -> str:
        allowance = next((one for one in offer.allowances.all() if one.kind == kind), None)
        return gettext("nothing") if allowance is None else included_text(allowance)

    return said


FEES = (("activation_fee", "sim_fee"), ("swap_fee", "termination_fee"))
PURCHASE = (_("Purchase and accounting"), {"fields": (("wholesale_code", "wholesale_cost"), "sales_account")})


class OfferAdmin(SoldAdmin):
    """What plans, options and products have in common. Their prices are dated: the list shows today's."""

    form = OfferForm
    list_display: tuple[Any, ...] = (
        "code",
        "label",
        "price_today",
        percent(Offer.vat_rate),
        "allowances_text",
        "throughput",
        "margin",
        "sale_badge",
    )
    list_filter: tuple[Any, ...] = (SaleFilter, ("in_advance", BooleanRadioFilter))
    search_fields = ("code", "label")
    search_help_text = _("Code or label")
    inlines = (PriceInline,)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (("code", "label"), ("price_today", percent(Offer.vat_rate)), ("sale", "holders"))}),
        (_("Billing"), {"fields": ("in_advance",)}),
        (_("Fees"), {"fields": FEES}),
        (_("Goes with"), {"fields": (("required", "excluded"),)}),
        (PURCHASE[0], {"fields": (("wholesale_code", "wholesale_cost"), ("margin", "sales_account"))}),
    )
    actions_list = ("import_file", "export")
    resource = OfferResource
    export_name = "offres"
    export_order = ("kind", "code")

    change_price = dialogs.change_price
    change_vat_rate = dialogs.change_vat_rate
    copy = dialogs.copy_offer
    import_file = send_dialog(OFFER_FILES)

    class Media:
        js = (SCRIPT,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_price_on(localdate()).prefetch_related("allowances")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Code and kind of what somebody has, or had, stay: files, orders and invoices name it by them."""
        declared = [*super().get_readonly_fields(request, obj)]
        if obj is None:
            return declared
        declared += ["price_today", "sale", "holders", "required", "excluded", "margin", "throughput"]
        if self.holders(obj):
            declared += ["code", "kind", "recurring"]
        return declared

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        answers = form.cleaned_data
        services.make_offer(
            offer=obj,
            price=answers["price"],
            included=getattr(form, "included", {}),
            requires=answers.get("requires", ()),
            excludes=answers.get("excludes", ()),
            actor=request.user,
        )

    @figure
    @admin.display(description=_("price today"), ordering="price_on_day")
    def price_today(self, offer: Any) -> str | None:
        return None if offer.price_on_day is None else euros(offer.price_on_day)

    @admin.display(description=_("included each month"))
    def allowances_text(self, offer: Offer) -> str | None:
        return ", ".join(allowance_text(one) for one in offer.allowances.all()) or None

    @figure
    @admin.display(description=_("margin"))
    def margin(self, offer: Any) -> str | None:
        """The price of today less the wholesale cost."""
        if offer.price_on_day is None or offer.wholesale_cost is None:
            return None
        return margin_text(offer.price_on_day, offer.wholesale_cost)

    @admin.display(description=_("lines that have it or had it"))
    def holders(self, offer: Any) -> int:
        """Asked once for a page, which asks for its read-only fields again and again."""
        if not hasattr(offer, "holder_count"):
            offer.holder_count = dialogs.held_by(offer)
        return int(offer.holder_count)

    @admin.display(description=_("requires"))
    def required(self, offer: Offer) -> str | None:
        return ", ".join(one.code for one in rules_of(offer)[0]) or None

    @admin.display(description=_("incompatible with"))
    def excluded(self, offer: Offer) -> str | None:
        return ", ".join(one.code for one in rules_of(offer)[1]) or None


NEW_OFFER: Any = (
    (None, {"fields": (("code", "label"), ("price", "vat_rate"), ("in_advance", "on_sale_from"))}),
    *(
        (
            kind.label,
            {"fields": (*(["throughput"] if kind == "data" else []), fields_of(kind)[:2], fields_of(kind)[2:])},
        )
        for kind in INCLUDED_KINDS
    ),
    (_("Fees"), {"fields": FEES}),
    (_("Goes with"), {"fields": (("requires", "excludes"),)}),
    PURCHASE,
)


class MobileOfferAdmin(OfferAdmin):
    """Plans and options: they include usage, and go with one another."""

    change_included = dialogs.change_included
    change_rules = dialogs.change_rules

    voice_included = _included(UsageKind.VOICE)
    sms_included = _included(UsageKind.SMS)
    data_included = _included(UsageKind.DATA)
    readonly_fields = ("voice_included", "sms_included", "data_included")

    add_fieldsets = NEW_OFFER
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("code", "label"),
                    ("price_today", percent(Offer.vat_rate)),
                    ("sale", "holders"),
                )
            },
        ),
        (
            _("Included each month"),
            {"fields": (("voice_included", "sms_included"), ("data_included", "throughput"))},
        ),
        *OfferAdmin.fieldsets[1:],
    )
    actions_detail = (
        "change_price",
        "change_included",
        more("copy", "change_rules", "change_vat_rate", "take_price_back", "withdraw", "put_on_sale"),
    )


@admin.register(Plan)
class PlanAdmin(MobileOfferAdmin):
    """«Offres mobiles»."""

    screen = _("Mobile offers")
    create = _("Create a new plan")
    add_form = NewPlanForm


@admin.register(Option)
class OptionAdmin(MobileOfferAdmin):
    """«Options mobiles»."""

    screen = _("Mobile options")
    create = _("Create a new option")
    add_form = NewOptionForm
    # An option has no card.
    add_fieldsets = tuple(
        (title, {"fields": (("activation_fee", "termination_fee"),)} if shown["fields"] is FEES else shown)
        for title, shown in NEW_OFFER
    )
    fieldsets = tuple(
        (title, {"fields": (("activation_fee", "termination_fee"),)} if shown["fields"] is FEES else shown)
        for title, shown in MobileOfferAdmin.fieldsets
    )


@admin.register(Product)
class ProductAdmin(OfferAdmin):
    """«Matériels & services»."""

    screen = _("Equipment & services")
    create = _("Create a new service or equipment")
    add_form = NewProductForm
    list_display = (
        "code",
        "label",
        "kind",
        "recurring",
        "price_today",
        percent(Offer.vat_rate),
        "margin",
        "sale_badge",
    )
    list_filter = (SaleFilter, ("kind", ChoicesDropdownFilter), ("recurring", BooleanRadioFilter))
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "code"),
                    ("label", "recurring"),
                    ("price", "vat_rate"),
                    ("in_advance", "on_sale_from"),
                )
            },
        ),
        PURCHASE,
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("code", "label"),
                    ("kind", "recurring"),
                    ("price_today", percent(Offer.vat_rate)),
                    ("sale", "holders"),
                )
            },
        ),
        OfferAdmin.fieldsets[1],
        OfferAdmin.fieldsets[4],
    )
    actions_detail = (
        "change_price",
        "copy",
        more("change_vat_rate", "take_price_back", "withdraw", "put_on_sale"),
    )
