"""What the editor of a template asks while one writes: a preview, real objects for it, a test; and two versions."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.differences import differences
from apps.core.exceptions import DomainError
from apps.messaging.events import Event, Texts, event, events
from apps.messaging.exceptions import TextsRefused
from apps.messaging.in_force import latest_of, texts_of
from apps.messaging.models import EmailTemplate, EmailTemplateVersion
from apps.messaging.placeholders import documented, placeholders_of
from apps.messaging.services import templates as services
from apps.messaging.template_forms import TextsForm

#: Real objects that are offered at once.
OFFERED = 20
_CLICK = re.compile(r"[\w-]{1,40}")
#: What may be written besides placeholders, and what it does.
SYNTAX = (
    ("{% if … %}…{% else %}…{% endif %}", gettext_lazy("shown only if it is filled in, or true")),
    ("{% for element in … %}…{% endfor %}", gettext_lazy("repeated for each element of a list")),
    ("{{ …|date }}", gettext_lazy("a day: 31/10/2026")),
    ("{{ …|longdate }}", gettext_lazy("a day in words: 31 octobre 2026")),
    ("{{ …|euros }}", gettext_lazy("an amount with its sign")),
    ("{{ …|percent }}", gettext_lazy("a rate")),
    ("{{ …|number }}", gettext_lazy("a telephone number in groups")),
    ('{{ …|default:"–" }}', gettext_lazy("something else where it is empty")),
    ("{{ …|upper }}", gettext_lazy("in capitals")),
    ("{% comment %}…{% endcomment %}", gettext_lazy("a remark that nobody gets")),
)


def beside(request: HttpRequest, template: EmailTemplate, *, may_write: bool) -> dict[str, Any]:
    """The context of ``messaging/template_beside.html``."""
    known = event(template.event)
    titles = {placeholder.name: str(placeholder.meaning) for placeholder in placeholders_of(known)}
    groups = groupby(documented(known), key=lambda one: one.group)
    return {
        "event": known,
        "may_write": may_write,
        "insert_into": "id_html",
        "placeholder_groups": [(titles[group], list(members)) for group, members in groups],
        "syntax": SYNTAX,
        "syntax_at": "{% … %}",
        "has_samples": known.samples is not None and may_write,
        "preview_address": reverse("admin:messaging_emailtemplate_preview", args=[template.pk]),
        "samples_address": reverse("admin:messaging_emailtemplate_samples", args=[template.pk]),
        "test_address": reverse("admin:messaging_emailtemplate_test", args=[template.pk]),
    }


def found(model_admin: Any, request: HttpRequest, object_id: str, *, writes: bool) -> tuple[EmailTemplate, Event]:
    """The template and its event, for whoever may; 404 for one whose event no app knows any more."""
    allowed = model_admin.has_change_permission if writes else model_admin.has_view_permission
    if not allowed(request):
        raise PermissionDenied
    template = model_admin.get_object(request, object_id)
    if template is None or template.event not in events():
        raise Http404
    return template, event(template.event)


def preview(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """By POST the mail of what is typed, on a real object; by GET that of the version in force, on the example."""
    is_typed = request.method == "POST"
    template, known = found(model_admin, request, object_id, writes=is_typed)
    try:
        mail = services.preview(known, _texts(request, template), _sample(request) if is_typed else None)
    except DomainError as refusal:
        return _answer(refused(refusal))
    return _answer({"subject": mail.subject, "text": mail.text, "html": mail.html, "faults": [], "refusal": ""})


def samples(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The real objects that fit a text."""
    _template, known = found(model_admin, request, object_id, writes=True)
    rows = known.samples.search(request.GET.get("q", "").replace("\x00", ""), OFFERED) if known.samples else []
    return _answer({"samples": [{"pk": row.pk, "label": row.label} for row in rows]})


def test(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Send what is typed to whoever asks."""
    template, known = found(model_admin, request, object_id, writes=True)
    click = request.POST.get("click", "")
    try:
        services.send_test(
            event=known,
            texts=_texts(request, template),
            sample_pk=_sample(request),
            template=template,
            actor=request.user,
            click=click if _CLICK.fullmatch(click) else "",
        )
    except DomainError as refusal:
        return _answer(refused(refusal))
    model_admin.log_change(request, template, _("Test sent"))
    address = getattr(request.user, "email", "")
    return _answer({"said": _("A test leaves for %(address)s.") % {"address": address}, "faults": [], "refusal": ""})


def refused(refusal: DomainError) -> dict[str, Any]:
    faults = refusal.faults if isinstance(refusal, TextsRefused) else ()
    shown = [{"field": f"id_{one.field}", "line": one.line, "said": str(one)} for one in faults]
    sentence = " ".join([str(refusal), *(() if faults else refusal.reasons)])
    return {"faults": shown, "refusal": sentence}


def _texts(request: HttpRequest, template: EmailTemplate) -> Texts:
    if request.method != "POST":
        latest = latest_of(template)
        return texts_of(latest) if latest else event(template.event).shipped
    form = TextsForm(request.POST, instance=template)
    form.is_valid()
    cleaned = form.cleaned_data
    return Texts(*(cleaned.get(name, "") for name in ("subject", "text", "html")))


def _sample(request: HttpRequest) -> int | None:
    chosen = request.POST.get("sample", "")
    return int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else None


def _answer(content: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(content)
    add_never_cache_headers(response)
    return response


# --- Two versions


class VersionsForm(forms.Form):
    """Which two."""

    old: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("From version"), queryset=None, widget=UnfoldAdminSelectWidget, empty_label=None
    )
    new: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("To version"), queryset=None, widget=UnfoldAdminSelectWidget, empty_label=None
    )

    def __init__(self, data: Any, *, template: EmailTemplate) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.to_field_name = "number"  # type: ignore[attr-defined]
            field.queryset = EmailTemplateVersion.objects.filter(template=template)  # type: ignore[attr-defined]


def compare(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    template = model_admin.get_object(request, object_id)
    if template is None:
        raise Http404
    asked = {"old", "new"} <= request.GET.keys()
    latest = latest_of(template)
    newest = latest.number if latest else 1
    form = VersionsForm(request.GET if asked else {"old": max(newest - 1, 1), "new": newest}, template=template)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Compare two versions"),
        "content_title": _("Compare two versions"),
        "model_admin": model_admin,
        "media": model_admin.media,
        "opts": model_admin.opts,
        "original": template,
        "form": form,
    }
    if form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        context |= {"old": old, "new": new, "texts": _compared(old, new)}
    request.screen = model_admin.screen  # type: ignore[attr-defined]
    return TemplateResponse(request, "messaging/template_comparison.html", context)


def _compared(old: EmailTemplateVersion, new: EmailTemplateVersion) -> list[tuple[str, list[Any]]]:
    labels = {"subject": _("Subject"), "html": _("Text in HTML"), "text": _("Plain text")}
    compared = [(label, differences(getattr(old, name), getattr(new, name))) for name, label in labels.items()]
    return [(label, rows) for label, rows in compared if rows]
