from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, sync_playwright

from tests.factories import UserFactory


@pytest.fixture
def page(chromium: str, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A browser in Paris, signed in as a superuser; the test fails if a script of the page does."""
    # Playwright keeps an event loop in this thread, in which Django would refuse to query.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = UserFactory(username="camille", is_superuser=True)
    user.set_password("a long pass phrase")
    user.save()
    broken: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(
            base_url=live_server.url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": 1440, "height": 900},
        ).new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto("/admin/")
        page.fill("[name=username]", "camille")
        page.fill("[name=password]", "a long pass phrase")
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/admin/")
        yield page
        browser.close()
        # The event loop has given this thread another connection than pytest's, which would outlive the database.
        connection.close()
    assert broken == []
