"""Each way in which a dialogue with a mail server can end, with a server that does it."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.messaging.choices import AttemptOutcome, DeliveryState
from apps.messaging.models import BACK_OFF
from apps.messaging.services import send_next, settle_lost
from tests.messaging import servers
from tests.messaging.conftest import PDF, PostTo, Queue, after, assert_waits, now_due
from tests.messaging.servers import Connection, Keeper, Script, rude, serving

pytestmark = pytest.mark.django_db

NASTY = """'; <b>{{ "><img src=x onerror=alert(1)>"""


# --- What arrives


def test_a_mail_arrives_as_it_was_written(queue: Queue, post_to: PostTo) -> None:
    keeper = Keeper()
    delivery = queue(NASTY, to=["Compta@client.example"], cc=["copie@client.example"], bcc=["archive@ism.example"])
    with serving(keeper) as port:
        post_to(port)
        assert send_next()
        assert not send_next()
    (taken,) = keeper.taken
    assert taken.sender == "factures@ism.example"
    assert taken.recipients == ["Compta@client.example", "copie@client.example", "archive@ism.example"]
    message = taken.message
    assert message["Subject"] == f"Facture F2026-000001 – {NASTY}"
    assert (message["To"], message["Cc"], message["Bcc"]) == ("Compta@client.example", "copie@client.example", None)
    assert message["From"] == "Télécom Démo <factures@ism.example>"
    assert message["Message-ID"] == delivery.email.message_id
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = plain.get_content().replace("\r\n", "\n")
    assert f"Bonjour {NASTY}," in text
    assert "\n.\n..fin\n" in text
    assert text.rstrip("\n") == delivery.email.message.rstrip("\n")
    shown = html.get_content()
    assert "Bonjour &#x27;; &lt;b&gt;{{ &quot;&gt;&lt;img src=x onerror=alert(1)&gt;," in shown
    assert "<img" not in shown
    assert "<b>" not in shown
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == (PDF.name, PDF.content_type)
    assert attachment.get_content() == PDF.data
    assert all(len(line) <= 998 and line.isascii() for line in taken.data.split(b"\r\n"))
    assert after(delivery).state == DeliveryState.SENT
    assert delivery.sent_at is not None
    assert delivery.reply == "250 2.0.0 Message accepted"


def test_each_recipient_gets_it_or_none(queue: Queue, post_to: PostTo) -> None:
    """A copy that one of them got already would be there twice once the address is put right."""
    keeper = Keeper(refused_addresses={"parti@client.example": "550 5.1.1 no such user"})
    delivery = queue(to=["compta@client.example", "parti@client.example"])
    with serving(keeper) as port:
        post_to(port)
        send_next()
    assert keeper.taken == []
    assert after(delivery).state == DeliveryState.REFUSED
    assert "parti@client.example" in delivery.reason
    assert delivery.reply == "550 5.1.1 no such user"


# --- Answers


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_passing_refusal_is_tried_again(step: str, queue: Queue, post_to: PostTo) -> None:
    keeper = Keeper(refuse={step: ["451 4.7.1 greylisted"]})
    delivery = queue()
    with serving(keeper) as port:
        post_to(port)
        send_next()
        assert_waits(delivery, BACK_OFF[0])
        assert delivery.reply == "451 4.7.1 greylisted"
        assert not send_next()
        now_due(delivery)
        send_next()
    assert after(delivery).state == DeliveryState.SENT
    assert delivery.attempts == 2
    assert [taken.message["Message-ID"] for taken in keeper.taken] == [delivery.email.message_id]
    outcomes = delivery.attempt_rows.order_by("number").values_list("outcome", flat=True)
    assert list(outcomes) == [AttemptOutcome.TEMPORARY, AttemptOutcome.ACCEPTED]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_good_is_not_tried_again(step: str, queue: Queue, post_to: PostTo) -> None:
    keeper = Keeper(refuse={step: ["554 5.7.1 no"]})
    delivery = queue()
    with serving(keeper) as port:
        post_to(port)
        send_next()
        assert not send_next()
    assert after(delivery).state == DeliveryState.REFUSED
    assert (delivery.reply, delivery.next_attempt_at, keeper.taken) == ("554 5.7.1 no", None, [])
    assert delivery.reason


def test_a_server_that_never_gets_better_ends_in_failure(queue: Queue, post_to: PostTo) -> None:
    keeper = Keeper(refuse={"DATA": ["421 4.3.2 shutting down"] * 99})
    delivery = queue()
    with serving(keeper) as port:
        post_to(port)
        for wait in BACK_OFF:
            assert send_next()
            assert_waits(delivery, wait)
            now_due(delivery)
        assert send_next()
    assert after(delivery).state == DeliveryState.FAILED
    assert delivery.attempts == len(BACK_OFF) + 1
    assert keeper.taken == []


