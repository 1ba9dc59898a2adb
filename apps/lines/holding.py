"""«Qui avait ce numéro le…»: the page above «Parc mobile» that says who held a number, or a SIM card, on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.admin import DayInput, Link
from apps.core.identifiers import IdentifierRefused, check_iccid, normalise_msisdn
from apps.core.search import typed_digits
from apps.core.wording import sentence
from apps.lines.choices import LineStatus
from apps.lines.models import LineNumber, LineSim
from apps.lines.services import who_held_number, who_held_sim

HELD = "lines.view_line"


class HeldForm(forms.Form):
    """A number or a card, and a day. ``cleaned_data["asked"]`` is (whether it is a card, its digits)."""

    asked = forms.CharField(
        label=gettext_lazy("Number or SIM card (ICCID)"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "06 39 98 00 01", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say which number or card is looked for.")},
    )
    on = forms.DateField(
        label=gettext_lazy("On which day"),
        widget=DayInput,
        error_messages={
            "required": gettext_lazy("Say on which day."),
            "invalid": gettext_lazy("This is no date."),
        },
    )

    def clean_asked(self) -> tuple[bool, str]:
        typed = self.cleaned_data["asked"]
        try:
            # No telephone number begins as the cards of the world do.
            if (typed_digits(typed) or "").startswith("89"):
                return True, check_iccid(typed).number
            return False, normalise_msisdn(typed)
        except IdentifierRefused as refused:
            raise ValidationError(sentence(refused), code=refused.code) from None


def periods_held(is_card: bool, digits: str) -> Any:
    """Every period of the number or of the card, in whichever line, the latest first."""
    found = LineSim.objects.filter(sim__iccid=digits) if is_card else LineNumber.objects.filter(msisdn=digits)
    return found.select_related("line__customer").order_by("-start")


def answer(is_card: bool, digits: str, on: date) -> dict[str, Any]:
    """Who held it on the day, None for nobody, and who held it at all."""
    holding = who_held_sim(iccid=digits, day=on) if is_card else who_held_number(msisdn=digits, day=on)
    status = LineStatus(holding.status) if holding and holding.status else None
    return {"holding": holding, "status": status, "periods": periods_held(is_card, digits), "is_card": is_card}


@require_safe
def page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Asked by GET: an address that can be kept and sent. Today until another day is chosen."""
    if not request.user.has_perm(HELD):
        raise PermissionDenied
    asked = "asked" in request.GET
    form = HeldForm(request.GET if asked else None, initial={"on": localdate()})
    found: dict[str, Any] = {}
    if asked and form.is_valid():
        is_card, digits = form.cleaned_data["asked"]
        on = form.cleaned_data["on"]
        found = {"on": on, **answer(is_card, digits, on)}
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Who held this number or this card"),
        "content_title": _("Who held this number or this card"),
        "model_admin": model_admin,
        "media": model_admin.media,
        "form": form,
        "found": found,
    }
    response = TemplateResponse(request, "lines/who_held.html", context)
    add_never_cache_headers(response)
    return response


WHO_HELD = Link(
    title=gettext_lazy("Who held this number…"),
    url=lambda nothing: reverse("admin:lines_line_who_held"),
    permission=HELD,
    icon="history",
)
