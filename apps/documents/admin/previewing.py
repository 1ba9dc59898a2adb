"""What stands beside the form of the invoice template: a PDF of what is typed, and the placeholders."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import localdate

from apps.core.exceptions import DomainError
from apps.documents import placeholders, services
from apps.documents.layout_forms import LayoutForm
from apps.documents.models import InvoiceLayout

#: Names of what the preview asks beside the form.
SHOWN, SEARCHED = "shown", "searched"
RECENT = 10


def beside(request: HttpRequest, layout: InvoiceLayout, *, may_change: bool) -> dict[str, Any]:
    """The context of ``documents/layout_beside.html``."""
    return {
        "may_write": may_change,
        "preview_address": reverse("admin:documents_invoicelayout_preview", args=[layout.pk]),
        "samples_address": reverse("admin:documents_invoicelayout_samples"),
        "insert_into": "id_html",
        "placeholder_groups": [
            (group, list(members))
            for group, members in groupby(placeholders.documented_layout(), key=lambda one: one.group)
        ],
        "warnings": services.layout_warnings(services.LayoutValues.of(layout), today=localdate()),
        **_choices(request, ""),
    }


def _choices(request: HttpRequest, text: str) -> dict[str, Any]:
    return {
        "samples": services.sample_choices(),
        "real_documents": services.real_choices(text, user=request.user, limit=RECENT),
        "searched": text,
    }


def samples_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The documents that a preview may be of, as options: those that are searched, and the made-up ones."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    context = _choices(request, request.GET.get(SEARCHED, ""))
    response = TemplateResponse(request, "documents/layout_samples.html", context)
    add_never_cache_headers(response)
    return response


def preview_page(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """A PDF for the frame beside the form: by GET of a version, by POST of what is typed. Writes nothing."""
    layout = model_admin.get_object(request, object_id)
    is_typed = request.method == "POST"
    allowed = model_admin.has_change_permission if is_typed else model_admin.has_view_permission
    if not allowed(request):
        raise PermissionDenied
    if layout is None:
        raise Http404
    asked = request.POST if is_typed else request.GET
    values = services.LayoutValues.of(layout)
    form = LayoutForm(request.POST, instance=layout) if is_typed else None
    if form is not None:
        if not form.is_valid():
            told = [(form.fields[name].label, error) for name, some in form.errors.items() for error in some]
            return _refused(request, told)
        values = form.values
    key = asked.get(SHOWN) or next((one.key for one in services.sample_choices()), "")
    try:
        pdf = services.preview_layout(values=values, key=key, user=request.user, today=localdate())
    except services.LayoutRefused as refusal:
        return _refused(request, [(_name(fault), fault.reason) for fault in refusal.faults])
    except DomainError as refusal:
        return _refused(request, [("", str(refusal)), *(("", reason) for reason in refusal.reasons)])
    response = HttpResponse(pdf, "application/pdf", headers={"Content-Disposition": 'inline; filename="apercu.pdf"'})
    add_never_cache_headers(response)
    return response


def _name(fault: services.LayoutFault) -> str:
    label = LayoutForm.base_fields[fault.field].label if fault.field in LayoutForm.base_fields else ""
    return f"{label} ({fault.line})" if fault.line else str(label)


def _refused(request: HttpRequest, faults: list[tuple[Any, Any]]) -> HttpResponse:
    """Why there is no PDF, as a page for the same frame."""
    response = TemplateResponse(request, "documents/preview_refused.html", {"faults": faults}, status=422)
    add_never_cache_headers(response)
    return response
