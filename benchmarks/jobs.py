"""How long a month takes from «Générer les factures» to its last PDF: by one worker, by two, and by the command.

    python -m benchmarks.jobs [--customers 300] [--database sqlite|postgresql]

Two lines a customer and 40 rated calls a line, as in ``benchmarks.billing``; invoices are drawn with their call detail.
A worker draws one document at a time in its own process, the command on every processor. *Numbered* is the time after
which every invoice had its number, *drawing* the rest; *faults* are those that ``verify_ledger`` finds at the end.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date

from benchmarks._databases import PostgreSQL, SQLite, on_each
from benchmarks.billing import settle

ISSUED_ON = date(2026, 11, 2)
WAYS = ("command", "1 worker", "2 workers")
PATIENCE = 1800  # seconds


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError("the workers have come to no end")
        time.sleep(0.05)


def by_command() -> tuple[float, float]:
    """Seconds until all is numbered, and until all is drawn."""
    from apps.billing.services import compute_run, finish_run, issue_run, open_run
    from apps.billing.services.leases import leased
    from apps.billing.services.rendering import render_run
    from apps.core.periods import Month

    start = time.perf_counter()
    run = open_run(month=Month(2026, 10))
    compute_run(run=run)
    issue_run(run=run, issue_on=ISSUED_ON)
    numbered = time.perf_counter() - start
    with leased(run, wait_seconds=0) as lease:
        render_run(run=run, lease=lease)
    finish_run(run=run)
    return numbered, time.perf_counter() - start


def by_workers(processes: int) -> tuple[float, float]:
    """The same by ``manage.py work``, from the moment at which somebody presses the button."""
    from apps.billing.choices import RunState
    from apps.billing.services.launching import start_generating, start_issuing
    from apps.core.periods import Month
    from apps.jobs.models import Worker

    command = ["manage.py", "work", "--queue", "default", "--queue", "pdf", "--processes", str(processes)]
    workers = subprocess.Popen([sys.executable, *command])
    try:
        until(lambda: Worker.objects.count() == 2 * processes)
        start = time.perf_counter()
        run = start_generating(month=Month(2026, 10), actor=None)

        def is_in(*states: RunState) -> bool:
            run.refresh_from_db()
            return run.state in states

        until(lambda: is_in(RunState.REVIEW))
        start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
        until(lambda: is_in(RunState.RENDERING, RunState.DONE))
        numbered = time.perf_counter() - start
        until(lambda: is_in(RunState.DONE))
        return numbered, time.perf_counter() - start
    finally:
        workers.send_signal(signal.SIGTERM)
        workers.wait()


def inside(way: str, customers: int) -> None:
    import django
    from django.db import connection

    django.setup()
    settle(customers)
    numbered, total = by_command() if way == "command" else by_workers(int(way[0]))

    from apps.billing.models import InvoiceDocument
    from apps.billing.services import verify_ledger

    fronts = InvoiceDocument.objects.filter(part="front").count()
    faults = verify_ledger().faults
    drawing = total - numbered
    print(
        f"  {connection.vendor:<11} {way:<10} {customers:>6} {numbered:>8.1f} {drawing:>8.1f} {total:>8.1f}"
        f" {fronts / drawing:>7.1f}/s {len(faults):>6}",
        flush=True,
    )


def compare(database: SQLite | PostgreSQL, customers: int) -> None:
    with tempfile.TemporaryDirectory() as private:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "LOG_LEVEL": "ERROR",
            "PRIVATE_ROOT": private,
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env={**environment, "DATABASE_URL": database.template}, check=True)
    for way in WAYS:
        arguments = [sys.executable, "-m", "benchmarks.jobs", "--inside", way, "--customers", str(customers)]
        # The ledger's log belongs to its database: each has a folder of its own.
        with database.copy() as url, tempfile.TemporaryDirectory() as private:
            subprocess.run(arguments, env={**environment, "DATABASE_URL": url, "PRIVATE_ROOT": private}, check=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--inside", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside, options.customers)
        return
    print(f"jobs: {os.cpu_count()} cores, Python {platform.python_version()}")
    heads = f"{'bills':>6} {'numbered':>8} {'drawing':>8} {'total s':>8} {'PDFs':>9} {'faults':>6}"
    print(f"  {'database':<11} {'way':<10} {heads}")
    on_each(options.database, lambda database: compare(database, options.customers))


if __name__ == "__main__":
    main()
