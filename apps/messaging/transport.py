"""One mail, one dialogue with the mail server, and what is certain afterwards.

A library that only says «it failed» is no help: a mail whose end was not heard may have arrived. So the dialogue is
our own, and remembers one thing: whether the line that ends the mail (a lone dot) has been sent. Before, nothing was
delivered, and whatever broke can be tried again. After, only an answer tells; without one the end is *unclear*.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.utils import DNS_NAME
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.messaging.choices import AttemptOutcome
from apps.messaging.composing import Letter

FILES = "django.core.mail.backends.filebased.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
READY, GO_AHEAD = 220, 354
LAST_LINE = b".\r\n"
LONGEST_REPLY = 1000
#: Bytes sent at a time: each piece has the whole time-out.
PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a dialogue ended: a sentence for a clerk, and what the server said, for whoever runs it."""

    outcome: AttemptOutcome
    reason: str = ""
    reply: str = ""


class Ended(Exception):
    """The dialogue has come to an end before its time."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def deliver(letter: Letter) -> Verdict:
    """Hand ``letter`` over; never raises for what the other side does.

    All its recipients get it or none: an address that is refused ends the dialogue before the mail has left, so
    that nobody has a copy when it is sent again with the address put right.
    """
    if settings.EMAIL_BACKEND != SMTP:
        return _by_backend(letter)
    try:
        with _dialogue() as dialogue:
            return dialogue.run(letter)
    except Ended as end:
        return end.verdict


def _by_backend(letter: Letter) -> Verdict:
    """To a folder, to the screen, to a test: what is written is sent."""
    try:
        if settings.EMAIL_BACKEND == FILES:
            _write_file(letter)
        else:
            get_connection(fail_silently=False).send_messages([letter.as_django()])
    except OSError as error:
        return Verdict(AttemptOutcome.TEMPORARY, _("The mail could not be written."), _described(error))
    return Verdict(AttemptOutcome.ACCEPTED)


def _write_file(letter: Letter) -> None:
    """A file per mail that mail programs open, under the mail's own name: written twice, it is there once."""
    folder = Path(settings.EMAIL_FILE_PATH)
    folder.mkdir(parents=True, exist_ok=True)
    moment = parsedate_to_datetime(letter.message["Date"])
    name = letter.message["Message-ID"].strip("<>").partition("@")[0]
    aside = folder / f".{name}.part"
    aside.write_bytes(letter.as_bytes())
    aside.rename(folder / f"{localtime(moment):%Y%m%d-%H%M%S}-{name}.eml")


# --- SMTP (RFC 5321)


