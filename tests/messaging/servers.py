"""Mail servers to send to: honest ones, and those that fail at a chosen moment.

``Server`` is aiosmtpd, which keeps what it takes. ``Rude`` is a plain socket that follows a script, for what no
library would do: falling silent, hanging up inside a mail, taking a mail without saying so.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import random
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from enum import Enum, auto
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Taken:
    """A mail as a server took it: its envelope and its bytes."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        message = email.message_from_bytes(self.data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class Keeper:
    """Answers 250 unless ``refuse`` says otherwise: by step (MAIL, RCPT, DATA), answers to give, one per mail."""

    refuse: dict[str, list[str]] = field(default_factory=dict)
    refused_addresses: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)

    def _next(self, step: str) -> str | None:
        answers = self.refuse.get(step)
        return answers.pop(0) if answers else None

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self._next("MAIL")
        if answer is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self.refused_addresses.get(address) or self._next("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self._next("DATA")
        if answer is None:
            self.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content)))
        return answer or "250 2.0.0 Message accepted"


@contextlib.contextmanager
def serving(keeper: Keeper, **options: Any) -> Iterator[int]:
    """The port at which ``keeper`` takes mails."""
    controller = Controller(keeper, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- Servers that follow a script


class Connection:
    """One client of a rude server."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.lines = sock.makefile("rb")

    def say(self, text: str) -> None:
        self.sock.sendall(text.encode() + b"\r\n")

    def hear(self) -> bytes:
        return self.lines.readline()

    def until_data(self) -> None:
        """Everything that goes well: greeting, EHLO, MAIL, RCPT; at the answer to DATA, the mail may come."""
        self.say("220 rude ESMTP")
        while not (line := self.hear()).upper().startswith(b"DATA"):
            assert line, "the client went away"
            self.say("250 OK")
        self.say("354 go ahead")

    def whole_mail(self) -> bytes:
        """The mail with its end: what a server has when it has it all."""
        data = b""
        while not data.endswith(b"\r\n.\r\n"):
            line = self.hear()
            assert line, "the client went away"
            data += line
        return data

    def wait_for_end(self) -> None:
        """Until the client has had enough."""
        with contextlib.suppress(OSError):
            while self.hear():
                pass

    def hang_up(self) -> None:
        """At once, with a reset: what is left unread is lost."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.close()

    def close(self) -> None:
        # The file holds the socket open.
        self.lines.close()
        self.sock.close()


Script = Callable[[Connection], None]


@contextlib.contextmanager
def rude(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that treats each of its clients as ``script`` says, over ``tls`` from the first byte."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.2)
    over = threading.Event()
    faults: list[BaseException] = []

    def one(sock: socket.socket) -> None:
        try:
            with contextlib.closing(Connection(tls.wrap_socket(sock, server_side=True) if tls else sock)) as connection:
                script(connection)
        except (OSError, ValueError):
            sock.close()  # the client has gone first
        except BaseException as fault:  # noqa: BLE001  # told by the test, not by the thread
            faults.append(fault)

    def accept() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                sock, _address = listening.accept()
                sock.settimeout(10)
                threading.Thread(target=one, args=[sock], daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        thread.join()
        listening.close()
    assert faults == []


def silent(connection: Connection) -> None:
    connection.wait_for_end()


def pause(seconds: float) -> None:
    time.sleep(seconds)


# --- A server with its moods


class Fault(Enum):
    BUSY = auto()
    HANG_UP_BEFORE = auto()
    HANG_UP_INSIDE = auto()
    LATER = auto()
    NEVER = auto()
    TAKEN_IN_SILENCE = auto()
    LOST_IN_SILENCE = auto()


class Moody:
    """A mail server that fails at one mail in five, each time in another way, and counts what it takes."""

    def __init__(self, *, seed: int, faults: float = 0.2) -> None:
        self.chance = random.Random(seed)
        self.faults = faults
        self.lock = threading.Lock()
        #: How often each mail was taken, and which were refused for good; by Message-ID.
        self.taken: Counter[str] = Counter()
        self.refused: set[str] = set()

    def fault(self) -> Fault | None:
        with self.lock:
            return self.chance.choice(list(Fault)) if self.chance.random() < self.faults else None

    def __call__(self, client: Connection) -> None:
        """One connection, over which several mails may come."""
        client.say("220 moody ESMTP")
        while self.one_mail(client, self.fault()):
            pass

    def one_mail(self, client: Connection, fault: Fault | None) -> bool:
        """Whether the connection outlives the mail."""
        while not (line := client.hear().upper()).startswith(b"DATA"):
            if not line or line.startswith(b"QUIT"):
                client.say("221 bye")
                return False
            if line.startswith(b"MAIL") and fault is Fault.BUSY:
                client.say("421 busy")
                return False
            if line.startswith(b"MAIL") and fault is Fault.HANG_UP_BEFORE:
                client.hang_up()
                return False
            client.say("250 OK")
        client.say("354 go ahead")
        if fault is Fault.HANG_UP_INSIDE:
            client.hear()
            client.hang_up()
            return False
        return self.end_of_mail(client, client.whole_mail(), fault)

    def end_of_mail(self, client: Connection, data: bytes, fault: Fault | None) -> bool:
        name = str(BytesHeaderParser().parsebytes(data)["Message-ID"])
        if fault is Fault.LATER:
            client.say("452 disk full")
            return True
        if fault is Fault.NEVER:
            with self.lock:
                self.refused.add(name)
            client.say("550 no")
            return True
        if fault is not Fault.LOST_IN_SILENCE:
            with self.lock:
                self.taken[name] += 1
        if fault is not None:
            client.hang_up()
            return False
        client.say("250 taken")
        return True
