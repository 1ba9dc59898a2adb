"""Call records on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.lines.models import Line
from apps.tariffs.models import TariffVersion
from apps.usage.models import CdrFile, RatedRecord
from tests.commands import run_command
from tests.factories import LineFactory
from tests.pure.cdr_files import row

pytestmark = pytest.mark.django_db


class TestLoadCdrs:
    def test_reports_all_files_together(self, line: Line, write: Callable[..., Path]) -> None:
        paths = [write(row(), row()), write(row(ID_CDR="A2"), row(TYPE="FAX"), row(ID_CDR="A3", MSISDN="33639989999"))]
        ended = run_command("load_cdrs", *map(str, paths), "--json")
        assert ended.code == 0
        assert json.loads(ended.out) == {
            "files": 2,
            "lines": 5,
            "rated": 2,
            "duplicate": 1,
            "unknown_number": 1,
            "inactive_line": 0,
            "unrated": 0,
            "malformed": 1,
            "amount": "0.122000",
            "cost": "0.175774",
        }

    def test_speaks_to_people_too(self, line: Line, write: Callable[..., Path]) -> None:
        ended = run_command("load_cdrs", str(write(row(), row(), name="octobre.csv")))
        assert (ended.code, ended.err) == (0, "")
        assert "octobre.csv" in ended.out
        assert "0,06" in ended.out

    def test_refuses_a_file_twice_and_loads_the_others(self, line: Line, write: Callable[..., Path]) -> None:
        first, second = write(row(), name="un.csv"), write(row(ID_CDR="A2"))
        run_command("load_cdrs", str(first))
        ended = run_command("load_cdrs", str(first), str(second), "--json")
        report = json.loads(ended.out)
        assert (ended.code, report["files"], report["rated"]) == (1, 1, 1)
        assert "un.csv" in report["errors"][0]["reason"]

    def test_refuses_a_file_that_it_cannot_read(self, db: None, tmp_path: Path) -> None:
        path = tmp_path / "vide.csv"
        path.touch()
        ended = run_command("load_cdrs", str(path))
        assert (ended.code, "vide.csv" in ended.err) == (1, True)


def test_rate_pending(line: Line, version: TariffVersion, write: Callable[..., Path]) -> None:
    run_command("load_cdrs", str(write(row(MSISDN="33639980002"))))
    LineFactory(msisdn="33639980002", tariff=version.tariff)
    ended = run_command("rate_pending", "--json")
    assert (ended.code, json.loads(ended.out)) == (0, {"waiting": 1, "rated": 1, "amount": "0.061000"})


def test_back_out_cdrs(line: Line, write: Callable[..., Path]) -> None:
    run_command("load_cdrs", str(write(row())))
    file = CdrFile.objects.get()
    ended = run_command("back_out_cdrs", str(file.pk), "--json")
    assert (ended.code, json.loads(ended.out)) == (0, {"file_id": file.pk, "file": file.name, "lines": 1})
    assert not RatedRecord.objects.exists()
    assert run_command("back_out_cdrs", str(file.pk)).code == 1
    assert run_command("back_out_cdrs", "999").code == 1
