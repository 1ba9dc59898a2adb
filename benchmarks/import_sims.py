"""How fast a file of SIM cards is previewed and imported, with its history.

    python -m benchmarks.import_sims [--cards 50456] [--runs 3] [--database sqlite|postgresql]

Each run is a process of its own on an empty database. «again» is the same file a second time, «changed» one that
changes every card. To reach: 50,456 cards previewed and imported in under 30 s.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date

from benchmarks._databases import PostgreSQL, SQLite, on_each

STEPS = ("preview", "import", "again", "changed")


def file_of(cards: int, *, batch: str) -> bytes:
    from apps.core.identifiers import luhn_digit

    lines = ["ICCID;IMSI;PIN1;PUK1;PIN2;PUK2;FORMAT;RESEAU;LOT;STATUT"]
    for number in range(cards):
        body = f"893322{number:012d}"
        iccid = body + luhn_digit(body)
        lines.append(f"{iccid};20822{number:010d};1234;12345678;5678;87654321;NANO;ISM;{batch};EN_STOCK")
    return "\r\n".join(lines).encode()


def child(cards: int) -> None:
    """Print the seconds of each step on the database of the environment."""
    import django

    django.setup()
    from apps.sims.imports import SimImporter

    importer = SimImporter(today=date(2026, 11, 24))
    first, second = file_of(cards, batch="LOT1"), file_of(cards, batch="LOT2")
    steps = (
        (importer.plan, first, "new"),
        (importer.run, first, "new"),
        (importer.run, first, "unchanged"),
        (importer.run, second, "changed"),
    )
    seconds = []
    for step, data, expected in steps:
        start = time.perf_counter()
        counts = step(data).counts()
        seconds.append(time.perf_counter() - start)
        assert counts[expected] == cards, counts
    print(json.dumps(seconds))


def compare(database: SQLite | PostgreSQL, arguments: argparse.Namespace) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env={**environment, "DATABASE_URL": database.template}, check=True)
    command = [sys.executable, "-m", "benchmarks.import_sims", "--child", "--cards", str(arguments.cards)]
    runs = []
    for _ in range(arguments.runs):
        with database.copy() as url:
            result = subprocess.run(command, env={**environment, "DATABASE_URL": url}, capture_output=True, check=True)
        runs.append(json.loads(result.stdout))
    for step, seconds in zip(STEPS, zip(*runs, strict=True), strict=True):
        print(
            f"  {database.name:<11}{step:<9}{arguments.cards:>8,} cards{statistics.median(seconds):>8.2f} s", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cards", type=int, default=50_456)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="both unless given")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.cards)
        return
    print(f"import_sims: {os.cpu_count()} cores, Python {platform.python_version()}, median of {arguments.runs} runs")
    on_each(arguments.database, lambda database: compare(database, arguments))


if __name__ == "__main__":
    main()
