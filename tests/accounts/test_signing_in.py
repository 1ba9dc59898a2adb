"""Guessing is locked out, and every sign-in is written down, without saying who exists and without a password."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from apps.accounts.choices import Outcome
from apps.accounts.models import SignIn, User
from apps.accounts.signing_in import forget_old_sign_ins
from config.settings import base
from tests.accounts.conftest import PASSWORD
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def sign_in(browser: Client, login: str, username: str, password: str, **headers: Any) -> Any:
    return browser.post(login, {"username": username, "password": password}, **headers)


def fail(browser: Client, login: str, username: str, times: int, **headers: Any) -> list[int]:
    return [sign_in(browser, login, username, f"guess {n}", **headers).status_code for n in range(times)]


def journal() -> list[str]:
    return list(SignIn.objects.order_by("pk").values_list("outcome", flat=True))


# --- The lock


def test_the_fifth_failure_locks_and_the_right_password_no_longer_opens(
    browser: Client, login: str, clerk: User
) -> None:
    assert fail(browser, login, "lea", 5) == [200, 200, 200, 200, 429]
    locked = sign_in(browser, login, "lea", PASSWORD)
    assert locked.status_code == 429
    assert "Réessayez dans 15 minutes" in locked.content.decode()
    assert locked["Retry-After"] == "900"
    assert "_auth_user_id" not in browser.session


def test_a_lock_opens_after_a_quarter_of_an_hour_however_often_one_knocks(
    browser: Client, login: str, clerk: User
) -> None:
    start = timezone.now()
    with travel(start, tick=False) as clock:
        fail(browser, login, "lea", 5)
        clock.shift(timedelta(minutes=14))
        assert sign_in(browser, login, "lea", PASSWORD).status_code == 429
        clock.shift(timedelta(minutes=2))
        assert sign_in(browser, login, "lea", PASSWORD).status_code == 302


def test_four_failures_are_forgotten_by_a_success(browser: Client, login: str, clerk: User) -> None:
    fail(browser, login, "lea", 4)
    assert sign_in(browser, login, "lea", PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()
    browser.logout()
    assert fail(browser, login, "lea", 4) == [200] * 4


def test_a_lock_is_for_one_name_and_one_address(browser: Client, login: str, clerk: User) -> None:
    other = UserFactory(username="paul", password=make_password(PASSWORD))
    fail(browser, login, "lea", 5)
    assert sign_in(browser, login, other.username, PASSWORD).status_code == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.99")
    assert sign_in(elsewhere, login, "lea", PASSWORD).status_code == 302


def test_another_browser_does_not_get_around_the_lock(browser: Client, login: str, clerk: User) -> None:
    fail(browser, login, "lea", 3)
    assert fail(browser, login, "lea", 2, HTTP_USER_AGENT="another") == [200, 429]


def test_nobody_learns_who_exists(browser: Client, login: str) -> None:
    """A name of nobody's is refused and locked as one that is somebody's, and says the same."""
    UserFactory(username="claire.durand", password=make_password(PASSWORD))
    there = [sign_in(browser, login, "claire.durand", f"guess {n}") for n in range(6)]
    nobody = [sign_in(browser, login, "xavier.leroy", f"guess {n}") for n in range(6)]
    assert [page.status_code for page in there] == [page.status_code for page in nobody]
    for known, unknown in zip(there, nobody, strict=True):
        assert said(known, "claire.durand") == said(unknown, "xavier.leroy")


def said(page: Any, username: str) -> str:
    """The page without what differs at each request: the name that was typed, the token of its form, its nonce."""
    text = page.content.decode().replace(username, "…")
    nonce = re.search(r"'nonce-(.+?)'", page["Content-Security-Policy"])
    changing = [str(page.context.get("csrf_token", "")), nonce[1] if nonce else ""]
    for part in filter(None, changing):
        text = text.replace(part, "…")
    return text


def test_an_administrator_lifts_a_lock(browser: Client, login: str, clerk: User) -> None:
    fail(browser, login, "lea", 5)
    boss = Client()
    boss.force_login(UserFactory(is_superuser=True))
    dialog = reverse("admin:accounts_user_lift_lock", args=[clerk.pk])
    assert boss.post(dialog, {"_form_submitted": "1"}).status_code == 302
    assert sign_in(browser, login, "lea", PASSWORD).status_code == 302


def test_somebody_deactivated_does_not_get_in(browser: Client, login: str, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert sign_in(browser, login, "lea", PASSWORD).status_code == 200
    assert journal() == [Outcome.FAILED]


def test_what_is_typed_as_a_name_is_kept_nowhere_unless_somebody_is_called_so(
    browser: Client, login: str, clerk: User
) -> None:
    sign_in(browser, login, "MySecretPassword1", "")
    sign_in(browser, login, "MySecretPassword1", "x")
    attempt = AccessAttempt.objects.get()
    kept = f"{attempt.username} {attempt.post_data} {attempt.get_data} {list(SignIn.objects.values())}"
    assert "MySecretPassword1" not in kept
    assert SignIn.objects.get().username == ""


def test_argon2_hashes_passwords() -> None:
    assert base.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"
    with override_settings(PASSWORD_HASHERS=base.PASSWORD_HASHERS):
        assert make_password(PASSWORD).startswith("argon2$argon2id$")


# --- The journal


def test_a_day_is_written_down(browser: Client, login: str, clerk: User) -> None:
    sign_in(browser, login, "lea", "wrong")
    sign_in(browser, login, "lea", PASSWORD)
    browser.post(reverse("admin:logout"))
    assert journal() == [Outcome.FAILED, Outcome.SUCCESS, Outcome.OUT]
    for entry in SignIn.objects.all():
        assert (entry.user, entry.username, entry.ip) == (clerk, "lea", "192.0.2.7")
        assert entry.browser == "Firefox 145, Linux"


def test_a_lock_is_written_once_however_often_one_knocks(browser: Client, login: str, clerk: User) -> None:
    fail(browser, login, "lea", 9)
    fail(browser, login, "nobody", 9)
    assert journal() == [*[Outcome.FAILED] * 4, Outcome.LOCKED, *[Outcome.FAILED] * 4, Outcome.LOCKED]


def test_a_name_longer_than_any_and_a_null_are_no_error(browser: Client, login: str) -> None:
    assert sign_in(browser, login, "a" * 5000, "x").status_code == 200
    assert sign_in(browser, login, "a\0b", "x").status_code == 200
    assert sign_in(browser, login, "é" * 150, "x", HTTP_USER_AGENT="\x01" * 900).status_code == 200
    assert [(entry.username, entry.browser) for entry in SignIn.objects.order_by("pk")] == [
        ("", "Firefox 145, Linux"),
        ("", ""),
    ]


def test_old_sign_ins_are_forgotten(clerk: User) -> None:
    for days in (settings.SIGN_IN_DAYS + 1, settings.SIGN_IN_DAYS - 1):
        at = timezone.now() - timedelta(days=days)
        SignIn.objects.create(at=at, outcome=Outcome.SUCCESS, user=clerk, username="lea")
    assert forget_old_sign_ins() is True
    assert SignIn.objects.count() == 1
    assert forget_old_sign_ins() is False
