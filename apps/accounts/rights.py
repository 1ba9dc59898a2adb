"""«Qui peut quoi»: what each role may do, read from what the roles hold and written as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.roles import PURPOSES, Role

#: What one may do with rows, in words.
VERBS = {
    "view": pgettext_lazy("right", "look"),
    "add": pgettext_lazy("right", "add"),
    "change": pgettext_lazy("right", "change"),
}


@dataclass(frozen=True)
class Row:
    """One subject, and what each role may do with it, in the order of the roles; empty where nothing."""

    subject: str
    cells: list[str]


@dataclass(frozen=True)
class Section:
    title: str
    rows: list[Row]


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Who may do what"),
        "roles": [(role.value, PURPOSES[role]) for role in Role],
        "sections": list(sections()),
    }
    return TemplateResponse(request, "accounts/rights.html", context)


def sections() -> Iterator[Section]:
    """One section per app that has a screen or something special to allow."""
    held = _held()
    for app in apps.get_app_configs():
        rows = [row for model in app.get_models() for row in _rows(model, held)]
        if rows:
            yield Section(capfirst(str(app.verbose_name)), rows)


def _held() -> dict[Role, set[str]]:
    found: dict[Role, set[str]] = {role: set() for role in Role}
    named = Permission.objects.filter(group__name__in=Role.values)
    for role, app, codename in named.values_list("group__name", "content_type__app_label", "codename"):
        found[Role(role)].add(f"{app}.{codename}")
    return found


def _rows(model: type[Model], held: dict[Role, set[str]]) -> Iterator[Row]:
    opts = model._meta
    if admin.site.is_registered(model) and opts.default_permissions:
        page: Any = admin.site._registry[model]  # of the kit, which names its screens
        screen = page.screen or opts.verbose_name_plural
        codes = {verb: f"{opts.app_label}.{get_permission_codename(verb, opts)}" for verb in VERBS}
        cells = [", ".join(str(VERBS[verb]) for verb in VERBS if codes[verb] in held[role]) for role in Role]
        yield Row(capfirst(str(screen)), cells)
    for codename, title in opts.permissions:
        allowed = [f"{opts.app_label}.{codename}" in held[role] for role in Role]
        yield Row(str(title), [str(_("Yes")) if may else "" for may in allowed])
