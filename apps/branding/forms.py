from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminColorInputWidget, UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from apps.branding import logo
from apps.branding.models import Integrator
from apps.core import identifiers
from apps.core.forms import CheckedModelForm

LOGO_REFUSALS = {
    "too_heavy": _("The file is larger than 2 MB."),
    "too_large": _("The image has too many pixels: at most 4,000 by 4,000."),
    "not_an_image": _("Only PNG and JPEG images are accepted."),
}


class IntegratorForm(CheckedModelForm):
    """Identity, bank details and logo. The logo is a new image made from the pixels of the one that was sent."""

    checks = {
        "siren": identifiers.check_siren,
        "siret": identifiers.check_siret,
        "vat_number": identifiers.check_vat_number,
        "iban": identifiers.check_iban,
        "bic": identifiers.check_bic,
    }

    new_logo = forms.FileField(
        label=_("New logo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_("PNG or JPEG, at most 2 MB. It shows on this site and on invoices."),
    )
    without_logo = forms.BooleanField(label=_("Remove the logo"), required=False, widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = Integrator
        fields = "__all__"
        widgets = {"primary_colour": UnfoldAdminColorInputWidget, "accent_colour": UnfoldAdminColorInputWidget}

    def clean_new_logo(self) -> bytes | None:
        uploaded = self.cleaned_data["new_logo"]
        if not uploaded:
            return None
        try:
            return logo.reencode(uploaded.read(logo.MAX_BYTES + 1))
        except logo.LogoRefused as refusal:
            raise ValidationError(LOGO_REFUSALS[refusal.code], code=refusal.code) from refusal

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_logo"]:
            self.instance.put_logo(self.cleaned_data["new_logo"])
        elif self.cleaned_data["without_logo"]:
            self.instance.put_logo(None)
        return super().save(commit)
