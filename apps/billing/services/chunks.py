"""Many rows in one transaction, and one by one where something in it goes wrong.

A chunk commits whole: one set of queries serves fifty invoices. If a row breaks it, the chunk is rolled back and its
rows are tried one by one, so that the bad one alone is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import batched

from django.db import InterfaceError, OperationalError

from apps.billing.services.leases import LeaseLost
from apps.core.progress import Interrupted

SIZE = 50


def in_chunks[T, R](
    rows: Iterable[T],
    act: Callable[[Sequence[T]], R],
    *,
    then: Callable[[R], None] = lambda _done: None,
    refuse: Callable[[T, Exception], None],
    size: int = SIZE,
) -> None:
    """Call ``act``, which opens its own transaction, on chunks of ``rows``; ``refuse`` is told what single row failed.

    ``then`` gets what ``act`` returned once it has committed. What fails there, like a lost lease or an
    interruption, is nobody's fault among the rows and ends it all; so does a database that hangs up. Whether its last
    commit was done nobody knows then: another attempt reads it there, and goes on from it.
    """
    for chunk in batched(rows, size):
        _attempt(chunk, act, then, refuse)


def _attempt[T, R](
    chunk: Sequence[T],
    act: Callable[[Sequence[T]], R],
    then: Callable[[R], None],
    refuse: Callable[[T, Exception], None],
) -> None:
    try:
        done = act(chunk)
    except (LeaseLost, Interrupted, OperationalError, InterfaceError):
        raise
    except Exception as fault:  # noqa: BLE001  # whatever it is, it is told
        if len(chunk) == 1:
            refuse(chunk[0], fault)
            return
        for one in chunk:
            _attempt([one], act, then, refuse)
    else:
        then(done)