@pytest.mark.parametrize("greeting", ["421 too busy", "554 no mail here"])
def test_a_server_that_takes_no_mail_says_nothing_of_this_one(greeting: str, queue: Queue, post_to: PostTo) -> None:
    delivery = queue()
    with rude(lambda client: client.say(greeting)) as port:
        post_to(port)
        send_next()
    assert_waits(delivery, BACK_OFF[0])
    assert delivery.reply == greeting


def test_a_wrong_password_refuses_no_mail(queue: Queue, post_to: PostTo, settings: Any) -> None:
    def guarded(client: Connection) -> None:
        client.say("220 rude ESMTP")
        while line := client.hear():
            if line.upper().startswith(b"EHLO"):
                client.say("250-rude\r\n250 AUTH PLAIN LOGIN")
            else:
                client.say("535 5.7.8 wrong password")

    delivery = queue()
    with rude(guarded) as port:
        post_to(port)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ism", "secret"
        send_next()
    assert_waits(delivery, BACK_OFF[0])
    assert delivery.reply.startswith("535")
    assert "secret" not in delivery.reply + delivery.reason


# --- Silence and hanging up


def hang_up_inside(client: Connection) -> None:
    client.until_data()
    client.hear()
    client.hang_up()


def silent_at_data(client: Connection) -> None:
    client.say("220 rude ESMTP")
    while not client.hear().upper().startswith(b"DATA"):
        client.say("250 OK")
    client.wait_for_end()


def gibberish(client: Connection) -> None:
    client.say("\x00\xff hello")
    client.wait_for_end()


BEFORE_THE_END: dict[str, Script] = {
    "no greeting": servers.silent,
    "hung up at once": Connection.hang_up,
    "hung up after the greeting": lambda client: client.say("220 rude ESMTP"),
    "silent before DATA": silent_at_data,
    "hung up inside the mail": hang_up_inside,
    "no mail server": gibberish,
}


@pytest.mark.parametrize("script", BEFORE_THE_END.values(), ids=BEFORE_THE_END.keys())
def test_what_breaks_before_the_end_of_the_mail_is_tried_again(script: Script, queue: Queue, post_to: PostTo) -> None:
    delivery = queue(attachments=[PDF.__class__("lourd.pdf", "application/pdf", bytes(3_000_000))])
    with rude(script) as port:
        post_to(port)
        send_next()
    assert_waits(delivery, BACK_OFF[0])
    assert delivery.reason


def test_nobody_there_is_tried_again(queue: Queue, post_to: PostTo) -> None:
    delivery = queue()
    post_to(servers.free_port())
    send_next()
    assert_waits(delivery, BACK_OFF[0])


def silent_at_the_end(client: Connection) -> None:
    client.until_data()
    client.whole_mail()
    client.wait_for_end()


def hang_up_at_the_end(client: Connection) -> None:
    client.until_data()
    client.whole_mail()
    client.hang_up()


def close_at_the_end(client: Connection) -> None:
    client.until_data()
    client.whole_mail()


def half_an_answer(client: Connection) -> None:
    client.until_data()
    client.whole_mail()
    client.sock.sendall(b"25")


def answer_that_never_ends(client: Connection) -> None:
    client.until_data()
    client.whole_mail()
    client.say("250-accepted, and")


AFTER_THE_END: dict[str, Script] = {
    "silent": silent_at_the_end,
    "reset": hang_up_at_the_end,
    "closed": close_at_the_end,
    "half an answer": half_an_answer,
    "an answer that never ends": answer_that_never_ends,
}


@pytest.mark.parametrize("script", AFTER_THE_END.values(), ids=AFTER_THE_END.keys())
def test_what_breaks_after_the_end_of_the_mail_is_for_a_person(script: Script, queue: Queue, post_to: PostTo) -> None:
    delivery = queue()
    with rude(script) as port:
        post_to(port)
        send_next()
        assert after(delivery).state == DeliveryState.UNKNOWN
        assert not send_next()
        assert not settle_lost()
    assert delivery.next_attempt_at is None
    assert delivery.attempt_rows.get().outcome == AttemptOutcome.UNCLEAR


def test_a_server_that_drips_meets_the_deadline(queue: Queue, post_to: PostTo, settings: Any) -> None:
    """A letter from time to time: no time-out ever runs out."""

    def drip(client: Connection) -> None:
        with contextlib.suppress(OSError):
            for _ in range(100):
                client.sock.sendall(b"2")
                servers.pause(0.3)

    delivery = queue()
    with rude(drip) as port:
        post_to(port)
        settings.EMAIL_DEADLINE = 2
        before = timezone.now()
        send_next()
        assert timezone.now() - before < timedelta(seconds=8)
    assert_waits(delivery, BACK_OFF[0])


def test_after_a_mail_is_taken_nothing_undoes_it(queue: Queue, post_to: PostTo) -> None:
    """A server that hangs up instead of saying goodbye."""

    def no_goodbye(client: Connection) -> None:
        client.until_data()
        client.whole_mail()
        client.say("250 taken")
        client.hear()
        client.hang_up()

    delivery = queue()
    with rude(no_goodbye) as port:
        post_to(port)
        send_next()
    assert after(delivery).state == DeliveryState.SENT
