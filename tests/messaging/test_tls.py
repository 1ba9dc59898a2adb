"""Encryption: a mail and our password go to the server that its certificate names, or nowhere."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from apps.messaging.choices import DeliveryState
from apps.messaging.models import BACK_OFF
from apps.messaging.services import send_next
from tests.messaging.conftest import PostTo, Queue, after, assert_waits
from tests.messaging.servers import Connection, Keeper, rude, serving

pytestmark = pytest.mark.django_db

TLS = Path(__file__).parent / "tls"  # of «localhost», for a hundred years, and trusted by nobody


@pytest.fixture
def certified() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


class Guarded:
    """Takes one mail, from somebody who gives the password."""

    taken = 0

    def script(self, client: Connection) -> None:
        client.say("220 safe ESMTP")
        for expected, answer in (
            (b"EHLO", "250-safe\r\n250 AUTH PLAIN"),
            (b"AUTH PLAIN " + base64.b64encode(b"\0ism\0secret"), "235 welcome"),
            (b"MAIL", "250 OK"),
            (b"RCPT", "250 OK"),
            (b"DATA", "354 go ahead"),
        ):
            line = client.hear()
            assert line.lower().startswith(expected.lower()), line
            client.say(answer)
        client.whole_mail()
        self.taken += 1
        client.say("250 taken")
        client.hear()


def knows(user: str, password: str) -> Any:
    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (user.encode(), password.encode()))

    return authenticate


@pytest.mark.parametrize("how", ["STARTTLS", "TLS from the first byte"])
@pytest.mark.parametrize(
    ("host", "trusted", "arrives"),
    [("localhost", True, True), ("localhost", False, False), ("127.0.0.1", True, False)],
    ids=["trusted", "of an unknown authority", "of another name"],
)
def test_a_mail_goes_to_the_server_that_its_certificate_names(
    how: str,
    host: str,
    trusted: bool,
    arrives: bool,
    queue: Queue,
    post_to: PostTo,
    certified: ssl.SSLContext,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
    keeper, delivery, guarded = Keeper(), queue(), Guarded()
    if how == "STARTTLS":
        auth = {"authenticator": knows("ism", "secret"), "auth_required": True}
        serve = serving(keeper, tls_context=certified, require_starttls=True, **auth)
        settings.EMAIL_USE_TLS = True
    else:
        serve = rude(guarded.script, tls=certified)
        settings.EMAIL_USE_SSL = True
    with serve as port:
        post_to(port)
        settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = host, "ism", "secret"
        send_next()
    if arrives:
        assert after(delivery).state == DeliveryState.SENT, delivery.reply
        assert len(keeper.taken) + guarded.taken == 1
    else:
        assert_waits(delivery, BACK_OFF[0])
        assert "CERTIFICATE_VERIFY_FAILED" in delivery.reply
        assert len(keeper.taken) + guarded.taken == 0


def test_a_server_that_cannot_encrypt_gets_neither_password_nor_mail(
    queue: Queue, post_to: PostTo, settings: Any
) -> None:
    heard: list[bytes] = []

    def plain(client: Connection) -> None:
        client.say("220 rude ESMTP")
        while line := client.hear():
            heard.append(line)
            client.say("250 OK")

    delivery = queue()
    with rude(plain) as port:
        post_to(port)
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = True, "ism", "secret"
        send_next()
    assert_waits(delivery, BACK_OFF[0])
    assert {line.split()[0].upper() for line in heard} <= {b"EHLO", b"QUIT"}
