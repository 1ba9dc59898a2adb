"""How long many lines take that are restricted at once: as a bulk operation, and by a loop over the same service.

    python -m benchmarks.bulk_lines [--lines 1000] [--mails] [--database sqlite|postgresql]

The numbers are pasted as people type them, planned, confirmed, and done by the job of a worker; with ``--mails`` the
customer is told of each, which an integrator has to switch on. The loop knows the lines already, shows nobody anything
and keeps no result: it is the service alone. All lines are of one customer, the worst case for locks; *undone* takes
the bulk operation back, *cpu* is what *done* took of a processor, without the
database's own. *Wrong* are the lines whose status, periods or journal are not what they should be at the end.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from benchmarks._databases import PostgreSQL, SQLite, on_each

WAYS = ("bulk", "loop")


def settle(count: int, *, mails: bool) -> None:
    """One customer with an address for mails, and its lines, opened as a fleet is taken over."""
    from django.utils import timezone

    from apps.branding.models import Integrator
    from apps.catalog.models import Offer
    from apps.customers.models import Contact, Customer
    from apps.lines.mails import EVENTS
    from apps.lines.services import NewLine, open_lines
    from apps.messaging.services import templates
    from apps.sims.models import SimCard
    from apps.tariffs.models import Tariff

    Integrator.objects.create(
        pk=1, legal_name="Banc", siren="732829320", address="1 rue du Banc", postal_code="75002", city="Paris",
        email="banc@ism.example",
    )  # fmt: skip
    for event in EVENTS.values() if mails else ():
        templates.switch_event(event=event, is_sent=True, actor=None, at=timezone.now())
    customer = Customer.objects.create(number="C1", name="BANC", legal_name="Banc", login="C1")
    Contact.objects.create(customer=customer, role="billing", email="client@banc.example")
    plan = Offer.objects.create(kind="plan", code="BANC", label="Banc")
    tariff = Tariff.objects.create(code="BANC", label="Banc")
    cards = SimCard.objects.bulk_create([SimCard(iccid=f"8933{rank:015d}") for rank in range(count)])
    began = date(2026, 1, 1)
    open_lines(
        new_lines=[
            NewLine(
                customer=customer,
                msisdn=f"3363998{rank:04d}",
                sim=card,
                tariff=tariff,
                offers=[(plan, Decimal(10))],
                activated_on=began,
                billing_start=began,
            )
            for rank, card in enumerate(cards)
        ],
        today=began + timedelta(days=1),
        actor=None,
    )


def typed(msisdn: str, rank: int) -> str:
    """A number as somebody types it."""
    national = f"0{msisdn[2:]}"
    pairs = " ".join(national[at : at + 2] for at in range(0, len(national), 2))
    return (national, f"+{msisdn}", f"00{msisdn}", pairs, msisdn)[rank % 5]


def in_bulk() -> dict[str, float]:
    """Seconds of each step."""
    from django.utils.timezone import localdate

    from apps.accounts.models import User
    from apps.jobs.bulk.kinds import bulk_kind
    from apps.jobs.bulk.services import choose_pasted, confirm_operation, plan_operation, undo_operation
    from apps.jobs.choices import Queue
    from apps.jobs.worker import claim_job, run_job
    from apps.lines.models import Line

    actor = User.objects.create(username="banc", is_superuser=True)
    kind, took = bulk_kind("lines.restrict"), {}
    text = "\n".join(typed(number, rank) for rank, number in enumerate(Line.objects.values_list("msisdn", flat=True)))
    asked = {"asked": {"cause": "unpaid", "billed": True}, "on": localdate().isoformat(), "reason": "Banc"}

    def work() -> None:
        job = claim_job(frozenset(Queue))
        if job is None:
            raise RuntimeError("there is no job")
        run_job(job)

    start = time.perf_counter()
    operation = choose_pasted(kind=kind, text=text, actor=actor)
    operation = plan_operation(operation=operation, parameters=asked)
    took["planned"] = time.perf_counter() - start
    start = time.perf_counter()
    busy = time.process_time()
    confirm_operation(operation=operation, edition=operation.edition, actor=actor)
    work()
    took["done"], took["cpu"] = time.perf_counter() - start, time.process_time() - busy
    took["wrong"] = wrong("suspended")
    operation.refresh_from_db()
    start = time.perf_counter()
    undo_operation(operation=operation, actor=actor)
    work()
    took["undone"] = time.perf_counter() - start
    took["wrong"] += wrong("active")
    return took


def by_loop() -> dict[str, float]:
    from django.utils.timezone import localdate

    from apps.lines.models import Line
    from apps.lines.services import suspend_line

    start, busy = time.perf_counter(), time.process_time()
    for line in Line.objects.order_by("pk"):
        suspend_line(line=line, on=localdate(), today=localdate(), actor=None)
    took = {"done": time.perf_counter() - start, "cpu": time.process_time() - busy}
    return {**took, "wrong": wrong("suspended")}


def wrong(status: str) -> int:
    from apps.lines.models import Line, LineState
    from apps.lines.services import status_disagreements

    lines = Line.objects.count()
    states = LineState.objects.filter(end=None, status=status).count()
    told = Line.objects.filter(operations__kind="restriction").distinct().count()
    return len(status_disagreements()) + (lines - states) + (lines - told)


def inside(way: str, count: int, *, mails: bool) -> None:
    import django
    from django.db import connection

    django.setup()
    settle(count, mails=mails)
    took: dict[str, Any] = in_bulk() if way == "bulk" else by_loop()
    steps = [took.get(step) for step in ("planned", "done", "cpu", "undone")]
    total = sum(step for step in steps[:2] if step is not None)
    shown = " ".join(f"{'–':>8}" if step is None else f"{step:>7.1f}s" for step in steps)
    print(f"  {connection.vendor:<11} {way:<6} {count:>6} {shown} {total:>7.1f}s {took['wrong']:>6}", flush=True)


def compare(database: SQLite | PostgreSQL, count: int, *, mails: bool) -> None:
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
            arguments = [sys.executable, "-m", "benchmarks.bulk_lines", "--inside", way, "--lines", str(count)]
            arguments += ["--mails"] if mails else []
            with database.copy() as url:
                subprocess.run(arguments, env={**environment, "DATABASE_URL": url}, check=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--mails", action="store_true")
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--inside", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside, options.lines, mails=options.mails)
        return
    print(f"bulk_lines: {os.cpu_count()} cores, Python {platform.python_version()}")
    heads = " ".join(f"{head:>8}" for head in ("planned", "done", "cpu", "undone", "total"))
    print(f"  {'database':<11} {'way':<6} {'lines':>6} {heads} {'wrong':>6}")
    on_each(options.database, lambda database: compare(database, options.lines, mails=options.mails))


if __name__ == "__main__":
    main()
