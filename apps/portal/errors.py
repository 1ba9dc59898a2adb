"""Pages that say no: in the look of the customer space under its addresses, in that of the back office elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import csrf, defaults

from apps.core.headers import CUSTOMER_SPACE
from apps.portal.access import customer_of


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_ours(request):
        return defaults.page_not_found(request, exception)
    return _said(
        request,
        404,
        _("There is nothing here"),
        _("The address is wrong, or what it led to is gone."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_ours(request):
        return defaults.permission_denied(request, exception)
    return _said(request, 403, _("You may not do this"), _("This page is not for your account."))


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that proves that one of our pages sent it."""
    if not _is_ours(request):
        return csrf.csrf_failure(request, reason)
    return _said(
        request,
        403,
        _("This page has expired"),
        _("It was open for too long, or in another session. Open it again and start over: nothing was changed."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database, which may be what is broken."""
    home = CUSTOMER_SPACE if _is_ours(request) else ""
    return HttpResponse(render_to_string("500.html", {"customer_space": home}), status=500)


def _is_ours(request: HttpRequest) -> bool:
    return request.path_info.startswith(CUSTOMER_SPACE)


def _said(request: HttpRequest, status: int, heading: str, explanation: str) -> HttpResponse:
    # The request of an answer that came before anybody was asked who they are has no user.
    customer = customer_of(request) if hasattr(request, "user") else None
    context = {"customer": customer, "heading": heading, "explanation": explanation}
    return render(request, "portal/error.html", context, status=status)
