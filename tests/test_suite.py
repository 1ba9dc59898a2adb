"""The ground that every other test stands on: which database, whose files, and that guards come back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from apps.core import guards

ROOT = Path(__file__).parent.parent


@pytest.mark.django_db
def test_sqlite_is_a_file_of_this_run_with_a_write_ahead_log(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()
    assert mode == ("wal",)
    assert Path(connection.settings_dict["NAME"]).parent == tmp_path_factory.getbasetemp()


@pytest.mark.django_db
def test_a_process_of_its_own_finds_the_test_database_and_files() -> None:
    script = (
        "import django; django.setup(); from django.conf import settings;"
        "print(settings.DATABASES['default']['NAME']); print(settings.PRIVATE_ROOT)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    run = [sys.executable, "-c", script]
    seen = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert seen.stdout.splitlines() == [str(connection.settings_dict["NAME"]), str(settings.PRIVATE_ROOT)]


def test_a_test_that_asks_for_no_database_is_refused_a_query() -> None:
    """So PostgreSQL's run leaves such tests out: nothing in them can depend on the database."""
    with pytest.raises(RuntimeError, match="Database access not allowed"), connection.cursor():
        pass


def test_private_files_start_empty() -> None:
    assert list(settings.PRIVATE_ROOT.iterdir()) == []
    (settings.PRIVATE_ROOT / "left-behind").touch()


def test_private_files_of_the_test_before_are_gone() -> None:
    assert list(settings.PRIVATE_ROOT.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_guards_stand_again_once_the_tables_have_been_emptied() -> None:
    guards.lift(connection)
    assert guards.missing(connection) != []
    call_command("flush", interactive=False, verbosity=0)
    assert guards.missing(connection) == []
