"""Something done in a process of its own, within limits: what people write must not hang whoever checks it."""

from __future__ import annotations

import fcntl
import logging
import math
import multiprocessing
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError
from apps.documents.workshop import open_worker

logger = logging.getLogger(__name__)

#: Of memory, in bytes: a page takes some 200 million in all.
MOST_MEMORY = 2_000_000_000
#: How much longer than its processor time something may take where others use the processors as well.
PATIENCE = 3
#: How many at once on one machine: whoever waits for one holds a process of the web server.
AT_ONCE = 2
#: How long somebody waits for a place, in seconds.
QUEUE_SECONDS = 5.0
POLL_SECONDS = 0.05


class TookTooLong(DomainError):
    """It was not done in time, and has been stopped."""


class TooManyAtOnce(DomainError):
    """Others are at it on this machine."""


class Crashed(DomainError):
    """The process ended without an answer, or with an error that nobody expected; the log says which."""


def run_apart[R](function: Callable[..., R], *arguments: Any, seconds: float) -> R:
    """What ``function`` returns (of a module, with arguments and result that can be pickled) in a new process.

    DomainErrors are raised here as they were there. TookTooLong after ``seconds`` of processor time, whatever else the
    machine has to do, or ``PATIENCE`` times as many by the clock; Crashed; TooManyAtOnce before anything is done.
    """
    with _place():
        kind, answer = _answered(function, arguments, seconds)
    if kind == "refused":
        raise DomainError(answer)
    if kind == "failed":
        logger.error("%s failed apart: %s", function.__qualname__, answer)
        raise Crashed(_("The drawing broke off: see the server’s log."))
    return answer


def _answered(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> tuple[str, Any]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, function, arguments, seconds), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds * PATIENCE):
            raise TookTooLong(_("This takes too long to draw."))
        answer: tuple[str, Any] = ours.recv()
        return answer
    except EOFError:
        process.join()
        if process.exitcode == -signal.SIGXCPU:
            raise TookTooLong(_("This takes too long to draw.")) from None
        return "failed", f"a process ended without an answer ({process.exitcode})"
    finally:
        process.kill()
        process.join()
        ours.close()


def _answer(to: Connection, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    open_worker()
    # Starting does not count.
    most = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    try:
        answer = ("done", function(*arguments))
    except DomainError as refused:
        answer = ("refused", str(refused))
    except Exception as error:  # noqa: BLE001  # whatever it is, it is told
        answer = ("failed", f"{type(error).__name__}: {error}")
    to.send(answer)


@contextmanager
def _place() -> Iterator[None]:
    """One of the machine's places, given back also by a process that is killed. TooManyAtOnce after a while."""
    folder = Path(settings.PRIVATE_ROOT) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        # The private store may be shared by several machines.
        places = [
            opened.enter_context((folder / f"apart-{socket.gethostname()}-{number}").open("ab"))
            for number in range(AT_ONCE)
        ]
        until = time.monotonic() + QUEUE_SECONDS
        while not any(_taken(place.fileno()) for place in places):
            if time.monotonic() > until:
                raise TooManyAtOnce(_("Other people are drawing documents at this moment: try again in a few seconds."))
            time.sleep(POLL_SECONDS)
        yield


def _taken(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
