"""The buttons of grids and rates: what they ask, what they say before they act, and the services they call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.choices import UsageKind
from apps.catalog.fields import day_field, switch, text_field
from apps.catalog.validators import check_code
from apps.core import french
from apps.core.admin import DialogForm, ServiceDialog
from apps.core.french import NBSP
from apps.core.money import MICROS
from apps.core.periods import Month
from apps.tariffs import services
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.tariffs.rating import PRICE_LIMIT
from apps.tariffs.services.dating import change_rate_from, twin_of, version_on
from apps.tariffs.services.making import changed_price
from apps.tariffs.uses import uses_of
from apps.tariffs.wording import (
    begin_text,
    price_text,
    rate_changes_text,
    rates_text,
    signed_percent,
    unit_text,
    version_text,
)

Answers = dict[str, Any]

EXAMPLES = 3
STEP_LIMIT = 3600


def first_of_next_month() -> date:
    return Month.of(localdate()).next().start


def percent_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=gettext_lazy("Change of prices (%)"),
        required=False,
        min_value=Decimal(-100),
        max_value=Decimal(1000),
        decimal_places=3,
        localize=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("As “5” or “-2,5”. Empty: the same prices. Connection fees change as prices do."),
    )


def price_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=PRICE_LIMIT,
        decimal_places=MICROS,
        localize=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )


def seconds_field(label: Any, *, least: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=STEP_LIMIT,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=help_text,
    )


# --- Versions


class NewVersionForm(DialogForm):
    on = day_field(
        gettext_lazy("In force from"),
        help_text=gettext_lazy("Calls of earlier days keep the prices of the version before it."),
    )
    percent = percent_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = first_of_next_month()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if self.row.versions.filter(valid_from=on).exists():
            raise ValidationError(
                _("This grid has a version from %(day)s on already.") % {"day": french.day(on)}, code="taken"
            )
        return on


def _examples(version: TariffVersion, percent: Decimal) -> Iterator[str]:
    """A few rates, old and new: the dearest says most about a percentage, the cheapest about its rounding."""
    charged = [rate for rate in version.rates.order_by("destination", "pk")[:200] if rate.price]
    charged.sort(key=lambda rate: rate.price)
    chosen = charged if len(charged) <= EXAMPLES else [charged[0], charged[len(charged) // 2], charged[-1]]
    for rate in chosen:
        yield f"{rate}{NBSP}: {price_text(rate)} → {french.price(changed_price(rate.price, percent))}"


def _preview_version(tariff: Tariff, answers: Answers) -> Iterator[str]:
    on, percent = answers["on"], answers["percent"] or Decimal(0)
    source = version_on(tariff, on)
    yield _("From %(day)s, a new version: %(rates)s, copied from “%(version)s”.") % {
        "day": french.day(on),
        "rates": rates_text(source.rates.count()),
        "version": version_text(source),
    }
    following = tariff.versions.filter(valid_from__gt=on).order_by("valid_from").first()
    if following is not None:
        yield _("Up to %(day)s, when the version already planned takes over.") % {
            "day": begin_text(following.valid_from)
        }
    yield from _said_percent(source, percent)
    yield _("Calls before that day keep their price.")


def _said_percent(source: TariffVersion, percent: Decimal) -> Iterator[str]:
    if not percent:
        yield _("The prices stay the same: change them afterwards, one by one or by a file.")
        return
    yield _("All prices and connection fees change by %(percent)s. For example:") % {"percent": signed_percent(percent)}
    yield from _examples(source, percent)


new_version = ServiceDialog(
    title=gettext_lazy("New version"),
    description=gettext_lazy("All rates are copied into a version that is in force from a date on."),
    permission="tariffs.change_tariff",
    form=NewVersionForm,
    when=lambda tariff: tariff.versions.exists(),
    preview=lambda tariff, answers: list(_preview_version(tariff, answers)),
    service=lambda tariff, actor, answers: services.make_version(
        source=version_on(tariff, answers["on"]),
        valid_from=answers["on"],
        percent=answers["percent"] or Decimal(0),
        actor=actor,
    ),
    done=lambda version: _("The version from %(day)s on has been made.") % {"day": french.day(version.valid_from)},
    icon="add",
    variant=ActionVariant.PRIMARY,
)


# --- Grids


class DuplicateForm(DialogForm):
    source: Any = forms.ModelChoiceField(
        queryset=TariffVersion.objects.none(),
        label=gettext_lazy("Version to copy"),
        widget=UnfoldAdminSelectWidget,
        empty_label=None,
    )
    code = text_field(
        gettext_lazy("Code of the new grid"), 40, help_text=gettext_lazy("Capitals and digits, as PRO_2027.")
    )
    label = text_field(gettext_lazy("Label of the new grid"), 80)
    percent = percent_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["source"]
        field.queryset = self.row.versions.select_related("tariff").latest_first()
        field.label_from_instance = version_text
        field.initial = self.row.versions.on(localdate()).first()

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        check_code(code)
        if Tariff.objects.filter(code=code).exists():
            raise ValidationError(_("“%(code)s” is taken.") % {"code": code}, code="taken")
        return code


def _preview_copy(tariff: Tariff, answers: Answers) -> Iterator[str]:
    source: TariffVersion = answers["source"]
    yield _("A new grid, %(code)s, with %(rates)s for calls of all days.") % {
        "code": answers["code"],
        "rates": rates_text(source.rates.count()),
    }
    yield from _said_percent(source, answers["percent"] or Decimal(0))
    yield _("No line is on it yet.")


duplicate = ServiceDialog(
    title=gettext_lazy("Duplicate the grid"),
    description=gettext_lazy("Another grid with the same rates, dearer or cheaper by a percentage if you like."),
    permission="tariffs.add_tariff",
    form=DuplicateForm,
    when=lambda tariff: tariff.versions.exists(),
    preview=lambda tariff, answers: list(_preview_copy(tariff, answers)),
    service=lambda tariff, actor, answers: services.duplicate_tariff(
        source=answers["source"],
        code=answers["code"],
        label=answers["label"].strip(),
        percent=answers["percent"] or Decimal(0),
        actor=actor,
    ),
    done=lambda tariff: _("The grid %(grid)s has been made.") % {"grid": tariff},
    icon="content_copy",
)


class RenameForm(DialogForm):
    label = text_field(
        gettext_lazy("Label"), 80, help_text=gettext_lazy("Files and lines know the grid by its code, which stays.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].initial = self.row.label


rename = ServiceDialog(
    title=pgettext_lazy("grid", "Rename"),
    permission="tariffs.change_tariff",
    form=RenameForm,
    service=lambda tariff, actor, answers: services.rename_tariff(
        tariff=tariff, label=answers["label"].strip(), actor=actor
    ),
    done=gettext_lazy("The grid has been renamed."),
    icon="edit",
)


# --- Rates


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


RATE_FIELDS = ("price", "connection_fee", "first_step", "step", "free_seconds", "included")


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
