"""Databases that a benchmark may fill and forget: a template, and copies of it, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


class SQLite:
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = f"sqlite:///{folder / 'template.sqlite3'}"

    @contextmanager
    def copy(self) -> Iterator[str]:
        path = self.folder / "run.sqlite3"
        shutil.copy(self.folder / "template.sqlite3", path)
        yield f"sqlite:///{path}"
        for rest in self.folder.glob("run.sqlite3*"):
            rest.unlink()

    def forget(self) -> None:
        """Nothing to do: the folder goes."""


class PostgreSQL:
    name = "PostgreSQL"

    def __init__(self) -> None:
        self.prefix = f"bench_{os.getpid()}"
        self.forget()
        self._do(f"CREATE DATABASE {self.prefix}_template")
        self.template = self._url("template")

    @contextmanager
    def copy(self) -> Iterator[str]:
        self._do(f"CREATE DATABASE {self.prefix}_run TEMPLATE {self.prefix}_template")
        yield self._url("run")
        self._do(f"DROP DATABASE {self.prefix}_run")

    def forget(self) -> None:
        for kind in ("run", "template"):
            self._do(f"DROP DATABASE IF EXISTS {self.prefix}_{kind}")

    def _url(self, kind: str) -> str:
        return urlsplit(SERVER)._replace(path=f"/{self.prefix}_{kind}").geturl()

    def _do(self, command: str) -> None:
        with psycopg.connect(SERVER, autocommit=True, connect_timeout=5) as server:
            server.execute(command)  # type: ignore[arg-type]


def on_each(wanted: str | None, measure: Callable[[SQLite | PostgreSQL], None]) -> None:
    """Measure on SQLite and on PostgreSQL, or on the one ``wanted``; a server that does not answer is said."""
    if wanted != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            measure(SQLite(Path(folder)))
    if wanted != "sqlite":
        try:
            server = PostgreSQL()
        except psycopg.OperationalError as error:
            print(f"  PostgreSQL was not measured: {error}")
            return
        try:
            measure(server)
        finally:
            server.forget()
