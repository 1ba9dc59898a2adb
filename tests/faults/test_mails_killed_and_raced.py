"""Senders are killed or race one another: every mail ends in a true status, and none arrives twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter

import pytest
from django.conf import settings

from apps.messaging.choices import AttemptOutcome, DeliveryState
from apps.messaging.models import Delivery
from apps.messaging.services import settle_lost
from tests.messaging.conftest import *  # noqa: F403  # its fixtures
from tests.messaging.conftest import Queue
from tests.messaging.servers import Connection, Keeper, Moody, rude, serving

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 120  # seconds
MAILS = 300


def start(port: int, *, faulty: bool = False) -> subprocess.Popen[str]:
    """A sender of its own process, on the test's database and files."""
    inherited = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.senders"],
        cwd=settings.BASE_DIR,
        env={**inherited, "SMTP_PORT": str(port), "FAULTY": "1" if faulty else ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> int:
    """How many attempts a sender made that came to its end."""
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return int(out.splitlines()[-1])


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


@pytest.mark.parametrize("has_it_all", [False, True], ids=["inside the mail", "after the mail"])
def test_a_mail_whose_sender_is_killed_is_for_a_person(has_it_all: bool, queue: Queue) -> None:
    """Even where it cannot have arrived: of a process that is gone nobody knows how far it came."""
    there, over = threading.Event(), threading.Event()

    def hold(client: Connection) -> None:
        client.until_data()
        if has_it_all:
            client.whole_mail()
        there.set()
        over.wait(PATIENCE)

    delivery, waiting = queue(), queue()
    with rude(hold) as port:
        process = start(port)
        assert there.wait(PATIENCE)
        delivery.refresh_from_db()
        assert delivery.state == DeliveryState.SENDING
        assert not settle_lost()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
        over.set()
    assert settle_lost()
    assert not settle_lost()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.UNKNOWN
    assert delivery.attempt_rows.get().outcome == AttemptOutcome.UNCLEAR
    keeper = Keeper()
    with serving(keeper) as port:
        assert ended(start(port)) == 1
    assert [taken.message["Message-ID"] for taken in keeper.taken] == [waiting.email.message_id]


def test_several_senders_share_the_mails(queue: Queue) -> None:
    mails = [queue(attachments=()) for _ in range(60)]
    keeper = Keeper()
    with serving(keeper) as port:
        attempts = [ended(process) for process in [start(port) for _ in range(3)]]
    assert sum(attempts) == len(mails)
    arrived = Counter(taken.message["Message-ID"] for taken in keeper.taken)
    assert arrived == Counter(mail.email.message_id for mail in mails)
    assert states() == {DeliveryState.SENT: len(mails)}


def test_hundreds_of_mails_through_a_bad_server_all_end_in_the_truth(queue: Queue) -> None:
    mails = {delivery.email.message_id: delivery.pk for delivery in (queue(attachments=()) for _ in range(MAILS))}
    server = Moody(seed=7)
    with rude(server) as port:
        for process in [start(port, faulty=True) for _ in range(2)]:
            ended(process)
    state = dict(Delivery.objects.values_list("pk", "state"))
    arrived = {name: server.taken[name] for name in mails}
    by_state = {one: {name for name, pk in mails.items() if state[pk] == one} for one in DeliveryState}
    assert set(by_state[DeliveryState.QUEUED]) == set(by_state[DeliveryState.SENDING]) == set()
    assert max(arrived.values()) == 1
    assert all(arrived[name] == 1 for name in by_state[DeliveryState.SENT])
    assert all(arrived[name] == 0 for name in by_state[DeliveryState.REFUSED] | by_state[DeliveryState.FAILED])
    assert by_state[DeliveryState.REFUSED] == server.refused
    # Of the uncertain ones some have arrived and some have not: that is what uncertain means.
    assert {arrived[name] for name in by_state[DeliveryState.UNKNOWN]} == {0, 1}
    assert len(by_state[DeliveryState.SENT]) > MAILS * 0.8
