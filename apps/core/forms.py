"""What our forms have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _

from apps.core.refusals import Refusal
from apps.core.wording import sentence


class WrittenText(forms.CharField):
    """A text of several lines, kept as it was typed but for how browsers end lines."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


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


class KeepsOthersChanges(forms.ModelForm):  # type: ignore[type-arg]
    """A form that writes what was changed in it: what somebody else has changed meanwhile, on the same page, stays.

    Each field goes out with the value that it was shown with. A field that both have changed is refused once, with what
    it says by now; saving again puts the newer in its place.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in [name for name in cleaned if self._has_moved(name)]:
            there = self.stored(name)
            if name not in self.changed_data:
                cleaned[name] = there
            elif cleaned[name] != there:
                bound = self[name]
                posted: Any = self.data.copy()  # type: ignore[attr-defined]  # of a QueryDict, which is not written to
                posted[bound.html_initial_name] = bound.field.prepare_value(self.initial.get(name))
                self.data = posted
                said = {"value": _("nothing") if there in (None, "") else there}
                self.add_error(
                    name,
                    ValidationError(
                        _("Somebody has changed it meanwhile: %(value)s. Save again to put yours in its place."),
                        params=said,
                        code="moved",
                    ),
                )
        return cleaned

    def stored(self, name: str) -> Any:
        """What the database has by now in the place of a field."""
        return getattr(self.instance, name)

    def _has_moved(self, name: str) -> bool:
        """Whether the row has by now something else than the field was shown with."""
        bound = self[name]
        shown = self.data.get(bound.html_initial_name)
        if shown is None:
            return False
        now = bound.field.prepare_value(self.initial.get(name))
        return bool(bound.field.has_changed(_with_plain_ends(now), _with_plain_ends(shown)))


def _with_plain_ends(value: Any) -> Any:
    """A text with the line ends that we keep: browsers post others."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
