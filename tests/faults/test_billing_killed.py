"""``billing_run --issue`` is killed, or started twice at once: the invoices are those of an undisturbed run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest
from django.conf import settings

from tests.factories import IntegratorFactory
from tests.faults.octobers import Told, assert_sound, issued, settle

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS = 12  # three chunks, see tests/faults/dying.py
BILLING = ("billing_run", "--period", "2026-10", "--issue", "--date", "2026-11-02", "--json")
PATIENCE = 120  # seconds

# Each kill falls on what the one before left behind.
WHILE_A_STEP_IS_TAKEN = (
    "1 SELECT .* FROM billing_billingrun",  # nothing is there yet
    "2 INSERT INTO billing_invoiceline",  # drafts without lines, in the second chunk
    "2 UPDATE billing_invoice SET",  # a number given, to be taken back
    "1 INSERT .*INTO billing_invoicedocument",  # a PDF in the store that no row knows
    "1 DELETE FROM billing_invoiceline",  # everything drawn, the run not closed
)
BETWEEN_TWO_STEPS = (
    "1 COMMIT INSERT INTO billing_billingrun",  # a run without a holder
    "2 COMMIT INSERT INTO billing_runitem",  # two chunks of drafts out of three
    "1 COMMIT UPDATE billing_runitem",  # numbers in the database, not yet in the log that must have them
    "1 UPDATE documents_numberseries",  # one chunk numbered, the next at its end
    "3 COMMIT INSERT .*INTO billing_invoicedocument",  # three PDFs drawn
)


@pytest.fixture
def expected() -> Told:
    IntegratorFactory()
    return settle(CUSTOMERS)


def start(*program: str, **environment: str) -> subprocess.Popen[str]:
    """A billing run of its own process, on the test's database and files."""
    inherited = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, *program, *BILLING],
        cwd=settings.BASE_DIR,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def bill_and_die(moment: str) -> None:
    """A drawing worker that did not die with its run would hold its output open, and be waited for in vain."""
    process = start("-m", "tests.faults.dying", DIE_AT=moment)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL, f"lived through {moment}: {out}{err}"


def told_by(process: subprocess.Popen[str]) -> Told:
    """What a run that came to its end says it issued."""
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    told = json.loads(out)
    assert (told["state"], told["errors"]) == ("done", [])
    return [(one["customer"], one["number"], one["gross"]) for one in told["invoices"]]


@pytest.mark.parametrize("kills", [WHILE_A_STEP_IS_TAKEN, BETWEEN_TWO_STEPS], ids=["in a step", "between steps"])
def test_a_run_killed_again_and_again_gives_the_same_invoices(kills: Sequence[str], expected: Told) -> None:
    for moment in kills:
        bill_and_die(moment)
        given = issued()
        assert given == expected[: len(given)], f"after {moment}"
    assert told_by(start("manage.py")) == issued() == expected
    assert_sound(CUSTOMERS)


def test_two_runs_started_at_once_give_the_same_invoices(expected: Told) -> None:
    both = [start("manage.py") for _ in range(2)]
    assert [told_by(process) for process in both] == [expected, expected]
    assert issued() == expected
    assert_sound(CUSTOMERS)
