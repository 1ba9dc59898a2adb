"""How fast documents are drawn. To reach: 8 two-page invoices a second and core, 5,000 calls in under 1 s."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable

from apps.documents.annex import call_section, render_annex
from apps.documents.joining import page_count
from apps.documents.rendering import render_invoice
from tests.documents.samples import calls, fleet, invoice, item, logo

REPEATS = 20
LOGO = logo()


def seconds(task: Callable[[], object], *, repeats: int = REPEATS) -> float:
    """The median of processor time, after a first run that loads fonts and compiles the layout."""
    task()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    print(f"documents: {os.cpu_count()} cores, Python {platform.python_version()}, one process, processor time")
    for name, snapshot in {
        "one line, one item": invoice(item()),
        "one line, six items": invoice(*(item(position=rank) for rank in range(6))),
        "four lines, 12 items": invoice(*fleet(4)),
        "100 lines, 300 items": invoice(*fleet(100)),
    }.items():
        pages = page_count(render_invoice(snapshot, logo=LOGO))
        taken = seconds(lambda snapshot=snapshot: render_invoice(snapshot, logo=LOGO))
        print(f"  invoice, {name}: {pages} page(s), {taken * 1000:.0f} ms, {1 / taken:.1f}/s")
    section = call_section(msisdn="33639980001", calls=calls(5000))
    taken = seconds(lambda: render_annex(invoice(), [section]), repeats=5)
    print(f"  call detail of 5,000 calls: {taken:.2f} s")


if __name__ == "__main__":
    main()
