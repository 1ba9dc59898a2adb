"""How long work tells whoever watches how far it is, without knowing who that is.

A service takes ``progress: Progress = unwatched`` and calls it in the transaction of each chunk, after its own writes:
the watcher commits its note of the chunk with the chunk. The watcher may end the work there by raising
:class:`Interrupted`; the chunk is rolled back, and what was committed before stays.
"""

from __future__ import annotations

from typing import Protocol


class Interrupted(Exception):  # nothing went wrong
    """The work is to stop here: cancelled, or handed over. It is nobody's fault among the rows of the chunk."""


class Progress(Protocol):
    """Told that ``done`` of ``total`` units are behind; a total that is not given stays what it was."""

    def __call__(self, *, done: int, total: int | None = None) -> None: ...


def unwatched(*, done: int, total: int | None = None) -> None:
    """Nobody watches: commands and tests."""
