"""The buttons of the pages of offers: what they ask, what they say before they act, and the services they call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from apps.catalog import services
from apps.catalog.choices import UsageKind
from apps.catalog.fields import (
    IncludedFields,
    RuleFields,
    VatRateField,
    amount_field,
    clean_included,
    day_field,
    initial_included,
    refuse_data_without_throughput,
    text_field,
    throughput_choices,
    throughput_field,
    vat_choices,
)
from apps.catalog.models import Handset, Offer
from apps.catalog.services.ruling import refuse_rules, rules_of
from apps.catalog.validators import check_code
from apps.catalog.wording import included_text, said_changes
from apps.core import french
from apps.core.admin import DialogForm, ServiceDialog

Answers = dict[str, Any]


def held_by(offer: Offer) -> int:
    return services.lines_with([offer.pk]).get(offer.pk, 0)


def _holders(offer: Offer) -> str:
    count = held_by(offer)
    if not count:
        return _("Nobody has had it yet.")
    return ngettext("%(count)s line has it or had it.", "%(count)s lines have it or had it.", count) % {
        "count": french.whole(count)
    }


# --- Price


class PriceForm(DialogForm):
    amount = amount_field(gettext_lazy("New price a month, excluding tax"), required=True)
    on = day_field(pgettext_lazy("day", "From"), help_text=gettext_lazy("Today or a day to come."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = localdate()
        self.fields["on"].initial = today
        if (price := self.row.price_on(today)) is not None:
            self.fields["amount"].help_text = _("Today: %(amount)s.") % {"amount": french.euros(price)}

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] < localdate():
            raise ValidationError(_("A price changes from today on, or from a day to come."), code="past")
        return self.cleaned_data["on"]


def _preview_price(offer: Offer, answers: Answers) -> Iterator[str]:
    on, amount = answers["on"], answers["amount"]
    before = offer.price_on(on)
    old = _("none") if before is None else french.euros(before)
    yield _("From %(day)s: %(old)s → %(new)s.") % {"day": french.day(on), "old": old, "new": french.euros(amount)}
    following = offer.prices.filter(start__gt=on).order_by("start").first()
    if following is not None:
        yield _("Up to %(day)s, when the price already planned takes over: %(amount)s.") % {
            "day": french.day(following.start),
            "amount": french.euros(following.amount),
        }
    yield _("It is for new orders: the lines that have the offer keep the price that was agreed.")
    if offer.wholesale_cost is not None and amount < offer.wholesale_cost:
        yield _("Below the wholesale cost, which is %(cost)s a month.") % {"cost": french.euros(offer.wholesale_cost)}


change_price = ServiceDialog(
    title=gettext_lazy("Change the price"),
    permission="catalog.change_{model}",
    form=PriceForm,
    preview=lambda offer, answers: list(_preview_price(offer, answers)),
    service=lambda offer, actor, answers: services.change_price(
        offer=offer, amount=answers["amount"], on=answers["on"], today=localdate(), actor=actor
    ),
    done=gettext_lazy("The price has been changed."),
    icon="euro",
)


def planned(row: Offer | Handset) -> Any:
    return row.prices.filter(start__gt=localdate()).order_by("start")


class TakeBackForm(DialogForm):
    price: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Planned price"), widget=UnfoldAdminSelectWidget, empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["price"]
        field.queryset = planned(self.row)
        field.label_from_instance = lambda price: f"{french.day(price.start)} : {french.euros(price.amount)}"


take_price_back = ServiceDialog(
    title=gettext_lazy("Take a planned price back"),
    description=gettext_lazy("The price before it goes on."),
    permission="catalog.change_{model}",
    form=TakeBackForm,
    when=lambda row: planned(row).exists(),
    service=lambda row, actor, answers: services.take_price_back(
        price=answers["price"], today=localdate(), actor=actor
    ),
    done=gettext_lazy("The planned price has been taken back."),
    icon="undo",
)


# --- What is included


class IncludedForm(IncludedFields, DialogForm):
    throughput = throughput_field()

    field_order = ["throughput"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["throughput"].choices = throughput_choices(self.row.throughput)  # type: ignore[attr-defined]
        self.initial = {"throughput": self.row.throughput, **initial_included(self.row), **self.initial}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        included = clean_included(self)
        refuse_data_without_throughput(self, included[UsageKind.DATA].quantity, cleaned.get("throughput", ""))
        cleaned["included"] = included
        return cleaned


def _preview_included(offer: Offer, answers: Answers) -> Iterator[str]:
    before = {str(one.get_kind_display()): included_text(one) for one in offer.allowances.order_by("kind")}
    after = services.texts_of(answers["included"])
    said = said_changes(before, after)
    if answers["throughput"] != offer.throughput:
        yield _("Throughput: %(old)s → %(new)s.") % {
            "old": offer.throughput or _("none"),
            "new": answers["throughput"] or _("none"),
        }
    if not said:
        yield _("What is included does not change.")
        return
    yield said
    yield _holders(offer)
    if held_by(offer):
        yield _(
            "Their calls that are not invoiced yet are priced anew, those of past months too. Invoices do not change."
        )


def _set_included(offer: Offer, actor: Any, answers: Answers) -> None:
    services.include(offer=offer, included=answers["included"], throughput=answers["throughput"], actor=actor)


change_included = ServiceDialog(
    title=gettext_lazy("Change what is included"),
    permission="catalog.change_{model}",
    form=IncludedForm,
    preview=lambda offer, answers: list(_preview_included(offer, answers)),
    service=_set_included,
    done=gettext_lazy("What is included has been changed."),
    icon="data_usage",
)


# --- Rules


class RulesForm(RuleFields, DialogForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_to(self.row)
        requires, excludes = rules_of(self.row)
        self.initial = {"requires": requires, "excludes": excludes, **self.initial}


def _preview_rules(offer: Offer, answers: Answers) -> Iterator[str]:
    refuse_rules(offer.pk, offer.code, requires=answers["requires"], excludes=answers["excludes"])
    for name, title in {"requires": _("Requires"), "excludes": _("Incompatible with")}.items():
        yield f"{title}{french.NBSP}: {', '.join(one.code for one in answers[name]) or _('none')}"
    yield _("New orders and changes keep to it. Lines keep what they have.")


change_rules = ServiceDialog(
    title=gettext_lazy("Change the rules"),
    permission="catalog.change_{model}",
    form=RulesForm,
    preview=lambda offer, answers: list(_preview_rules(offer, answers)),
    service=lambda offer, actor, answers: services.set_rules(
        offer=offer, requires=answers["requires"], excludes=answers["excludes"], actor=actor
    ),
    done=gettext_lazy("The rules have been changed."),
    icon="rule",
)


# --- VAT


class VatForm(DialogForm):
    rate = VatRateField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rate"]
        field.choices = vat_choices(self.row.vat_rate)
        field.initial = self.row.vat_rate


def _preview_vat(offer: Offer, answers: Answers) -> Iterator[str]:
    yield f"{french.percent(offer.vat_rate)} → {french.percent(answers['rate'])}"
    yield _holders(offer)
    yield _("Every invoice to come has the new rate, also for months that are past and not billed yet.")
    yield _("Issued invoices keep the rate that they have.")


change_vat_rate = ServiceDialog(
    title=gettext_lazy("Change the VAT rate"),
    permission="catalog.change_{model}",
    form=VatForm,
    preview=lambda offer, answers: list(_preview_vat(offer, answers)),
    service=lambda offer, actor, answers: services.change_vat_rate(offer=offer, rate=answers["rate"], actor=actor),
    done=gettext_lazy("The VAT rate has been changed."),
    icon="percent",
)


# --- Copies


def page_of(row: Offer | Handset) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


class CopyForm(DialogForm):
    code = text_field(gettext_lazy("Code of the new offer"), 40)
    label = text_field(gettext_lazy("Label of the new offer"), 80)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        check_code(code)
        if Offer.objects.filter(code=code).exists():
            raise ValidationError(_("“%(code)s” is taken.") % {"code": code}, code="taken")
        return code


copy_offer = ServiceDialog(
    title=gettext_lazy("Copy"),
    description=gettext_lazy("The new offer has the price of today, what is included, the fees and the rules."),
    permission="catalog.add_{model}",
    form=CopyForm,
    service=lambda offer, actor, answers: services.copy_offer(
        offer=offer, code=answers["code"], label=answers["label"], today=localdate(), actor=actor
    ),
    done=lambda offer: _("The offer has been copied: this is the page of %(copy)s.") % {"copy": offer},
    leads_to=page_of,
    icon="content_copy",
)


# --- Sale


class DayForm(DialogForm):
    on = day_field(pgettext_lazy("day", "From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = localdate()


def _preview_withdrawal(row: Offer | Handset, answers: Answers) -> Iterator[str]:
    yield _("From %(day)s it is no longer offered to anybody.") % {"day": french.day(answers["on"])}
    if isinstance(row, Offer):
        yield _holders(row)
        yield _("Whoever has it keeps it, and goes on paying for it.")


withdraw = ServiceDialog(
    title=gettext_lazy("Withdraw from sale"),
    permission="catalog.change_{model}",
    form=DayForm,
    when=lambda row: row.on_sale_until is None,
    preview=lambda row, answers: list(_preview_withdrawal(row, answers)),
    service=lambda row, actor, answers: services.withdraw(row=row, on=answers["on"], actor=actor),
    done=gettext_lazy("It is withdrawn from sale."),
    icon="remove_shopping_cart",
)


put_on_sale = ServiceDialog(
    title=gettext_lazy("Put on sale again"),
    permission="catalog.change_{model}",
    form=DayForm,
    when=lambda row: row.on_sale_until is not None,
    service=lambda row, actor, answers: services.put_on_sale(row=row, on=answers["on"], actor=actor),
    done=gettext_lazy("It is on sale again."),
    icon="add_shopping_cart",
)
