"""The one search box of the back office: its answers, and the site that gives them.

Apps say what can be found by contributing to the slot ``core.search`` (:class:`apps.core.slots.SearchSource`); each
source is asked once, and only for whoever may look at what it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.sites import UnfoldAdminSite

from apps.core.search import SLOT
from apps.core.slots import Found, SearchSource, contributions

#: Of each kind: who has more to choose from types on.
LIMIT: Final = 8
SHORTEST: Final = 3
LONGEST: Final = 100


@dataclass(frozen=True)
class Answers:
    """What one source found, each answer with its place on the page; ``has_more`` where it would have found others."""

    title: Any
    found: list[tuple[int, Found]]
    has_more: bool


def search(request: HttpRequest, text: str) -> list[Answers]:
    """What ``text`` finds, source by source; those that found nothing are left out."""
    sources: list[SearchSource] = contributions(SLOT)
    answers: list[Answers] = []
    place = 1
    for source in sources:
        if not request.user.has_perm(source.permission):
            continue
        found = source.find(request, text, LIMIT + 1)
        if found:
            answers.append(Answers(source.title, list(enumerate(found[:LIMIT], start=place)), len(found) > LIMIT))
            place += len(answers[-1].found)
    return answers


class OfficeSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold ships no types
    """Unfold's site, whose search looks for models by name and keeps what it found for five minutes."""

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Whoever is signed in elsewhere on this server, a customer in its space, is nobody here, and is not named."""
        return super().login(request, {"user": AnonymousUser(), **(extra_context or {})})  # type: ignore[no-any-return]

    @method_decorator(require_safe)
    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        text = " ".join(request.GET.get("s", "").split())[:LONGEST]
        is_short = len(text) < SHORTEST
        answers = [] if is_short else search(request, text)
        context = {"text": text, "is_short": is_short, "shortest": SHORTEST, "answers": answers}
        if "HX-Request" in request.headers:
            return TemplateResponse(request, "unfold/helpers/command_results.html", context)
        found = [one for each in answers for _place, one in each.found]
        if len(found) == 1:
            return redirect(found[0].link)
        context |= {**self.each_context(request), "title": _("Search"), **(extra_context or {})}
        return TemplateResponse(request, "admin/search.html", context)
