"""The buttons of the page of a handset: a price per sale mode, copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from apps.catalog import services
from apps.catalog.choices import SaleMode
from apps.catalog.dialogs.offers import page_of
from apps.catalog.fields import amount_field, day_field, months_field, text_field
from apps.catalog.models import Handset
from apps.catalog.services import FIRST_DAY
from apps.catalog.wording import handset_price_text, mode_text
from apps.core import french
from apps.core.admin import DialogForm, ServiceDialog


class HandsetPriceForm(DialogForm):
    mode = forms.ChoiceField(label=gettext_lazy("Sale mode"), choices=SaleMode.choices, widget=UnfoldAdminSelectWidget)
    amount = amount_field(
        gettext_lazy("Price excluding tax"),
        required=True,
        help_text=gettext_lazy("Paid once; each month for instalments and rental."),
    )
    months = months_field(
        help_text=gettext_lazy("For instalments only: there may be a price for 12 months and another for 24."),
    )
    on = day_field(
        pgettext_lazy("day", "From"),
        required=False,
        help_text=gettext_lazy("Today or a day to come. The first price of all needs no date."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        mode, months, on = cleaned.get("mode"), cleaned.get("months"), cleaned.get("on")
        if "months" not in self.errors and mode:
            if mode == SaleMode.INSTALMENTS and months is None:
                self.add_error("months", ValidationError(_("In how many months is it paid?"), code="months"))
            if mode != SaleMode.INSTALMENTS and months is not None:
                self.add_error("months", ValidationError(_("Only instalments have a number of months."), code="months"))
        is_first = not self.row.prices.filter(mode=mode or "", months=months or 0).exists()
        if on is None and "on" not in self.errors:
            cleaned["on"] = FIRST_DAY if is_first else localdate()
        elif on is not None and on < localdate():
            self.add_error("on", ValidationError(_("A price changes from today on, or from a day to come.")))
        cleaned["months"] = months or 0
        return cleaned


def _preview(handset: Handset, answers: dict[str, Any]) -> Iterator[str]:
    mode, months, on, amount = (answers[name] for name in ("mode", "months", "on", "amount"))
    before = handset.prices.on(on).filter(mode=mode, months=months).first()
    old = _("none") if before is None else handset_price_text(mode, months, before.amount)
    yield f"{mode_text(mode, months)}{french.NBSP}: {old} → {handset_price_text(mode, months, amount)}"
    if on != FIRST_DAY:
        yield _("From %(day)s.") % {"day": french.day(on)}
    yield _("Orders that have been taken keep their price.")


change_price = ServiceDialog(
    title=gettext_lazy("Change a price"),
    permission="catalog.change_handset",
    form=HandsetPriceForm,
    preview=lambda handset, answers: list(_preview(handset, answers)),
    service=lambda handset, actor, answers: services.change_handset_price(
        handset=handset,
        mode=SaleMode(answers["mode"]),
        months=answers["months"],
        amount=answers["amount"],
        on=answers["on"],
        today=localdate(),
        actor=actor,
    ),
    done=gettext_lazy("The price has been changed."),
    icon="euro",
)


class CopyForm(DialogForm):
    model = text_field(gettext_lazy("Model"), 80)

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"].strip()
        if Handset.objects.filter(brand=self.row.brand, model=model).exists():
            raise ValidationError(_("“%(handset)s” is listed already.") % {"handset": f"{self.row.brand} {model}"})
        return model


copy_handset = ServiceDialog(
    title=gettext_lazy("Copy"),
    description=gettext_lazy("Another model of the same brand, at the prices of today."),
    permission="catalog.add_handset",
    form=CopyForm,
    service=lambda handset, actor, answers: services.copy_handset(
        handset=handset, model=answers["model"], today=localdate(), actor=actor
    ),
    done=lambda handset: _("The handset has been copied: this is the page of %(copy)s.") % {"copy": handset},
    leads_to=page_of,
    icon="content_copy",
)
