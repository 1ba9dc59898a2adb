"""How fast the outbox empties, through a mail server that fails at every fifth mail, and what it gets wrong: nothing.

    python -m benchmarks.mails [--mails 10000] [--database sqlite|postgresql]

Every way to fail is there: busy, hung up before, inside and after the mail, refused for a while and for good, taken or
lost without a word. The server counts what it really took, by Message-ID. Beside the outbox, with one and two workers,
it measures the plain alternatives on a part of the mails: ``send_mail`` in a loop that starts again where it broke,
and post_office's own ``send_queued``, each with the retries that make its failed mails leave.

*Twice* are mails that the server took more than once; *wrong* those whose status does not say what the server knows:
told sent and never taken, or told failed and taken. To reach: none of either.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks._databases import PostgreSQL, SQLite, on_each
from tests.messaging.servers import Moody, rude

SEED = 20261101
ROUNDS = 6  # attempts that the alternatives make, as many as the outbox
ALTERNATIVE_SHARE = 10  # they get one mail in so many: they have no need of more to go wrong
WAYS = ("outbox, 1 worker", "outbox, 2 workers", "send_mail", "send_queued")


# --- Inside a process of its own


def fill(mails: int) -> None:
    """The outbox, with ``mails`` that wait."""
    from apps.branding.models import Integrator
    from apps.messaging.events import Event, Placeholder, register
    from apps.messaging.services import Attachment, queue_mail

    register(
        Event(
            code="bench",
            title="Banc",
            subject="Facture {{ number }}",
            text="Votre facture {{ number }}.",
            html="<p>Votre facture {{ number }}.</p>",
            placeholders=(Placeholder("number", "", "F1"),),
        )
    )
    Integrator.objects.create(
        pk=1,
        legal_name="Banc",
        siren="732829320",
        address="1 rue du Banc",
        postal_code="75002",
        city="Paris",
        email="factures@ism.example",
    )
    pdf = Attachment("facture.pdf", "application/pdf", random.Random(1).randbytes(40_000))
    start = time.perf_counter()
    for number in range(mails):
        queue_mail(
            event="bench",
            to=["compta@client.example"],
            context={"number": f"F{number}"},
            attachments=[pdf],
            key=f"bench:{number}",
        )
    print(json.dumps({"seconds": time.perf_counter() - start}))


def send(port: int) -> None:
    """One worker: what is due, and what waits for another attempt as soon as nothing is due."""
    from tests.faults.senders import send_all

    send_all(port=port, hurry=True)


def statuses() -> None:
    """What the outbox believes, by Message-ID."""
    from apps.messaging.models import Delivery

    print(json.dumps(dict(Delivery.objects.values_list("email__message_id", "state"))))


def alternative(way: str, port: int, mails: int) -> None:
    """The same mails by Django or by post_office alone; prints what they believe and how long they took."""
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1
    settings.POST_OFFICE = {**settings.POST_OFFICE, "MAX_RETRIES": ROUNDS - 1, "LOG_LEVEL": 0}
    print(json.dumps(by_send_mail(mails) if way == "send_mail" else by_send_queued(mails)))


def by_send_mail(mails: int) -> dict[str, Any]:
    import smtplib

    from django.core.mail import EmailMessage

    pdf = random.Random(1).randbytes(40_000)
    waiting = {f"<{number}@ism.example>" for number in range(mails)}
    state = dict.fromkeys(waiting, "failed")
    start = time.perf_counter()
    for _ in range(ROUNDS):
        for name in sorted(waiting):
            message = EmailMessage(
                "Facture",
                "Votre facture.",
                "factures@ism.example",
                ["compta@client.example"],
                headers={"Message-ID": name},
                attachments=[("facture.pdf", pdf, "application/pdf")],
            )
            try:
                message.send()
            except (OSError, smtplib.SMTPException):
                continue
            state[name] = "sent"
            waiting.discard(name)
    return {"seconds": time.perf_counter() - start, "state": state}


def by_send_queued(mails: int) -> dict[str, Any]:
    import logging

    from django.core.files.base import ContentFile
    from post_office.mail import get_queued, send_queued
    from post_office.models import STATUS, Attachment, Email

    logging.disable(logging.CRITICAL)
    attachment = Attachment.objects.create(
        name="facture.pdf", file=ContentFile(random.Random(1).randbytes(40_000), name="facture.pdf")
    )
    for number in range(mails):
        email = Email.objects.create(
            from_email="factures@ism.example",
            to=["compta@client.example"],
            subject="Facture",
            message="Votre facture.",
            message_id=f"<{number}@ism.example>",
            status=STATUS.queued,
        )
        email.attachments.add(attachment)
    start = time.perf_counter()
    while get_queued():
        send_queued()
        Email.objects.update(scheduled_time=None)  # its back-off is not what is measured
    seconds = time.perf_counter() - start
    state = Email.objects.values_list("message_id", "status")
    return {"seconds": seconds, "state": {name: "sent" if one == STATUS.sent else "failed" for name, one in state}}


# --- Outside


def run(step: str, environment: dict[str, str], **more: object) -> subprocess.Popen[str]:
    arguments = [f"--{name}={value}" for name, value in more.items()]
    command = [sys.executable, "-m", "benchmarks.mails", "--inside", step, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> Any:
    out, _none = process.communicate()
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1]) if out.strip() else None


def measure(database: SQLite | PostgreSQL, mails: int, ways: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as private:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "PRIVATE_ROOT": private}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env={**environment, "DATABASE_URL": database.template}, check=True)
    for way in ways:
        with database.copy() as url, tempfile.TemporaryDirectory() as private, rude(server := Moody(seed=SEED)) as port:
            here = {**environment, "DATABASE_URL": url, "PRIVATE_ROOT": private}
            if way.startswith("outbox"):
                seconds, state = by_outbox(mails, here, port, workers=int(way.split()[1]))
            else:
                answer = told(run("alternative", here, way=way, port=port, mails=mails // ALTERNATIVE_SHARE))
                seconds, state = answer["seconds"], answer["state"]
        report(database.name, way, seconds, state, server)


def by_outbox(mails: int, environment: dict[str, str], port: int, *, workers: int) -> tuple[float, dict[str, str]]:
    told(run("fill", environment, mails=mails))
    start = time.perf_counter()
    for worker in [run("send", environment, port=port) for _ in range(workers)]:
        told(worker)
    return time.perf_counter() - start, told(run("statuses", environment))


def report(name: str, way: str, seconds: float, state: dict[str, str], server: Moody) -> None:
    count = Counter(state.values())
    twice = sum(1 for mail in state if server.taken[mail] > 1)
    wrong = sum(
        1
        for mail, one in state.items()
        if (one == "sent" and not server.taken[mail]) or (one in ("failed", "refused") and server.taken[mail])
    )
    unfinished = count["queued"] + count["sending"]
    print(
        f"  {name:<11} {way:<18} {len(state):>6} {len(state) / seconds:>7.0f} {count['sent']:>6} {count['refused']:>8}"
        f" {count['failed']:>7} {count['unknown']:>8} {unfinished:>5} {twice:>6} {wrong:>6}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=WAYS, help="one of the ways only")
    options = parser.parse_args()
    if options.inside:
        import django

        django.setup()
        steps = {
            "fill": lambda: fill(options.mails),
            "send": lambda: send(options.port),
            "statuses": statuses,
            "alternative": lambda: alternative(options.way, options.port, options.mails),
        }
        steps[options.inside]()
        return
    print(f"mails: {os.cpu_count()} cores, Python {platform.python_version()}, one mail in five meets a fault")
    print(
        f"  {'database':<11} {'way':<18} {'mails':>6} {'mails/s':>7} {'sent':>6} {'refused':>8} {'failed':>7}"
        f" {'unknown':>8} {'left':>5} {'twice':>6} {'wrong':>6}"
    )
    on_each(options.database, lambda database: measure(database, options.mails, [options.way] if options.way else WAYS))


if __name__ == "__main__":
    main()
