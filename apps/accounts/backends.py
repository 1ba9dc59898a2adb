"""Whom a password lets in, and where."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from apps.accounts.choices import Audience


class AudienceBackend(ModelBackend):
    """Django's, for one audience at a time: the back office unless the sign-in page says that it is another's.

    A right password at the wrong page is a failure like any other: it takes as long, counts for
    the lock and says the same.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        audience: str = Audience.OFFICE,
        **kwargs: Any,
    ) -> Any:
        user = super().authenticate(request, username=username, password=password, **kwargs)
        return user if user is not None and user.audience == audience else None
