"""Drawing many documents at once, in processes of their own.

xhtml2pdf holds one lock per process, and a request must not wait behind a drawing: a pool of spawned workers draws,
snapshots go in and bytes come out. Spawned, not forked: a fork after a Polars query hangs.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import django

from apps.documents.annex import render_annex
from apps.documents.rendering import render_body
from apps.documents.snapshot import CallSection, InvoiceSnapshot

_lock = threading.Lock()
_pool: ProcessPoolExecutor | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One document to draw; ``key`` is given back with it. ``calls`` empty: no call detail.

    ``layout`` is the HTML of the version that the snapshot names; ``None``: the newest that is shipped.
    """

    key: int
    snapshot: InvoiceSnapshot
    logo: bytes | None
    calls: tuple[CallSection, ...] = ()
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The parts of one document, stored apart; or the fault that kept it from being drawn."""

    key: int
    front: bytes = b""
    annex: bytes | None = None
    fault: str = ""


def draw(order: Order) -> Drawn:
    """Draw one document in this process; a fault is told, not raised: it must not stop the others."""
    try:
        front = render_body(order.snapshot, logo=order.logo, layout=order.layout)
        annex = render_annex(order.snapshot, order.calls) if order.calls else None
    except Exception as error:  # noqa: BLE001  # whatever it is, it is told
        return Drawn(order.key, fault=f"{type(error).__name__}: {error}")
    return Drawn(order.key, front, annex)


def draw_all(orders: Iterable[Order]) -> Iterator[Drawn]:
    """Draw in the pool, in order. A worker that dies takes its pool with it; the next call starts another."""
    global _pool
    try:
        yield from _running_pool().map(draw, orders, chunksize=4)
    except BrokenProcessPool:
        with _lock:
            _pool = None
        raise


def _running_pool() -> ProcessPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ProcessPoolExecutor(
                os.cpu_count(),
                mp_context=multiprocessing.get_context("spawn"),
                initializer=open_worker,
            )
        return _pool


def open_worker() -> None:
    """Make a spawned process ready to draw."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    django.setup()  # drawing needs no apps, but the sentence that tells a fault is translated


def _leave_with_parent() -> None:
    """End this worker when its parent has ended: a killed one cannot tell its pool, which would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101  # a worker has one
    parent.join()
    os._exit(1)
