"""What every test stands on.

The database is a file of its own per worker, on a RAM disk where there is one (an in-memory SQLite lies about
locks), or a PostgreSQL database per worker when TEST_DATABASE_URL names a server. Uploads, documents and the
ledger's log go to a directory per test. What this run could not test is said at its beginning and at its end.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hypothesis
import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import translation

from apps.core import guards
from tests.people import admin as admin
from tests.people import sign_in as sign_in
from tests.people import sign_in_as as sign_in_as

TESTS = Path(__file__).parent
RAM_DISK = Path("/dev/shm")  # noqa: S108
RAM_DISK_NEEDS = 1 << 29  # bytes: some containers have a RAM disk of 64 MB, which a few databases fill

if os.access(RAM_DISK, os.W_OK) and shutil.disk_usage(RAM_DISK).free >= RAM_DISK_NEEDS:
    # Read by pytest when it makes the directory under which everything of a run lies.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(RAM_DISK))

# A machine that does ten things at once is slow without being wrong. In CI hypothesis repeats the same cases.
hypothesis.settings.register_profile("suite", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("suite")


# --- What this machine has


def on_postgresql() -> bool:
    return "postgresql" in django_settings.DATABASES["default"]["ENGINE"]


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def postgresql_is_near() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=1).close()
    except OSError:
        return False
    return True


def what_is_tested() -> list[str]:
    """The database of this run, and what it leaves out."""
    if on_postgresql():
        server = django_settings.DATABASES["default"]
        database = f"PostgreSQL on {server['HOST'] or 'the local socket'}"
    elif postgresql_is_near():
        database = "SQLite. PostgreSQL is NOT tested in this run: make test-postgres"
    else:
        database = "SQLite. PostgreSQL is NOT tested: no server answers on 127.0.0.1:5432"
    return [
        f"database: {database}",
        f"Chromium: {chromium_path() or 'NOT FOUND, no screen is tested in a browser'}",
    ]


def pytest_report_header(config: pytest.Config) -> list[str]:
    return what_is_tested()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("what was tested")
    for line in what_is_tested():
        terminalreporter.line(line)


def pytest_sessionstart(session: pytest.Session) -> None:
    if not on_postgresql() or hasattr(session.config, "workerinput"):
        return
    server = django_settings.DATABASES["default"]
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    try:
        given = {name: server[key] for key, name in names.items() if server[key]}
        psycopg.connect(**given, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        pytest.exit(f"TEST_DATABASE_URL names a PostgreSQL that does not answer: {error}", returncode=4)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case by its bytes' place, not by the bytes: a compressed file holds the time at which it was made."""
    return argname if isinstance(val, bytes) else None


def may_query(item: pytest.Item) -> bool:
    """Whether pytest-django lets this test near the database; it refuses a query to any other."""
    asked = {"db", "transactional_db", "live_server", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or item.get_closest_marker("django_db"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    chromium = chromium_path()
    for item in items:
        for folder in ("e2e", "faults"):
            if item.path.is_relative_to(TESTS / folder):
                item.add_marker(folder)
        if item.get_closest_marker("e2e") and not chromium:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
        if item.get_closest_marker("screens") and on_postgresql():
            item.add_marker(
                pytest.mark.skip(reason="what a screen looks like does not depend on the database: make test")
            )
        if on_postgresql() and not may_query(item):
            item.add_marker(pytest.mark.skip(reason="touches no database: make test"))
        if item.get_closest_marker("postgres") and not on_postgresql():
            item.add_marker(pytest.mark.skip(reason="PostgreSQL only: make test-postgres"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser that Playwright drives."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium on this machine")
    return path


# --- Database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Name the test database after this worker's directory, which no other run on this machine shares."""
    base = tmp_path_factory.getbasetemp()
    if on_postgresql():
        run = "_".join(base.parts[-2:] if base.name.startswith("popen-") else base.parts[-1:])
        name = f"test_ism_{run}".replace("-", "_")
    else:
        name = str(base / "test.sqlite3")
    django_settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name


def database_url(database: dict[str, Any]) -> str:
    """The DATABASE_URL that leads a process of its own to ``database`` (a connection's settings)."""
    if "sqlite3" in database["ENGINE"]:
        return f"sqlite:///{database['NAME']}"
    password = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgres://{quote(database['USER'])}{password}@{database['HOST']}{port}/{database['NAME']}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Commands that tests start as processes of their own find the test database, never a real one."""
    os.environ["DATABASE_URL"] = database_url(connection.settings_dict)


@pytest.fixture(autouse=True)
def frozen_guards_lifted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the tables be emptied after a test that commits: guards of frozen rows would refuse it.

    Emptying ends with post_migrate, which installs the guards again.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not commits and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")  # taken first, so emptied last
    yield
    guards.lift(connection)


# --- Files


@pytest.fixture(autouse=True)
def own_files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """MEDIA_ROOT and PRIVATE_ROOT of this test alone, for it and for the processes it starts.

    Per test and not per worker: the ledger's log lies there, and one that runs ahead of its database rightly
    refuses to issue. Pure tests have no files, and there are many of them.
    """
    if request.path.is_relative_to(TESTS / "pure"):
        yield
        return
    settings, monkeypatch = request.getfixturevalue("settings"), request.getfixturevalue("monkeypatch")
    with tempfile.TemporaryDirectory(dir=tmp_path_factory.getbasetemp(), prefix="files-") as root:
        for name in ("MEDIA_ROOT", "PRIVATE_ROOT"):
            path = Path(root) / name.lower()
            path.mkdir()
            setattr(settings, name, path)
            monkeypatch.setenv(name, str(path))
        yield


# --- Language


@pytest.fixture
def in_english() -> Iterator[None]:
    """For tests that read sentences as the code says them."""
    with translation.override("en"):
        yield
