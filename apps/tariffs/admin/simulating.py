"""The page «Simuler un appel»: one asks by GET, so that an answer has an address that one can send to a colleague."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core import french
from apps.core.exceptions import DomainError
from apps.core.slots import contributions
from apps.tariffs.choices import Direction
from apps.tariffs.explanation import Explanation
from apps.tariffs.forms import SimulationForm
from apps.tariffs.models import Rate
from apps.tariffs.panels import rates_of
from apps.tariffs.simulation import LINES, LineSource, SimulatedLine, simulate_call
from apps.tariffs.wording import begin_text, explanation_text, price_text, steps_text


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if not (model_admin.has_view_permission(request) and request.user.has_perm("tariffs.view_rate")):
        raise PermissionDenied
    asked = "quantity" in request.GET
    chosen = {name: request.GET[name] for name in SimulationForm.base_fields if request.GET.get(name)}
    start = SimulationForm.start(timezone.now(), **chosen)
    form = SimulationForm(request.GET) if asked else SimulationForm(initial=start)
    sources = [one for one in contributions(LINES) if request.user.has_perm(one.permission)]
    if not sources:
        del form.fields["line"]
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Simulate a call"),
        "content_title": _("Simulate a call"),
        "model_admin": model_admin,
        "media": model_admin.media,
        "form": form,
        "zones": Rate.objects.zones(),
    }
    if asked and form.is_valid():
        try:
            context |= _answer(form.cleaned_data, sources)
        except DomainError as refusal:
            context["refusal"] = refusal
    response = TemplateResponse(request, "tariffs/simulation.html", context)
    add_never_cache_headers(response)
    return response


def _answer(answers: dict[str, Any], sources: list[LineSource]) -> dict[str, Any]:
    line = _line(answers, sources)
    kind = answers["kind"]
    explanation = simulate_call(
        tariff=line.tariff if line else answers["tariff"],
        number=answers["number"],
        kind=kind,
        quantity=answers["quantity"],
        incoming=answers["direction"] == Direction.MT,
        origin=answers["zone"],
        at=answers["moment"],
        allowance_left=line.left(kind) if line else answers["allowance_left"],
    )
    return {"line": line, "answer": explanation, "facts": _facts(explanation), "steps": explanation_text(explanation)}


def _line(answers: dict[str, Any], sources: list[LineSource]) -> SimulatedLine | None:
    number = answers.get("line", "").strip()
    if not number:
        return None
    found = (source.find(number, answers["moment"]) for source in sources)
    line = next((one for one in found if one is not None), None)
    if line is None:
        raise DomainError(_("There is no line %(number)s on that day.") % {"number": number})
    return line


def _facts(explanation: Explanation) -> list[tuple[str, str, str]]:
    """What the price comes from: a name, a value, and where it leads to."""
    terms, version = explanation.terms, explanation.version
    if explanation.rule is not None or terms is None:
        return []
    facts = [
        (pgettext("tariff", "Grid"), version.grid, rates_of(version.id)),
        (pgettext("tariff", "Version"), begin_text(version.valid_from), rates_of(version.id)),
        (_("Rate"), terms.destination, reverse("admin:tariffs_rate_change", args=[terms.id])),
        (_("Prefix"), terms.prefix or _("any number"), ""),
        (_("Price"), price_text(terms), ""),
    ]
    if terms.connection_fee:
        facts.append((_("Connection fee"), french.price(terms.connection_fee), ""))
    if explanation.kind == "voice":
        facts.append((_("Counted"), steps_text(terms.first_step, terms.step), ""))
    facts.append((_("From the allowance"), _("yes") if terms.takes_allowance else _("no"), ""))
    return facts
