"""What the tests of provisioning share: an installation that exchanges files, and the operator's side of it."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.lines.provisioning.exchange import Exchanged, exchange


@dataclass
class Operator:
    """What the operator sees: the folders that it shares with us."""

    root: Path

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in (self.root / "out").glob("*.csv"))

    def asked(self) -> list[dict[str, str]]:
        """Every row of every file, in the order of the files."""
        rows: list[dict[str, str]] = []
        for name in self.names:
            text = (self.root / "out" / name).read_bytes().decode()
            rows += csv.DictReader(text.splitlines(), delimiter=";")
        return rows

    def answer(self, *rows: str, name: str = "REPONSES_1.csv", age: float = 60) -> Path:
        """Leave an answer file of these rows, written so many seconds ago."""
        return self.leave("\r\n".join(["REFERENCE;RESULTAT;MESSAGE", *rows, ""]).encode(), name=name, age=age)

    def leave(self, data: bytes, *, name: str = "REPONSES_1.csv", age: float = 60) -> Path:
        (self.root / "in").mkdir(exist_ok=True)
        path = self.root / "in" / name
        path.write_bytes(data)
        then = (timezone.now() - timedelta(seconds=age)).timestamp()
        os.utime(path, (then, then))
        return path

    def turn(self, now: datetime | None = None) -> Exchanged:
        return exchange(now=now or timezone.now())

    def there(self, folder: str) -> list[str]:
        place = self.root / folder
        return sorted(path.name for path in place.iterdir() if path.is_file()) if place.is_dir() else []


@pytest.fixture
def operator(tmp_path: Path, settings: Any) -> Operator:
    root = tmp_path / "operator"
    root.mkdir()
    settings.PROVISIONING, settings.PROVISIONING_DIR = "file_drop", str(root)
    return Operator(root)
