"""The buttons of the page of a grid: new versions, copies, another label."""

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
from unfold.widgets import UnfoldAdminSelectWidget

from apps.catalog.fields import day_field, text_field
from apps.catalog.validators import check_code
from apps.core import french
from apps.core.admin import DialogForm, ServiceDialog
from apps.core.french import NBSP
from apps.tariffs import services
from apps.tariffs.fields import first_of_next_month, percent_field
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.tariffs.services.dating import version_on
from apps.tariffs.services.making import changed_price
from apps.tariffs.uses import calls_since
from apps.tariffs.wording import (
    begin_text,
    price_text,
    rates_text,
    signed_percent,
    version_text,
)

Answers = dict[str, Any]

EXAMPLES = 3


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
    if calls := calls_since(Rate.objects.filter(version=source), on):
        yield ngettext(
            "So does %(count)s call from that day on, which is rated already.",
            "So do %(count)s calls from that day on, which are rated already.",
            calls,
        ) % {"count": french.whole(calls)}


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
