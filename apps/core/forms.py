"""What our forms have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxLengthValidator

from apps.core.refusals import Refusal
from apps.core.wording import sentence


class CheckedModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose identifiers are checked as typed and stored in their one form (spaces gone, capitals).

    ``checks`` names, for a field, the function of :mod:`apps.core.identifiers` that reads it.
    """

    checks: ClassVar[Mapping[str, Callable[[str], str]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.checks.keys() & self.fields.keys():
            # "732 829 320" is longer than the nine digits that are stored.
            field = self.fields[name]
            field.validators = [one for one in field.validators if not isinstance(one, MaxLengthValidator)]
            field.widget.attrs.pop("maxlength", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, check in self.checks.items():
            if cleaned.get(name):
                try:
                    cleaned[name] = check(cleaned[name])
                except Refusal as refusal:
                    self.add_error(name, sentence(refusal))
        return cleaned
