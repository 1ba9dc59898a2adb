"""What a page shows around its form: links in its header, and panels behind their own tabs.

A panel is declared by the page's ModelAdmin (``panels``) or contributed by a higher app to the slot
``<app>.<model>.panels`` (:mod:`apps.core.slots`): the page of a line shows invoices that a line knows nothing of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise, cached_property
from django.utils.safestring import SafeString
from django.utils.translation import pgettext
from unfold.enums import ActionVariant

from apps.core.slots import Panel, contributions


@dataclass(frozen=True, kw_only=True)
class Link:
    """A button of a page's header that leads somewhere, shown to holders of ``permission``, ``when`` the row allows."""

    title: str | Promise
    url: Callable[[Any], str]
    permission: str
    icon: str | None = None
    new_tab: bool = False
    when: Callable[[Any], bool] = lambda row: True

    def as_action(self, row: Any) -> dict[str, Any]:
        """The shape in which unfold's header takes its buttons."""
        return {
            "title": self.title,
            "icon": self.icon,
            "variant": ActionVariant.DEFAULT,
            "attrs": {"target": "_blank"} if self.new_tab else {},
            "dialog": None,
            "path": self.url(row),
        }


def folded(actions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons of a header as one menu, which the product's outline calls «Action»; none where there is nothing."""
    items = [item for action in actions for item in action.get("items", [action])]
    menu = {"title": pgettext("menu", "Action"), "variant": ActionVariant.PRIMARY, "items": items}
    return [menu] if items else []


@dataclass
class PanelTab:
    """A panel in the shape of unfold's datasets, which get a tab of their own beside those of the inlines."""

    panel: Panel
    row: Any
    request: HttpRequest

    @property
    def tab(self) -> bool:
        return self.panel.tab

    @property
    def model_name(self) -> str:
        """What the tab is called in addresses: ``…/change/#dataset-periods`` for ``lines/periods.html``."""
        return PurePosixPath(self.panel.template).stem

    @property
    def title(self) -> Any:
        return self.panel.title

    @cached_property
    def contents(self) -> SafeString:
        context = {"panel": self, "row": self.row, **self.panel.context(self.row, self.request)}
        inside = render_to_string(self.panel.template, context, request=self.request)
        if not inside.strip():  # nothing to say: no heading either
            return SafeString("")
        return render_to_string("admin/panel.html", {"panel": self, "inside": inside}, request=self.request)


def tabs(slot: str, declared: Sequence[Panel], row: Any, request: HttpRequest) -> list[PanelTab]:
    """The panels of ``row`` that this user may see, in their order."""
    panels = sorted([*declared, *contributions(slot)], key=lambda panel: panel.order)
    return [PanelTab(panel, row, request) for panel in panels if request.user.has_perm(panel.permission)]
