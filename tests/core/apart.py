"""A process in which something may go wrong: little memory, a clock that ends what takes too long."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import django
from django.utils import translation

from apps.core import sandbox
from apps.core.sandbox import TemplateFault
from tests.core.attacks import world

MEMORY = 1 << 30  # bytes of addresses, of which Python and Django take about a third
SECONDS = 20


@dataclass(frozen=True)
class Outcome:
    """``kind``: «shown», «fault», or the name of an exception that nobody expects."""

    kind: str
    text: str
    line: int | None
    seconds: float


#: What is done to a template.
Work = Callable[[str], Outcome]


def prepare() -> None:
    django.setup()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@contextmanager
def clock() -> Iterator[None]:
    def over(*_args: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fill_in(source: str) -> Outcome:
    """What becomes of ``source``, in a mail's text and as HTML."""
    return watched(lambda: sandbox.render(source, world()) + sandbox.render(source, world(), plain=True))


def watched(work: Callable[[], str]) -> Outcome:
    start = time.perf_counter()
    kind, text, line = "shown", "", None
    try:
        with clock(), translation.override("fr"):
            text = work()
    except TemplateFault as fault:
        kind, text, line = "fault", str(fault), fault.line
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is what the test wants to know
        kind, text = type(error).__name__, str(error)
    return Outcome(kind, text, line, time.perf_counter() - start)


def all_of(sources: Iterable[str], work: Work = fill_in) -> list[Outcome]:
    """What becomes of each; ``work`` is a function of a module, as it is called in another process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=prepare) as process:
        return list(process.map(work, sources))
