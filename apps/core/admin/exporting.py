"""The button above a list that takes the whole of it away as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe
from unfold.decorators import action

from apps.core.files import as_download_in_pieces
from apps.core.resources import ListResource
from apps.core.spreadsheets import CSV_TYPE


class ExportButton:
    """Stands before ModelAdmin, which names ``export`` in its ``actions_list``."""

    resource: ClassVar[type[ListResource]]
    export_name: ClassVar[str]
    export_order: ClassVar[Sequence[str]]

    def has_export_permission(self, request: HttpRequest) -> bool:
        opts = self.opts  # type: ignore[attr-defined]
        return bool(request.user.has_perm(f"{opts.app_label}.export_{opts.model_name}"))

    @action(description=pgettext_lazy("button", "Export"), url_path="export", icon="download")  # type: ignore[untyped-decorator]
    @method_decorator(require_safe)
    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The whole list, also what is no longer in use, for a spreadsheet or for another installation."""
        if not (self.has_view_permission(request) and self.has_export_permission(request)):  # type: ignore[attr-defined]
            raise PermissionDenied
        self.before_export(request)
        rows = self.get_queryset(request).order_by(*self.export_order)  # type: ignore[attr-defined]
        name = f"{self.export_name}_{localdate():%Y-%m-%d}.csv"
        return as_download_in_pieces(name, CSV_TYPE, self.resource(today=localdate()).pieces(rows))

    def before_export(self, request: HttpRequest) -> None:
        """What is to be written down of it."""

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        actions: list[Any] = super().get_actions_list(request)  # type: ignore[misc]
        if self.has_export_permission(request):
            return actions
        return [one for one in actions if not one.action_name.endswith("_export")]
