"""The headers that depend on the page, and those that Django has no setting for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from csp.constants import NONE, SELF, UNSAFE_EVAL
from django.conf import settings
from django.http import HttpRequest, HttpResponse

BACK_OFFICE: Final = "/admin/"
CUSTOMER_SPACE: Final = "/espace-client/"
# Its pages hold no style, no picture of their own and no frame (docs/adr/0015), so none is let in.
OF_THE_CUSTOMER_SPACE: Final = {"style-src": [SELF], "img-src": [SELF], "frame-src": [NONE]}
# None of these is asked of anybody's browser, so no script that slipped in may ask for one.
PERMISSIONS_POLICY: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class PageHeaders:
    """Stands between django-csp, which writes the policy, and whatever makes the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(BACK_OFFICE):
            # Unfold's menus are written as expressions in attributes, which Alpine evaluates.
            response._csp_update = {"script-src": [UNSAFE_EVAL]}  # type: ignore[attr-defined]
        if request.path_info.startswith(CUSTOMER_SPACE):
            response._csp_replace = OF_THE_CUSTOMER_SPACE  # type: ignore[attr-defined]
        if response.get("X-Frame-Options") == "SAMEORIGIN":
            # Browsers that know the policy do not read the older header.
            response._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # The back button of a shared computer shows nobody's invoices after they have left.
            response.setdefault("Cache-Control", "no-store, private")
        return response
