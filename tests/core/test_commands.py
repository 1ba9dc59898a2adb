"""Every command of ours speaks to a person or to a script, and tells by its exit code what happened."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.core.commands import REFUSED, Report, ReportCommand, readable_file
from apps.core.exceptions import DomainError


def run(report: Callable[[], Report], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command that makes ``report``."""

    class Command(ReportCommand):
        def report(self, **options: Any) -> Report:
            return report()

    out, err = StringIO(), StringIO()
    try:
        call_command(Command(), *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def done() -> Report:
    return Report(lines=["3 rated"], data={"rated": 3, "amount": Decimal("1.50"), "on": date(2026, 10, 31), "à": "é"})


def refused() -> Report:
    raise DomainError("The file was loaded yesterday.", reasons=["by Anne"])


def half_done() -> Report:
    return Report(lines=["1 invoice"], data={"invoices": 1}, refusals=["C2 has no address"])


def test_a_report_is_for_a_person_by_default() -> None:
    assert run(done) == (0, "3 rated\n", "")


def test_json_is_one_object_on_stdout_with_exact_amounts() -> None:
    code, out, err = run(done, "--json")
    assert json.loads(out) == {"rated": 3, "amount": "1.50", "on": "2026-10-31", "à": "é"}
    assert "é" in out
    assert (code, out.count("\n"), err) == (0, 1, "")


def test_a_refusal_ends_with_code_1_and_its_reasons_on_stderr() -> None:
    assert run(refused) == (REFUSED, "", "The file was loaded yesterday.\nby Anne\n")


def test_a_refusal_in_json_is_an_object_too() -> None:
    code, out, err = run(refused, "--json")
    assert (code, err) == (REFUSED, "")
    assert json.loads(out) == {"errors": [{"reason": "The file was loaded yesterday."}, {"reason": "by Anne"}]}


def test_what_was_done_is_told_beside_what_was_refused() -> None:
    assert run(half_done) == (REFUSED, "1 invoice\n", "C2 has no address\n")
    code, out, _ = run(half_done, "--json")
    assert (code, json.loads(out)) == (REFUSED, {"invoices": 1, "errors": [{"reason": "C2 has no address"}]})


def test_a_bug_is_not_dressed_up_as_a_refusal() -> None:
    def broken() -> Report:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(broken, "--json")


def test_a_file_that_cannot_be_read_is_a_wrong_usage(tmp_path: Path) -> None:
    there = tmp_path / "sims.csv"
    there.write_text("ICCID\n")
    assert readable_file(str(there)) == there
    for wrong in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(argparse.ArgumentTypeError, match=wrong.name):
            readable_file(str(wrong))
