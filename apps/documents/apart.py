"""Something done in a process of its own, within a time: what people write must not hang whoever checks it."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError
from apps.documents.workshop import open_worker

#: Of memory, in bytes: a page takes some 200 million in all.
MOST_MEMORY = 2_000_000_000


class TookTooLong(DomainError):
    """It was not done in time, and has been stopped."""


class Crashed(RuntimeError):
    """The process ended without an answer, or with an error that is a bug."""


def run_apart[R](function: Callable[..., R], *arguments: Any, seconds: float) -> R:
    """What ``function`` returns (of a module, with arguments and result that can be pickled) in a new process.

    DomainErrors are raised here as they were there. TookTooLong after ``seconds``, when the process is killed.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, function, arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise TookTooLong(_("This takes too long to draw."))
        kind, answer = ours.recv()
    except EOFError:
        raise Crashed("a process ended without an answer") from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if kind == "refused":
        raise DomainError(answer)
    if kind == "failed":
        raise Crashed(answer)
    return answer


def _answer(to: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    open_worker()
    try:
        answer = ("done", function(*arguments))
    except DomainError as refused:
        answer = ("refused", str(refused))
    except Exception as error:  # noqa: BLE001  # whatever it is, it is told
        answer = ("failed", f"{type(error).__name__}: {error}")
    to.send(answer)
