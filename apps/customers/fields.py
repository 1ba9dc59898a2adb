"""What the form of a customer asks: text in authorised characters, e-mails, a country, the parts of other rows."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.core.admin import DayInput
from apps.core.charset import Charset
from apps.core.imports import email
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.customers import rules


class ReadField(forms.CharField):
    """Text that ``read`` brings into its one form, or refuses with its sentence."""

    def read(self, typed: str) -> str:
        raise NotImplementedError

    def clean(self, value: Any) -> str:
        cleaned: str = super().clean(value)
        if cleaned:
            try:
                return self.read(cleaned)
            except Refusal as refusal:
                raise ValidationError(sentence(refusal), code=refusal.code) from None
        return cleaned


class CharsetField(ReadField):
    """Upper-cased as it is typed; a character that is not authorised is named, with a proposal one click away.

    The page does it with the table of the server, which checks it again (DOMAIN §6).
    """

    charset = Charset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The proposal may be what is too long: only a person knows which word may go.
        self.validators = []

    def read(self, typed: str) -> str:
        return self.charset.check(typed)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            "data-spelling": json.dumps(self.charset.spelling),
            "data-longest": str(self.charset.max_length),
            "data-fault": _("“%(character)s” in position %(position)d is not allowed."),
            "data-too-long": _("%(found)d characters, at most %(limit)d are allowed."),
            "data-proposal": _("Use “%(proposal)s”"),
        }


class EmailsField(forms.CharField):
    """Several e-mail addresses, one per line or with commas between them."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, tuple) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return value
        typed = str(value or "").replace(",", " ").replace(";", " ").split()
        found = []
        for one in typed:
            try:
                found.append(email(one))
            except Refusal:
                raise ValidationError(_("“%(typed)s” is not an e-mail address."), params={"typed": one}) from None
        return tuple(dict.fromkeys(found))

    def run_validators(self, value: Any) -> None:
        """Each has been looked at."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class EmailField(ReadField):
    def read(self, typed: str) -> str:
        return email(typed)


class CountryField(forms.ChoiceField):
    """A country by its name; what is kept is its ISO 3166 code."""

    widget = UnfoldAdminSelectWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=rules.countries, initial=rules.FRANCE, label=_("Country"), **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class ReferenceField(ReadField):
    def read(self, typed: str) -> str:
        return rules.mandate_reference(typed)


def part(
    model: type[Model],
    name: str,
    *,
    required: bool = False,
    form_class: type[forms.Field] | None = None,
    **options: Any,
) -> Any:
    """The field of a part that is a column of another row: called, limited and explained as that column."""
    column: Any = model._meta.get_field(name)
    options = {"widget": UnfoldAdminTextInputWidget, **options}
    field = column.formfield(form_class=form_class, **options) if form_class else column.formfield(**options)
    field.required = required
    return field


def day_part(model: type[Model], name: str) -> Any:
    return part(model, name, widget=DayInput)


def switch(label: Any, **options: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget, **options)
