"""``billing_run --issue`` is killed, or started twice at once: the invoices are those of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import database_url, on_postgresql
from tests.factories import CustomerFactory, IntegratorFactory, LineFactory, PlanFactory, TariffFactory
from tests.faults.dying import COMMIT

CUSTOMERS = 12
KILLS = 10
PATIENCE = 90  # seconds
BILLING = ("billing_run", "--period", "2026-10", "--issue", "--date", "2026-11-02", "--json")

# The tests themselves keep every core busy.
ONE_WORKER = {"PYTHON_CPU_COUNT": "1"}

Invoices = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Site:
    """An installation of its own: a database and a directory, and the commands that run on them."""

    url: str
    root: Path

    @property
    def moments(self) -> list[str]:
        return (self.root / "moments").read_text().splitlines()

    def start(self, *program: str, **more: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
        roots = {"MEDIA_ROOT": str(self.root / "media"), "PRIVATE_ROOT": str(self.root / "private")}
        return subprocess.Popen(
            [sys.executable, *program],
            cwd=settings.BASE_DIR,
            env={
                **inherited,
                **roots,
                "DATABASE_URL": self.url,
                "MOMENTS": str(self.root / "moments"),
                **more,
                **ONE_WORKER,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def killed(self, *, at: int) -> None:
        """Bill, and die at that moment; a drawing worker that did not die with it would hold its output open."""
        process = self.start("-m", "tests.faults.dying", *BILLING, DIE_AT=str(at))
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == -signal.SIGKILL, out + err

    def issued(self, *program: str) -> Invoices:
        """Bill to the end: what the command says it issued."""
        return invoices_told_by(self.start(*(program or ("manage.py",)), *BILLING))

    def verify(self) -> dict[str, Any]:
        """What ``verify_ledger`` says; every invoice must have its PDF."""
        return told_by(self.start("manage.py", "verify_ledger", "--json"))


def told_by(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    told: dict[str, Any] = json.loads(out)
    return told


def invoices_told_by(process: subprocess.Popen[str]) -> Invoices:
    told = told_by(process)
    assert (told["state"], told["errors"]) == ("done", [])
    return [(one["customer"], one["number"], one["gross"]) for one in told["invoices"]]


@contextmanager
def copies(directory: Path, names: Sequence[str]) -> Iterator[list[Site]]:
    """Installations that begin with what the test database holds now, one per name."""
    name = connection.settings_dict["NAME"]
    urls = []
    for copy in names:
        (directory / copy).mkdir(parents=True)
        copied = f"{name}_{copy}" if on_postgresql() else str(directory / copy / "db.sqlite3")
        urls.append((copied, database_url({**connection.settings_dict, "NAME": copied})))
    connection.close()  # a template has no guests; the last one to leave a SQLite file empties its journal
    try:
        for copied, _url in urls:
            if on_postgresql():
                maintain(f'CREATE DATABASE "{copied}" TEMPLATE "{name}"')
            else:
                shutil.copyfile(name, copied)
        yield [Site(url, directory / copy) for copy, (_copied, url) in zip(names, urls, strict=True)]
    finally:
        for copied, _url in urls:
            if on_postgresql():
                maintain(f'DROP DATABASE IF EXISTS "{copied}" WITH (FORCE)')
        shutil.rmtree(directory)


def maintain(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def reseller(transactional_db: None) -> Invoices:
    """Customers of one line each, at 11, 12, 13… euros a month, and the invoices that October must give them."""
    IntegratorFactory()
    plan, tariff, expected = PlanFactory(), TariffFactory(), []
    for n in range(1, CUSTOMERS + 1):
        customer = CustomerFactory(number=f"C{n:03d}")
        price = Decimal(10 + n)
        LineFactory(customer=customer, billing_start=date(2026, 10, 1), plan=plan, tariff=tariff, price=price)
        expected.append((customer.number, f"F2026-{n:06d}", f"{price * Decimal('1.2'):.2f}"))
    return expected


def spread(moments: Sequence[str]) -> list[int]:
    """Moments to die at: all along the run, from its first statement to its last, and the two around the first numbers.

    Just after numbers are committed they are in the database and not yet in the log that must have them.
    """
    evenly = [1 + round(n * (len(moments) - 1) / (KILLS - 3)) for n in range(KILLS - 2)]
    first_number = next(n for n, moment in enumerate(moments, 1) if moment == 'UPDATE "billing_invoice" SET')
    numbered = next(n for n, moment in enumerate(moments, 1) if n > first_number and moment == COMMIT)
    return sorted({*evenly, first_number + 1, numbered})


def test_a_run_killed_at_any_moment_gives_the_same_invoices(reseller: Invoices, tmp_path: Path) -> None:
    names = ["undisturbed", *(f"killed{n}" for n in range(KILLS))]
    with copies(tmp_path / "sites", names) as (undisturbed, *sites):
        assert undisturbed.issued("-m", "tests.faults.dying") == reseller
        moments = spread(undisturbed.moments)
        assert len(moments) == KILLS

        def kill_and_resume(site: Site, at: int) -> tuple[Invoices, dict[str, Any]]:
            site.killed(at=at)
            return site.issued(), site.verify()

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for at, (invoices, ledger) in zip(moments, pool.map(kill_and_resume, sites, moments), strict=True):
                assert invoices == reseller, f"killed at moment {at}"
                assert ledger == whole_ledger(), f"killed at moment {at}"


def test_two_runs_started_at_once_give_the_same_invoices(reseller: Invoices, tmp_path: Path) -> None:
    with copies(tmp_path / "sites", ["raced"]) as (site,):
        both = [site.start("manage.py", *BILLING) for _ in range(2)]
        assert [invoices_told_by(process) for process in both] == [reseller, reseller]
        assert site.verify() == whole_ledger()


def whole_ledger() -> dict[str, Any]:
    return {"ok": True, "invoices": CUSTOMERS, "statements": 0, "documents": CUSTOMERS, "faults": []}
