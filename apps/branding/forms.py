from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminColorInputWidget, UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from apps.branding import logo
from apps.branding.models import Integrator
from apps.core import identifiers
from apps.core.forms import CheckedModelForm, KeepsOthersChanges
from apps.core.refusals import Refusal
from apps.core.wording import sentence

LOGO_REFUSALS = {
    "too_heavy": _("The file is larger than 2 MB."),
    "too_large": _("The image has too many pixels: at most 4,000 by 4,000."),
    "not_an_image": _("Only PNG and JPEG images are accepted."),
}
# What stands on an invoice or a sign-in page has only so much room there.
MOST_LINES = {"address": 4, "contact": 6, "welcome_message": 12}


def _image(label: Any, help_text: Any) -> forms.FileField:
    widget = UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg"})
    return forms.FileField(label=label, required=False, widget=widget, help_text=help_text)


def _switch(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget)


class IntegratorForm(KeepsOthersChanges, CheckedModelForm):
    """Identity, bank details, senders and images. An image is a new one, made from the pixels of the one sent."""

    checks = {
        "siren": identifiers.check_siren,
        "siret": identifiers.check_siret,
        "vat_number": identifiers.check_vat_number,
        "iban": identifiers.check_iban,
        "bic": identifiers.check_bic,
        "creditor_id": identifiers.check_creditor_id,
    }

    new_logo = _image(_("New logo"), _("PNG or JPEG, at most 2 MB. It shows on this site, on mails and on invoices."))
    without_logo = _switch(_("Remove the logo"))
    new_favicon = _image(_("New icon"), _("PNG or JPEG, square if possible: the small image of the browser’s tabs."))
    without_favicon = _switch(_("Remove the icon"))

    class Meta:
        model = Integrator
        fields = "__all__"
        widgets = {"primary_colour": UnfoldAdminColorInputWidget, "accent_colour": UnfoldAdminColorInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & set(self.declared_fields):
            self.fields[name].show_hidden_initial = False  # what is sent here replaces nothing that was shown
        if "environment_colour" in self.fields:
            self.fields["environment_colour"].required = False  # it colours a badge that may not be there

    def clean_environment_colour(self) -> str:
        return self.cleaned_data["environment_colour"] or self.instance.environment_colour

    def clean_new_logo(self) -> bytes | None:
        return self._made_safe("new_logo", logo.reencode)

    def clean_new_favicon(self) -> bytes | None:
        return self._made_safe("new_favicon", logo.reencode_icon)

    def _made_safe(self, name: str, reencode: Callable[[bytes], bytes]) -> bytes | None:
        uploaded = self.cleaned_data[name]
        if not uploaded:
            return None
        try:
            return reencode(uploaded.read(logo.MAX_BYTES + 1))
        except logo.LogoRefused as refusal:
            raise ValidationError(LOGO_REFUSALS[refusal.code], code=refusal.code) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = self._plain(name, value)
        self._check_bank(cleaned)
        self._check_company(cleaned)
        return cleaned

    def _plain(self, name: str, value: str) -> str:
        """Text without what nobody typed, in no more lines than there is room for."""
        value = "\n".join(line.rstrip() for line in value.splitlines())
        if any(unicodedata.category(sign) == "Cc" and sign != "\n" for sign in value):
            self.add_error(name, gettext("This text holds an invisible control character."))
        most, found = MOST_LINES.get(name, 1), value.count("\n") + 1
        if found > most:
            text = gettext("%(found)d lines, at most %(most)d are allowed.")
            self.add_error(name, text % {"found": found, "most": most})
        return value

    def _check_bank(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("iban") and cleaned.get("bic"):
            try:
                identifiers.check_bank_pair(cleaned["iban"], cleaned["bic"])
            except Refusal as refusal:
                self.add_error("bic", sentence(refusal))

    def _check_company(self, cleaned: dict[str, Any]) -> None:
        """A SIRET is that of an establishment of the company; a French VAT number ends with its SIREN."""
        siren, siret, vat_number = (cleaned.get(name) or "" for name in ("siren", "siret", "vat_number"))
        if siren and siret and not siret.startswith(siren):
            self.add_error("siret", gettext("This SIRET does not begin with the SIREN of the company."))
        if siren and vat_number.startswith("FR") and not vat_number.endswith(siren):
            self.add_error("vat_number", gettext("This VAT number does not end with the SIREN of the company."))

    def save(self, commit: bool = True) -> Any:
        for name, put in (("logo", self.instance.put_logo), ("favicon", self.instance.put_favicon)):
            # Whoever may only look has none of these fields.
            if self.cleaned_data.get(f"new_{name}"):
                put(self.cleaned_data[f"new_{name}"])
            elif self.cleaned_data.get(f"without_{name}"):
                put(None)
        return super().save(commit)
