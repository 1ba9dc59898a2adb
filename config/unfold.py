"""The back office's shell: titles, colours and the side bar, as data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": "ISM",
    "SITE_HEADER": "ISM",
    "SITE_SYMBOL": "sim_card",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": [{"title": _("Back office"), "items": []}]},
}
