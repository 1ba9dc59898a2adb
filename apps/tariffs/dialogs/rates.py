"""The buttons of a rate: its price, how it is counted; at once, or from a day on where calls were priced by it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.catalog.choices import UsageKind
from apps.catalog.fields import day_field, switch
from apps.core import french
from apps.core.admin import DialogForm, ServiceDialog
from apps.tariffs import services
from apps.tariffs.fields import first_of_next_month, price_field, seconds_field
from apps.tariffs.models import Rate
from apps.tariffs.services.dating import change_rate_from, twin_of, version_on
from apps.tariffs.uses import uses_of
from apps.tariffs.wording import (
    begin_text,
    price_text,
    rate_changes_text,
    rates_text,
    unit_text,
    version_text,
)

Answers = dict[str, Any]

RATE_FIELDS = ("price", "connection_fee", "first_step", "step", "free_seconds", "included")


class RateForm(DialogForm):
    """Some fields of a rate as they are now, and from when on they are others. ``values`` is what changes."""

    on = day_field(gettext_lazy("In force from"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rate: Rate = self.row
        for name in self._of_rate():
            value = getattr(rate, name)
            self.fields[name].initial = value.normalize() if isinstance(value, Decimal) else value
        use = uses_of(Rate.objects.filter(pk=rate.pk)).get(rate.pk)
        on: Any = self.fields["on"]
        self.order_fields([*self._of_rate(), "on"])
        if use:
            on.required = True
            on.initial = first_of_next_month()
            on.help_text = ngettext(
                "%(count)s call was priced by this rate and keeps its price: the change is made in a new version.",
                "%(count)s calls were priced by this rate and keep their price: the change is made in a new version.",
                use.records,
            ) % {"count": french.whole(use.records)}
        else:
            on.help_text = _("Empty: in this version, at once. No call has been priced by this rate yet.")

    def _of_rate(self) -> list[str]:
        return [name for name in RATE_FIELDS if name in self.fields]

    def clean(self) -> Answers:
        cleaned = super().clean() or self.cleaned_data
        changed = [name for name in self._of_rate() if name in cleaned and cleaned[name] != getattr(self.row, name)]
        cleaned["values"] = {self.row.price_field if name == "price" else name: cleaned[name] for name in changed}
        if not changed and not self.errors:
            raise ValidationError(_("Nothing changes."), code="unchanged")
        return cleaned


class PriceForm(RateForm):
    price = price_field(gettext_lazy("Price excluding tax"))
    connection_fee = price_field(gettext_lazy("Connection fee"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price: Any = self.fields["price"]
        price.label = f"{price.label} (€/{unit_text(self.row.kind)})"


class CountingForm(RateForm):
    first_step = seconds_field(gettext_lazy("First step (s)"), least=1)
    step = seconds_field(gettext_lazy("Then by steps of (s)"), least=1)
    free_seconds = seconds_field(
        gettext_lazy("Free seconds"), least=0, help_text=gettext_lazy("Shorter calls cost nothing.")
    )
    included = switch(gettext_lazy("May be taken from an allowance"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row.kind != UsageKind.VOICE:
            for name in ("first_step", "step", "free_seconds"):
                del self.fields[name]


def _preview_rate(rate: Rate, answers: Answers) -> Iterator[str]:
    yield f"{rate}, {version_text(rate.version)}"
    yield from rate_changes_text(rate, answers["values"])
    on = answers["on"]
    if on is None:
        yield _("The change is made in this version, for all calls that it will price.")
        return
    versions = rate.version.tariff.versions
    existing = versions.filter(valid_from=on).first()
    if existing is not None:
        yield _("The change is made in the version that is in force from %(day)s on.") % {"day": french.day(on)}
    else:
        existing = version_on(rate.version.tariff, on)
        yield _("From %(day)s, a new version of the grid: %(rates)s copied, this one changed.") % {
            "day": french.day(on),
            "rates": rates_text(existing.rates.count()),
        }
    twin = twin_of(rate, existing)
    if twin.price != rate.price:
        yield _("So far it costs %(price)s there.") % {"price": price_text(twin)}
    following = versions.filter(valid_from__gt=on).order_by("valid_from").first()
    if following is not None:
        yield _("Up to %(day)s, when the version already planned takes over.") % {
            "day": begin_text(following.valid_from)
        }
    yield _("Calls before that day keep their price.")


def _change_rate(rate: Rate, actor: Any, answers: Answers) -> Rate:
    if answers["on"] is None:
        return services.change_rate(rate=rate, values=answers["values"], actor=actor)
    return change_rate_from(rate=rate, values=answers["values"], valid_from=answers["on"], actor=actor)


def _said(rate: Rate) -> str:
    return _("The rate has been changed: %(rate)s, %(version)s.") % {
        "rate": rate,
        "version": version_text(rate.version),
    }


change_price = ServiceDialog(
    title=gettext_lazy("Change the price"),
    permission="tariffs.change_rate",
    form=PriceForm,
    preview=lambda rate, answers: list(_preview_rate(rate, answers)),
    service=_change_rate,
    done=_said,
    icon="euro",
)

change_counting = ServiceDialog(
    title=gettext_lazy("Change how it is counted"),
    permission="tariffs.change_rate",
    form=CountingForm,
    when=lambda rate: rate.kind != UsageKind.MMS,
    preview=lambda rate, answers: list(_preview_rate(rate, answers)),
    service=_change_rate,
    done=_said,
    icon="timer",
)
