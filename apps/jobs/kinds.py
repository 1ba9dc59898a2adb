"""What there is to do: the kinds of jobs, and the chores that workers see to between jobs.

Apps register theirs in ``ready()``. A job row holds the code of its kind; the function behind it is safe to run twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from apps.jobs.choices import Queue

if TYPE_CHECKING:
    from apps.jobs.work import Outcome, Work

__all__ = ["Chore", "Kind", "Queue", "chores", "kind_of", "kinds", "register", "register_chore"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of long work.

    ``run`` gets the :class:`~apps.jobs.work.Work` and goes on from its cursor. Besides the person who started it,
    holders of ``permission`` see the job, its result and its file. Whoever starts it again needs ``starts``, which the
    button that starts it has asked for: without one, ``permission``. ``subject`` tells two jobs of the kind apart, by
    their parameters: the names of the files that are loaded.
    """

    code: str
    title: str | Promise
    run: Callable[[Work], Outcome | None]
    permission: str
    starts: str = ""
    queue: Queue = Queue.DEFAULT
    subject: Callable[[Mapping[str, Any]], str] = lambda parameters: ""


@dataclass(frozen=True, kw_only=True)
class Chore:
    """Something small to look after, every so many seconds: ``run`` tells whether it found something to do.

    As long as it did, it is called again at once. Several workers may call it at the same time.
    """

    code: str
    run: Callable[[], bool]
    every: float
    queue: Queue = Queue.DEFAULT


_kinds: dict[str, Kind] = {}
_chores: dict[str, Chore] = {}


def register(kind: Kind) -> None:
    _kinds[kind.code] = kind


def register_chore(chore: Chore) -> None:
    _chores[chore.code] = chore


def kind_of(code: str) -> Kind:
    """KeyError for a code that no installed app knows (any more)."""
    return _kinds[code]


def kinds() -> Mapping[str, Kind]:
    return MappingProxyType(_kinds)


def chores(queues: frozenset[Queue]) -> list[Chore]:
    """The chores of these queues, in the order in which they were registered."""
    return [chore for chore in _chores.values() if chore.queue in queues]
