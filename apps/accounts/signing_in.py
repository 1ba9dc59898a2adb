"""Signing in: the lock against guessing, and the journal of what happened.

django-axes counts failures per user name and address: after ``LOCKOUT_FAILURES`` the pair is locked for
``LOCKOUT_MINUTES``. A name that nobody bears is locked in the same way, and is told the same.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.accounts.choices import Outcome
from apps.accounts.clients import address_of, browser_of
from apps.accounts.models import SignIn, User
from apps.core.slots import contributions

#: Why a session ended, on the request that ends it: an Outcome. Without it, its user did.
ENDED_BY = "session_ended_by"
#: Slot of functions ``(request, minutes)``: the page of a lock in the look of the site that was asked, or None.
LOCKED_PAGES: Final = "accounts.locked_pages"


# --- The lock


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Under which name failures are counted: the user's, or a digest of what was typed, which may be a password."""
    typed = str((credentials or request.POST).get("username") or "")
    if User.objects.filter(username=typed).exists():
        return typed
    return "?" + salted_hmac("apps.accounts.signing_in", typed, algorithm="sha256").hexdigest()


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page of a locked pair: the same whether the name is somebody's or not."""
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    minutes = int(cool_off.total_seconds() // 60)
    own = filter(None, (shown(request, minutes) for shown in contributions(LOCKED_PAGES)))
    page = next(own, None) or _office_page(request, minutes)
    page["Retry-After"] = str(int(cool_off.total_seconds()))
    return page


def _office_page(request: HttpRequest, minutes: int) -> HttpResponse:
    return render(request, "accounts/locked.html", {**admin.site.each_context(request), "minutes": minutes}, status=429)


# --- The journal


def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    _write(request, Outcome.SUCCESS, user)


def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _write(request, getattr(request, ENDED_BY, Outcome.OUT), user)


def failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A wrong password, or a name that nobody bears."""
    if request is not None and not getattr(request, "axes_locked_out", False):
        _write(request, Outcome.FAILED, _user_called(credentials))


def locked(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Too many failures. Who goes on trying against the lock is not written down again and again."""
    credentials = getattr(request, "axes_credentials", None) or {}
    user = _user_called(credentials)
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    known = SignIn.objects.filter(outcome=Outcome.LOCKED, user=user, ip=address_of(request), at__gt=since)
    if not known.exists():
        _write(request, Outcome.LOCKED, user)


def _user_called(credentials: dict[str, Any]) -> User | None:
    return User.objects.filter(username=credentials.get("username")).first()


def _write(request: HttpRequest, outcome: Outcome, user: User | None) -> None:
    SignIn.objects.create(
        at=timezone.now(),
        outcome=outcome,
        user=user,
        username=user.username if user else "",
        ip=address_of(request),
        browser=browser_of(request),
    )


def forget_old_sign_ins() -> bool:
    """Delete what is older than ``SIGN_IN_DAYS``. Whether there was anything."""
    before = timezone.now() - timedelta(days=settings.SIGN_IN_DAYS)
    deleted, _by_model = SignIn.objects.filter(at__lt=before).delete()
    return bool(deleted)
