"""A month of hundreds of customers, done by server and workers that are killed at random, is that of a quiet night.

Asked for by hand, as it takes minutes, more than a test may take otherwise: ``KILLED_CUSTOMERS=300 pytest -n 0 -o
faulthandler_timeout=0 tests/faults/test_whole_month_disturbed.py``, on PostgreSQL with ``TEST_DATABASE_URL``.
``KILLED_SEED`` draws the same blows as an earlier run, though they never fall at the same moments.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.billing.choices import RunState
from apps.billing.drafting import Draft
from apps.billing.models import BillingRun, Drawing, Invoice, InvoiceDocument
from apps.billing.services.computing import STORED, preview_run
from apps.billing.services.launching import start_issuing, start_mailing
from apps.core.periods import Month
from apps.core.processes import is_gone
from apps.customers.models import Customer
from apps.jobs.choices import JobState
from apps.jobs.models import Job
from apps.jobs.worker import MOST_STALLED
from apps.messaging.choices import DeliveryState
from apps.messaging.models import Delivery
from tests.factories import IntegratorFactory, UserFactory
from tests.faults.octobers import assert_sound, issued, settle

CUSTOMERS = int(os.environ.get("KILLED_CUSTOMERS", "0"))
SEED = int(os.environ.get("KILLED_SEED", "0")) or random.randrange(10**6)
OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 2)
PATIENCE = 900  # seconds
QUIET = (0.7, 2.5)  # seconds between two blows
# Of a phase. A worker whose database hung up waits for ten seconds: more often, nobody would ever work.
MOST = {"worker": 12, "connections": 2}
TOKEN = "k" * 32

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CUSTOMERS, reason="takes minutes: asked for by KILLED_CUSTOMERS"),
]


# --- The quiet night


def told(line: Any) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in STORED)


def quiet_month() -> dict[str, tuple[Any, list[Any]]]:
    """What every customer is to be invoiced, to the last field of the last line."""
    drafts = preview_run(month=OCTOBER, customers=list(Customer.objects.order_by("number")))
    return {
        customer.number: (draft.gross, [told(line) for line in draft.lines])
        for customer, draft in drafts
        if isinstance(draft, Draft)
    }


def invoiced() -> dict[str, tuple[Any, list[Any]]]:
    found = Invoice.objects.issued().select_related("customer").prefetch_related("lines")
    return {
        one.customer.number: (one.gross, [told(line) for line in sorted(one.lines.all(), key=lambda x: x.position)])
        for one in found
    }


# --- The server


@contextmanager
def process_of(*arguments: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process on the test's database. What it has to say of its blows would fill a pipe that nobody reads."""
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**environment, **more},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def server(port: int, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    arguments = ("runserver", "--noreload", "--nothreading", f"127.0.0.1:{port}")
    with process_of("-m", "tests.faults.dying", *arguments, **more) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process


def click(port: int, session: str, address: str, answers: dict[str, str]) -> int | None:
    """The status of a POST; None where the server died over it."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-CSRFToken": TOKEN,
    }
    try:
        link.request("POST", address, urlencode(answers), headers)
        return link.getresponse().status
    except (http.client.HTTPException, OSError):
        return None
    finally:
        link.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def generate_with_a_server_that_dies(session: str) -> Counter[str]:
    """The click is repeated on each new server, as its person would: before, in and after the starting of the job."""
    port, deaths = free_port(), Counter[str]()
    address = reverse("admin:billing_billingrun_generate")
    page = Client()
    page.cookies[settings.SESSION_COOKIE_NAME] = session
    answers = {"month": str(OCTOBER), "_form_submitted": "True"}
    shown = page.post(address, answers)  # the preview, whose answers are confirmed
    answers["_previewed"] = shown.context["form"].data["_previewed"]
    for moment in ("1 INSERT INTO billing_billingrun", "1 INSERT INTO jobs_job", "1 COMMIT RELEASE SAVEPOINT"):
        with server(port, DIE_AT=moment) as process:
            assert click(port, session, address, answers) is None, f"lived through {moment}"
            assert process.wait(30) == -signal.SIGKILL
            deaths["server"] += 1
    with server(port) as process:
        assert click(port, session, address, answers) in (200, 302)
        process.send_signal(signal.SIGKILL)
        deaths["server"] += 1
    assert (BillingRun.objects.count(), Job.objects.count()) == (1, 1)
    return deaths


# --- The workers


def holders() -> list[str]:
    busy = {
        *Job.objects.filter(state=JobState.RUNNING).values_list("lease_holder", flat=True),
        *Drawing.objects.exclude(holder="").values_list("holder", flat=True),
        *Delivery.objects.filter(state=DeliveryState.SENDING).values_list("claimed_by", flat=True),
    }
    return sorted(holder for holder in busy if not is_gone(holder))


def strike_a_worker(chance: random.Random) -> str:
    found = holders()
    if not found:
        return ""
    os.kill(int(chance.choice(found).rpartition("/")[2].partition("@")[0]), signal.SIGKILL)
    return "worker"


def strike_the_connections(chance: random.Random) -> str:
    """The database hangs up on everybody, as when it is started again."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    return "connections"


def is_about_to_be_given_up() -> bool:
    """Work that got no further so often fails, and rightly: on a slow machine it needs a moment of peace."""
    return Job.objects.active().filter(stalled__gte=MOST_STALLED - 1).exists()


def disturbed_until(is_over: Callable[[], bool], chance: random.Random, *queues: str) -> Counter[str]:
    """Let workers work, strike at random, and start a supervisor that was struck anew."""
    blows, deadline = Counter[str](), time.monotonic() + PATIENCE
    arguments = [argument for queue in queues for argument in ("--queue", queue)]
    while not is_over():
        with process_of("manage.py", "work", *arguments, "--processes", "2") as supervisor:
            until_supervisor = time.monotonic() + chance.uniform(45, 75)
            next_blow = time.monotonic() + chance.uniform(*QUIET)
            while not is_over() and time.monotonic() < until_supervisor:
                assert time.monotonic() < deadline, dict(blows)
                if time.monotonic() > next_blow and blows["worker"] < MOST["worker"] and not is_about_to_be_given_up():
                    blow = chance.choice((strike_a_worker, strike_a_worker, strike_the_connections))
                    if blow is strike_the_connections and blows["connections"] >= MOST["connections"]:
                        blow = strike_a_worker
                    if struck := blow(chance):
                        blows[struck] += 1
                    # Also after a blow into the void: nobody is struck as soon as work is taken.
                    next_blow = time.monotonic() + chance.uniform(*QUIET)
                time.sleep(0.05)
            if not is_over() and not blows["supervisor"] and blows["worker"]:
                supervisor.send_signal(signal.SIGKILL)
                blows["supervisor"] += 1
            else:
                supervisor.terminate()
                supervisor.wait(60)
    ended = Job.objects.exclude(state=JobState.DONE).values_list("kind", "state", "attempt", "error")
    assert list(ended) == [], dict(blows)
    return blows


def no_job_is_left() -> bool:
    return not Job.objects.active().exists()


def no_mail_is_left() -> bool:
    return (
        no_job_is_left()
        and not Delivery.objects.filter(state__in=(DeliveryState.QUEUED, DeliveryState.SENDING)).exists()
    )


def test_a_month_disturbed_at_random_is_that_of_a_quiet_night(capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    expected = settle(CUSTOMERS)
    quiet = quiet_month()
    camille = UserFactory(is_superuser=True)
    browser = Client()
    browser.force_login(camille)
    began = time.monotonic()
    blows: dict[str, Counter[str]] = {}

    blows["generate"] = generate_with_a_server_that_dies(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    blows["compute"] = disturbed_until(no_job_is_left, chance, "default")
    run = BillingRun.objects.get()
    assert (run.state, run.invoices.drafts().count()) == (RunState.REVIEW, CUSTOMERS)
    assert not run.items.refused().exists()

    start_issuing(run=run, issue_on=ISSUED_ON, actor=camille)
    blows["issue and draw"] = disturbed_until(no_job_is_left, chance, "default", "pdf")
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert issued() == expected
    assert invoiced() == quiet
    assert_sound(CUSTOMERS)

    start_mailing(run=run, actor=camille)
    blows["mail"] = disturbed_until(no_mail_is_left, chance, "default", "mail")
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert sum(states.values()) == CUSTOMERS
    assert set(states) <= {DeliveryState.SENT, DeliveryState.UNKNOWN}
    files = [path.stem.rpartition("-")[2] for path in Path(settings.PRIVATE_ROOT, "mails").glob("*.eml")]
    names = {
        one.email.message_id.strip("<>").partition("@")[0]: one.state
        for one in Delivery.objects.select_related("email")
    }
    assert len(files) == len(set(files))
    assert set(files) <= set(names)
    assert {name for name, state in names.items() if state == DeliveryState.SENT} <= set(files)
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}
    with capsys.disabled():
        attempts = dict(Job.objects.values_list("kind", "attempt"))
        stored = {Path(path) for path in InvoiceDocument.objects.values_list("path", flat=True)}
        print(  # noqa: T201
            f"\nseed {SEED}, {CUSTOMERS} customers, {time.monotonic() - began:.0f} s, struck: "
            f"{ {phase: dict(some) for phase, some in blows.items()} }, attempts: {attempts}, mails: {dict(states)}, "
            f"PDFs: {len(stored)}"
        )
