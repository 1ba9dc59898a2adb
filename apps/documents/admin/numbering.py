"""«Numérotation»: the pattern of both series, changed in a dialog that says which numbers come next."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.enums import ActionVariant

from apps.core.admin import HistoryModelAdmin, ReadOnly, ServiceDialog, count
from apps.core.exceptions import DomainError
from apps.documents import dialogs, services
from apps.documents.forms import NumberingForm
from apps.documents.models import NumberSeries


@admin.register(NumberSeries)
class NumberSeriesAdmin(ReadOnly, HistoryModelAdmin):
    """Two rows that only numbering itself writes; their pattern is changed by a dialog."""

    screen = _("Numbering")
    list_display = ("kind", "following", "pattern", "reset", count(NumberSeries.position), "last_date")
    list_display_links = ("kind",)
    sortable_by = ()
    ordering = ("-kind",)  # invoices first
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "following"),
                    ("pattern", "reset"),
                    (count(NumberSeries.position), "last_date"),
                )
            },
        ),
    )
    actions_detail = ("change_numbering",)

    change_numbering = ServiceDialog(
        title=_("Change the numbering"),
        description=_("For the documents to come. Numbers that have been given stay as they are."),
        permission="documents.change_numberseries",
        form=NumberingForm,
        preview=dialogs.preview_numbering,
        service=dialogs.change_numbering,
        done=_("The documents to come are numbered like this."),
        icon="tag",
        variant=ActionVariant.PRIMARY,
    )

    class Media:
        css = {"all": ["core/template_editor.css", "documents/documents.css"]}
        js = ("core/template_editor.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.next_view)
        return [path("<path:object_id>/next/", view, name="documents_numberseries_next"), *super().get_urls()]

    @method_decorator(require_safe)
    def next_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a pattern gives while it is being typed, or what is wrong with it."""
        if not request.user.has_perm("documents.change_numberseries"):
            raise PermissionDenied
        series = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if series is None:
            return HttpResponse(status=404)
        try:
            context["numbers"] = services.preview_series(
                series=series,
                pattern=request.GET.get("pattern", series.pattern),
                reset=request.GET.get("reset", series.reset),
                today=localdate(),
            )
        except DomainError as refusal:
            context["refusal"] = refusal
        response = TemplateResponse(request, "documents/next_numbers.html", context)
        add_never_cache_headers(response)
        return response

    @admin.display(description=_("next numbers"))
    def following(self, series: NumberSeries) -> str:
        return dialogs.following_text(series)
