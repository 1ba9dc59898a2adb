"""How fast files are compared with the database and taken over, with their history, and in how much memory.

    python -m benchmarks.imports [--cards 50456] [--rates 20000] [--runs 3] [--database sqlite|postgresql]

Each way is a process of its own on an empty database. «again» is the same file a second time, «changed» one that
changes every line; «by parts» is what the job does after somebody has confirmed. The plain alternatives take fewer
cards: every line through the model, its checks and its history; and the preview that import-export makes, which writes
every line and rolls back. «core» is how long the process itself computed: on a busy machine the rest is waiting.
To reach: 50,456 cards previewed and imported in under 30 s and 500 MB, 20,000 rates in under 20 s.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO, StringIO
from typing import Any

from benchmarks._databases import PostgreSQL, SQLite, on_each

TODAY = date(2026, 11, 24)
CARDS = "ICCID;IMSI;PIN1;PUK1;PIN2;PUK2;FORMAT;RESEAU;LOT;STATUT"
RATES = (
    "PREFIXE;DESTINATION;TYPE;SENS;ZONE_ORIGINE;ZONE_DESTINATION;PRIX_MINUTE_HT;PRIX_UNITE_HT;PRIX_MO_HT;"
    "FRAIS_CONNEXION_HT;PREMIER_PALIER_S;PALIER_S;SECONDES_GRATUITES;INCLUS_FORFAIT"
)
Steps = Iterator[tuple[str, Callable[[], Any]]]

# --- Files


def cards_file(cards: int, *, batch: str = "LOT1") -> bytes:
    from apps.core.identifiers import luhn_digit

    lines = [CARDS]
    for number in range(cards):
        body = f"893322{number:012d}"
        iccid = body + luhn_digit(body)
        lines.append(f"{iccid};20822{number:010d};1234;12345678;5678;87654321;NANO;ISM;{batch};EN_STOCK")
    return "\r\n".join(lines).encode()


def rates_file(rates: int, *, price: str = "0,05") -> bytes:
    lines = (f"1{n:06d};Destination {n // 50};VOIX;MO;FR;MONDE;{price};;;0,1;60;1;0;NON" for n in range(rates))
    return "\r\n".join([RATES, *lines]).encode()


def as_workbook(data: bytes) -> bytes:
    from openpyxl import Workbook

    book, file = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet("Cartes")
    for line in data.decode().splitlines():
        sheet.append(line.split(";"))
    book.save(file)
    return file.getvalue()


# --- Ways, each of so many lines


def cards(lines: int) -> Steps:
    yield from four_steps(importer_of_cards(), cards_file(lines), cards_file(lines, batch="LOT2"))


def cards_by_parts(lines: int) -> Steps:
    importer, data = importer_of_cards(), cards_file(lines)

    def write() -> None:
        for part in importer.parts(importer.read(data)):
            with importer.turn():
                importer.hold(part)
                importer.write(importer.compare(part), actor=None, source="cartes.csv")

    yield "import", write


def cards_of_a_workbook(lines: int) -> Steps:
    importer, data = importer_of_cards(), as_workbook(cards_file(lines))
    yield "preview", lambda: importer.plan(data, name="cartes.xlsx")


def rates(lines: int) -> Steps:
    from apps.tariffs.imports import TariffImporter

    importer = TariffImporter(today=TODAY, table="STANDARD")
    yield from four_steps(importer, rates_file(lines), rates_file(lines, price="0,06"))


def four_steps(importer: Any, first: bytes, second: bytes) -> Steps:
    yield "preview", lambda: importer.plan(first)
    yield "import", lambda: importer.run(first)
    yield "again", lambda: importer.run(first)
    yield "changed", lambda: importer.run(second)


def row_by_row(lines: int) -> Steps:
    """What a form does, line after line."""
    from django.db import transaction

    from apps.sims.models import SimCard

    @transaction.atomic
    def write() -> None:
        for row in csv.DictReader(StringIO(cards_file(lines).decode()), delimiter=";"):
            card = SimCard(iccid=row["ICCID"], imsi=row["IMSI"], pin1=row["PIN1"], puk1=row["PUK1"])
            card.pin2, card.puk2, card.network, card.batch = row["PIN2"], row["PUK2"], row["RESEAU"], row["LOT"]
            card.full_clean(exclude=["status"])
            card.save()

    yield "import", write


def import_export(lines: int) -> Steps:
    from import_export.resources import modelresource_factory
    from tablib import Dataset

    from apps.sims.models import SimCard

    fields = ("iccid", "imsi", "pin1", "puk1", "pin2", "puk2", "network", "batch")
    resource = modelresource_factory(SimCard)()
    rows = csv.DictReader(StringIO(cards_file(lines).decode()), delimiter=";")
    titles = ("ICCID", "IMSI", "PIN1", "PUK1", "PIN2", "PUK2", "RESEAU", "LOT")
    dataset = Dataset(*([row[title] for title in titles] for row in rows), headers=fields)
    for name in [name for name in resource.fields if name not in fields]:
        del resource.fields[name]
    resource._meta.import_id_fields = ("iccid",)
    resource._meta.use_transactions = True

    def preview() -> None:
        assert not resource.import_data(dataset, dry_run=True).has_errors()

    yield "preview", preview


def importer_of_cards() -> Any:
    from apps.sims.imports import SimImporter

    return SimImporter(today=TODAY)


SHARE = 0.04  # of the cards, for the alternatives
WAYS: dict[str, tuple[Callable[[int], Steps], str, float]] = {
    "cards": (cards, "cards", 1),
    "cards, by parts": (cards_by_parts, "cards", 1),
    "cards, workbook": (cards_of_a_workbook, "cards", 1),
    "rates": (rates, "rates", 1),
    "cards, row by row": (row_by_row, "cards", SHARE),
    "cards, import-export": (import_export, "cards", SHARE),
}


# --- Processes


def child(way: str, lines: int) -> None:
    """Print, on the database of the environment, how long each step takes, and the peak of memory up to its end."""
    import django

    django.setup()
    seconds, busy, peak = {}, {}, {}
    for name, step in WAYS[way][0](lines):
        start, busy_before = time.perf_counter(), time.process_time()
        plan = step()
        seconds[name], busy[name] = time.perf_counter() - start, time.process_time() - busy_before
        peak[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # kilobytes on Linux
        assert plan is None or (plan.faults == [] and sum(plan.counts().values()) == lines), plan.counts()
        del plan
    print(json.dumps({"seconds": seconds, "busy": busy, "peak": peak}))


def compare(database: SQLite | PostgreSQL, arguments: argparse.Namespace) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env={**environment, "DATABASE_URL": database.template}, check=True)
    for way, (_, of, share) in WAYS.items():
        lines = int(getattr(arguments, of) * share)
        command = [sys.executable, "-m", "benchmarks.imports", "--child", way, "--lines", str(lines)]
        runs = []
        for _run in range(arguments.runs):
            with database.copy() as url:
                result = subprocess.run(
                    command, env={**environment, "DATABASE_URL": url}, stdout=subprocess.PIPE, check=True
                )
            runs.append(json.loads(result.stdout))
        for step in runs[0]["seconds"]:
            peak = max(run["peak"][step] for run in runs)
            seconds, busy = (statistics.median(run[what][step] for run in runs) for what in ("seconds", "busy"))
            print(
                f"  {database.name:<11}{way:<21}{step:<9}{lines:>8,}{seconds:>9.2f} s"
                f"{busy:>9.2f} s core{lines / seconds:>10,.0f}/s{peak:>6} MB",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cards", type=int, default=50_456)
    parser.add_argument("--rates", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="both unless given")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--lines", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child, arguments.lines)
        return
    print(f"imports: {os.cpu_count()} cores, Python {platform.python_version()}, median of {arguments.runs} runs")
    on_each(arguments.database, lambda database: compare(database, arguments))


if __name__ == "__main__":
    main()
