"""A session ends when idle and when long, costs no write at each request, and ends with its password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from time_machine import Traveller, travel

from apps.accounts.choices import Outcome
from apps.accounts.models import SignIn, User
from apps.accounts.sessions import forget_ended_sessions
from apps.jobs.choices import Queue
from apps.jobs.kinds import chores
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def signed_in(browser: Client, clerk: User, clock: Traveller, login: str) -> Client:
    browser.post(login, {"username": "lea", "password": PASSWORD})
    assert works(browser)
    return browser


def works(browser: Client) -> bool:
    return browser.get(reverse("admin:password_change")).status_code == 200


def test_an_idle_session_ends_and_says_so(signed_in: Client, clock: Traveller) -> None:
    clock.shift(timedelta(hours=1, minutes=59))
    assert works(signed_in)
    clock.shift(timedelta(hours=2))
    page = signed_in.get(reverse("admin:password_change"), follow=True)
    assert page.redirect_chain[0][0].startswith(reverse("admin:login"))
    assert "Votre session est terminée." in page.content.decode()
    assert SignIn.objects.latest("pk").outcome == Outcome.EXPIRED


def test_a_busy_session_ends_after_twelve_hours(signed_in: Client, clock: Traveller) -> None:
    for _quarter in range(47):
        clock.shift(timedelta(minutes=15))
        assert works(signed_in)
    clock.shift(timedelta(minutes=15))
    assert not works(signed_in)


def test_the_limits_are_settings(signed_in: Client, clock: Traveller, settings: Any) -> None:
    settings.SESSION_IDLE = timedelta(minutes=10)
    clock.shift(timedelta(minutes=9))
    assert works(signed_in)
    clock.shift(timedelta(minutes=9))
    assert works(signed_in)  # seen nine minutes ago, as was written then
    clock.shift(timedelta(minutes=10))
    assert not works(signed_in)


def writes(browser: Client) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert works(browser)
    return [query["sql"] for query in queries if "SELECT" not in query["sql"][:8] and "django_session" in query["sql"]]


def test_a_page_writes_the_session_once_in_a_while_only(signed_in: Client, clock: Traveller) -> None:
    clock.shift(timedelta(minutes=4))
    assert writes(signed_in) == []
    clock.shift(timedelta(minutes=2))
    assert len([sql for sql in writes(signed_in) if sql.startswith("UPDATE")]) == 1
    assert writes(signed_in) == []


def test_a_session_of_before_there_were_limits_gets_them(signed_in: Client, clock: Traveller) -> None:
    session = signed_in.session
    del session["seen_at"], session["signed_in_at"]
    session.save()
    clock.shift(timedelta(hours=1))
    assert works(signed_in)
    clock.shift(timedelta(hours=2))
    assert not works(signed_in)


def test_ended_sessions_are_forgotten(signed_in: Client, clock: Traveller) -> None:
    forget_ended_sessions()
    assert Session.objects.count() == 1
    clock.shift(timedelta(hours=13))
    forget_ended_sessions()
    assert not Session.objects.exists()


def test_workers_forget_what_is_old() -> None:
    codes = {chore.code for chore in chores(frozenset({Queue.DEFAULT}))}
    assert {"accounts.sessions", "accounts.sign_ins"} <= codes


def test_a_changed_password_ends_the_other_sessions(signed_in: Client, clerk: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(clerk)
    new = "another pass phrase"
    answers = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert signed_in.post(reverse("admin:password_change"), answers).status_code == 302
    assert works(signed_in)
    assert not works(elsewhere)


def test_who_is_deactivated_is_out_at_once(signed_in: Client, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert not works(signed_in)


def test_the_cookie_is_for_the_server_alone(signed_in: Client) -> None:
    cookie = signed_in.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 12 * 3600


def test_production_sends_cookies_over_tls_only_and_stands_behind_one_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 50)
    monkeypatch.setenv("ALLOWED_HOSTS", "ism.example")
    from config.settings import prod

    assert (prod.SESSION_COOKIE_SECURE, prod.CSRF_COOKIE_SECURE, prod.TRUSTED_PROXIES) == (True, True, 1)
