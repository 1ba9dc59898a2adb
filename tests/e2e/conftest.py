"""A browser in Paris, whoever is wanted in front of it, and the workers behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from apps.accounts.models import User
from apps.core.processes import this_process
from apps.core.roles import Role
from apps.jobs.choices import Queue
from apps.jobs.models import Worker
from tests.factories import UserFactory

PASSWORD = "a long pass phrase"
# A machine that does ten things at once is slow without being wrong.
PATIENCE = 30_000  # milliseconds

Works = Callable[[], subprocess.Popen[bytes]]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser(chromium: str, django_db_setup: None) -> Iterator[Browser]:
    """Chromium, started once for the tests of a file."""
    # Playwright keeps an event loop in this thread, in which Django would refuse to query.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            yield browser
            browser.close()
            # The event loop has given this thread another connection than pytest's, which would outlive the database.
            connection.close()


@pytest.fixture
def window(browser: Browser, live_server: Any) -> Iterator[Callable[..., BrowserContext]]:
    """Opens windows that share nothing; the test fails if a page's script broke or was forbidden in one of them."""
    opened: list[BrowserContext] = []
    broken: list[str] = []

    def opened_window(*, is_watched: bool = True, **options: Any) -> BrowserContext:
        context = browser.new_context(
            **{
                "base_url": live_server.url,
                "locale": "fr-FR",
                "timezone_id": "Europe/Paris",
                "viewport": {"width": 1440, "height": 900},
                **options,
            }
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        if not is_watched:
            return context
        context.on(
            "weberror", lambda error: broken.append(f"{error.page.url if error.page else ''}: {error.error.stack}")
        )
        context.on("console", lambda said: broken.append(said.text) if is_forbidden(said.text) else None)
        return context

    yield opened_window
    for context in opened:
        context.close()
    assert broken == []


def is_forbidden(said: str) -> bool:
    """Whether the console says that the page's policy kept something from running or loading."""
    return "Content Security Policy" in said or "Permissions policy" in said


def somebody(role: Role | None, **fields: Any) -> User:
    """A member of staff who can sign in with PASSWORD; without a role, a superuser."""
    user: User = UserFactory(is_superuser=role is None, **fields)
    user.set_password(PASSWORD)
    user.save()
    if role is not None:
        user.groups.add(Group.objects.get(name=role.value))
    return user


def sign_in_on(page: Page, username: str, password: str = PASSWORD) -> None:
    """By the page for it, as people do."""
    page.goto("/admin/login/?next=/admin/")
    fill_in(page, username, password)


def fill_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """The page for it, wherever it leads to afterwards."""
    page.get_by_label("Nom d’utilisateur").fill(username)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Connexion").click()


@pytest.fixture
def page_of(window: Callable[..., BrowserContext], live_server: Any) -> Callable[..., Page]:
    """A page of somebody of a role (None: a superuser) who is signed in."""

    def opened(role: Role | None, **options: Any) -> Page:
        # Not by the page for it, which has tests of its own.
        client = Client()
        client.force_login(somebody(role, username="camille" if role is None else role.name.lower()))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context = window(**options)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    return opened


@pytest.fixture
def page(page_of: Callable[..., Page]) -> Page:
    """The home page of a superuser."""
    page = page_of(None)
    page.goto("/admin/")
    return page


def a_busy_worker() -> None:
    """One that is there for all queues, and has something else to do."""
    Worker.objects.create(holder=this_process(), queues=Queue.values, seen_at=timezone.now())


@pytest.fixture
def works(live_server: Any) -> Iterator[Works]:
    """Starts a worker on the test's database and files; whatever lives at the end is killed."""
    processes: list[subprocess.Popen[bytes]] = []

    def started() -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
        # One process for all queues, which ends with this one; its clock is that of the test.
        command = [sys.executable, "-m", "tests.e2e.working", timezone.now().isoformat(), "work", "--child"]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.wait()
