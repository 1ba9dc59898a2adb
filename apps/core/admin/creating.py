"""Pages on which something new is entered, and the button that leads there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.enums import ActionVariant


class CreateButton:
    """Stands before ModelAdmin: a button above the list that says what is made, and a page that is called like it."""

    #: What the button says, in place of unfold's mute plus sign.
    create: ClassVar[Any]
    show_add_link = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: Any = super().changelist_view(request, extra_context)  # type: ignore[misc]
        if self.has_add_permission(request) and getattr(response, "context_data", None):  # type: ignore[attr-defined]
            opts = self.opts  # type: ignore[attr-defined]
            button = {
                "title": self.create,
                "icon": "add",
                "variant": ActionVariant.PRIMARY,
                "attrs": {},
                "dialog": None,
                "path": reverse(f"admin:{opts.app_label}_{opts.model_name}_add"),
            }
            response.context_data["actions_list"] = [*response.context_data["actions_list"], button]
        return response  # type: ignore[no-any-return]

    def render_change_form(self, request: HttpRequest, *args: Any, add: bool = False, **kwargs: Any) -> HttpResponse:
        response: Any = super().render_change_form(request, *args, add=add, **kwargs)  # type: ignore[misc]
        if add:
            response.context_data["title"] = request.screen = self.create  # type: ignore[attr-defined]
        return response  # type: ignore[no-any-return]
