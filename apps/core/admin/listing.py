"""Buttons above a list that lead to other lists about the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from apps.core.admin.panels import Link


class ListLinks:
    """Stands before ModelAdmin. A link of a list is about no row: its ``url`` gets None."""

    list_links: ClassVar[Sequence[Link]] = ()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: Any = super().changelist_view(request, extra_context)  # type: ignore[misc]
        if getattr(response, "context_data", None):
            links = [link.as_action(None) for link in self.list_links if request.user.has_perm(link.permission)]
            response.context_data["actions_list"] = [*response.context_data["actions_list"], *links]
        return response  # type: ignore[no-any-return]