class Dialogue:
    """What is said to the server of the settings, step by step."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self.client = client
        self.mail_is_complete = False

    def run(self, letter: Letter) -> Verdict:
        try:
            self._greet()
            self._announce(letter.sender, letter.recipients)
            return self._hand_over(letter.as_bytes())
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # ValueError: an answer that is none, or a socket closed under the reader by the deadline.
            return self._broken(error)

    def _greet(self) -> None:
        client = self.client
        code, reply = client.connect(settings.EMAIL_HOST, settings.EMAIL_PORT)
        if code != READY:
            _later(_("The mail server does not take mails at the moment."), code, reply)
        client.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            client.starttls(context=_tls())
            client.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER:
            try:
                client.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            except smtplib.SMTPAuthenticationError as error:
                # A setting to put right says nothing of this mail: it is not refused for it.
                _later(_("The mail server refuses our password."), error.smtp_code, error.smtp_error)

    def _announce(self, sender: str, recipients: Sequence[str]) -> None:
        self._accepted(*self.client.mail(sender), refused=_("The mail server refuses the sender’s address."))
        for address in recipients:
            sentence = _("The mail server refuses the address %(address)s.") % {"address": address}
            self._accepted(*self.client.rcpt(address), refused=sentence)

    def _hand_over(self, mail: bytes) -> Verdict:
        client = self.client
        refused = _("The mail server refuses the mail.")
        code, reply = client.docmd("DATA")
        if code != GO_AHEAD:
            self._accepted(code, reply, refused=refused)
            _later(_("The mail server did not understand us."), code, reply)
        for start in range(0, len(data := _as_data(mail)), PIECE):
            client.send(data[start : start + PIECE])
        if client.sock is not None:
            client.sock.settimeout(settings.EMAIL_ACCEPTANCE_TIMEOUT)
        self.mail_is_complete = True
        client.send(LAST_LINE)
        code, reply = client.getreply()
        if not 200 <= code < 600 or 300 <= code < 400:
            return Verdict(AttemptOutcome.UNCLEAR, _unheard(), _said(code, reply))
        self._accepted(code, reply, refused=refused)
        return Verdict(AttemptOutcome.ACCEPTED, reply=_said(code, reply))

    def _accepted(self, code: int, reply: bytes, *, refused: str) -> None:
        """Go on after a 2xx. 5xx is for good; anything else is tried again."""
        if 500 <= code < 600:
            raise Ended(Verdict(AttemptOutcome.PERMANENT, refused, _said(code, reply)))
        if not 200 <= code < 300:
            _later(_("The mail server asks us to try again later."), code, reply)

    def _broken(self, error: Exception) -> Verdict:
        if self.mail_is_complete:
            return Verdict(AttemptOutcome.UNCLEAR, _unheard(), _described(error))
        return Verdict(AttemptOutcome.TEMPORARY, _trouble(error), _described(error))


@contextmanager
def _dialogue() -> Iterator[Dialogue]:
    """A connection of its own for each mail: nothing that one leaves behind confuses the next."""
    options = {"timeout": settings.EMAIL_TIMEOUT, "local_hostname": DNS_NAME.get_fqdn()}
    client = smtplib.SMTP_SSL(context=_tls(), **options) if settings.EMAIL_USE_SSL else smtplib.SMTP(**options)
    # The name that the server's certificate must hold: the library notes it for those only who connect at once.
    client._host = settings.EMAIL_HOST  # type: ignore[attr-defined]
    # A server that says a letter from time to time never lets a time-out run out.
    deadline = threading.Timer(settings.EMAIL_DEADLINE, _hang_up, [client])
    deadline.daemon = True
    deadline.start()
    try:
        yield Dialogue(client)
    finally:
        deadline.cancel()
        with suppress(smtplib.SMTPException, OSError, ValueError):
            if client.sock is not None:
                client.sock.settimeout(settings.EMAIL_TIMEOUT)
            client.quit()
        client.close()


def _hang_up(client: smtplib.SMTP) -> None:
    with suppress(OSError):
        if client.sock is not None:
            client.sock.shutdown(socket.SHUT_RDWR)


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _as_data(mail: bytes) -> bytes:
    """``mail`` as DATA wants it: line ends of one kind, the last one too, and a dot more where a line begins with one.

    A bare line feed before a lone dot would end the mail for some servers, and begin another of a stranger's making.
    """
    data = re.sub(rb"\r\n|\r|\n", b"\r\n", mail).replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"


# --- Sentences


def _later(reason: str, code: int, reply: bytes | str) -> NoReturn:
    raise Ended(Verdict(AttemptOutcome.TEMPORARY, reason, _said(code, reply)))


def _unheard() -> str:
    return _("The mail server did not say whether it took the mail: a copy may have arrived.")


def _trouble(error: Exception) -> str:
    # A time-out while reading comes as a broken connection.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return _("The mail server does not answer in time.")
    if isinstance(error, ssl.SSLError):
        return _("The connection to the mail server is not safe.")
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionResetError | BrokenPipeError):
        return _("The mail server has broken the connection off.")
    if isinstance(error, smtplib.SMTPException | ValueError):
        return _("The mail server did not understand us.")
    return _("The mail server cannot be reached.")


def _said(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return _printable(f"{code} {text}")


def _described(error: Exception) -> str:
    return _printable(f"{type(error).__name__}: {error}")


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)[:LONGEST_REPLY].strip()
