"""The page «Comparer deux versions» of the invoice template."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.differences import differences
from apps.documents.dialogs import rate_text
from apps.documents.models import InvoiceLayout

#: What a version says, in the order of its page.
TEXTS = ("footer", "penalties", "recovery_indemnity", "early_payment", "source")
VALUES = ("penalty_rate", "vat_on_debits", "standard_vat_rate")


class VersionsForm(forms.Form):
    """Which two."""

    old = forms.ModelChoiceField(
        label=gettext_lazy("From version"), queryset=InvoiceLayout.objects.none(), widget=UnfoldAdminSelectWidget
    )
    new = forms.ModelChoiceField(
        label=gettext_lazy("To version"), queryset=InvoiceLayout.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.to_field_name = "version"  # type: ignore[attr-defined]
            field.queryset = InvoiceLayout.objects.defer("html")  # type: ignore[attr-defined]
            field.empty_label = None  # type: ignore[attr-defined]


def link_of(layout: InvoiceLayout) -> str:
    """From a line of the list to what that version changed."""
    if layout.version == 1:
        return ""
    address = f"{reverse('admin:documents_invoicelayout_compare')}?old={layout.version - 1}&new={layout.version}"
    return format_html('<a href="{}" class="text-link underline">{}</a>', address, _("See the differences"))


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    asked = {"old", "new"} <= request.GET.keys()
    form = VersionsForm(request.GET) if asked else VersionsForm()
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Compare two versions"),
        "content_title": _("Compare two versions"),
        "model_admin": model_admin,
        "media": model_admin.media,
        "opts": model_admin.opts,
        "form": form,
    }
    if asked and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        context |= {"values": _values(old, new), "texts": _texts(old, new), "old": old, "new": new}
    return TemplateResponse(request, "documents/comparison.html", context)


def _label(name: str) -> str:
    if name == "source":
        return _("Layout (HTML)")
    return str(label_for_field(name, InvoiceLayout))


def _texts(old: InvoiceLayout, new: InvoiceLayout) -> list[tuple[str, list[Any]]]:
    """The texts that differ, each with its differing lines."""
    compared = [(_label(name), differences(getattr(old, name), getattr(new, name))) for name in TEXTS]
    return [(label, rows) for label, rows in compared if rows]


def _values(old: InvoiceLayout, new: InvoiceLayout) -> list[tuple[str, str, str]]:
    shown = [(_label(name), *(_shown(name, getattr(one, name)) for one in (old, new))) for name in VALUES]
    return [(label, before, after) for label, before, after in shown if before != after]


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return rate_text(value)
