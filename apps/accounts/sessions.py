"""How long somebody stays signed in: until idle for ``SESSION_IDLE``, and never longer than ``SESSION_LONGEST``.

Both are kept in the session: when it began, and when it was last seen. «Last seen» is written once in a while, not at
every request, so that a page costs no write; a session thus ends up to that much early, never late.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import Outcome
from apps.accounts.signing_in import ENDED_BY

BEGAN, SEEN = "signed_in_at", "seen_at"
#: How often «last seen» is written, at most: every so many minutes, or a tenth of the idle time where that is less.
REFRESH: Final = timedelta(minutes=5)


def begin(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Start the clock of a session. Receiver of ``user_logged_in``."""
    request.session[BEGAN] = request.session[SEEN] = _now()


def forget_ended_sessions() -> bool:
    """Delete the rows of sessions that are over. Nothing is left to do at once."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return False


class SessionLimits:
    """Ends what has lasted too long, before anything is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._limit(request)
        return self.get_response(request)

    def _limit(self, request: HttpRequest) -> None:
        session, now = request.session, _now()
        began, seen = session.get(BEGAN), session.get(SEEN)
        if began is None or seen is None:
            begin(self, request)  # of before there were limits
            return
        idle, longest = settings.SESSION_IDLE.total_seconds(), settings.SESSION_LONGEST.total_seconds()
        if now - seen >= idle or now - began >= longest:
            setattr(request, ENDED_BY, Outcome.EXPIRED)
            logout(request)
            messages.info(request, _("Your session has ended. Please sign in again."))
        elif now - seen >= min(REFRESH.total_seconds(), idle / 10):
            session[SEEN] = now


def _now() -> float:
    return timezone.now().timestamp()
