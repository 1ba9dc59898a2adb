"""How fast call records are loaded, from CSV to rated, indexed, committed and covered rows.

    python -m benchmarks.load_cdrs [--records 1000000] [--runs 3] [--database sqlite|postgresql]

Each run is a process of its own on a database of its own, copied from one that holds the same reseller. Beside
``load_cdrs`` it measures the same file read row by row with the ORM and with ``bulk_create`` (on fewer records), and
as a measure of the machine, how fast the database takes the finished rows into a table without any index.
To reach on 2 cores: 150,000 records/s on PostgreSQL, 100,000 on SQLite, flat under 1 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks._databases import PostgreSQL, SQLite, on_each

METHODS = {"load_cdrs": 1.0, "bulk_create": 0.2, "row_by_row": 0.02, "bare rows": 1.0}  # share of the records


# --- What is measured, in a process of its own


def measured(method: str, path: Path, limit: int) -> float:
    """Seconds that the method takes for the first ``limit`` records of the file."""
    from apps.usage.services import load_file
    from benchmarks import _orm_loaders

    if method == "bare rows":
        return bare_rows(path)
    start = time.perf_counter()
    if method == "load_cdrs":
        load_file(path=path, actor=None)
    else:
        getattr(_orm_loaders, method)(path, limit)
    return time.perf_counter() - start


def bare_rows(path: Path) -> float:
    """Seconds for the rows of the file, ready made, to go into a table without indexes, in chunks."""
    import polars as pl
    from django.db import connection, transaction

    from apps.usage.bulk import bulk
    from apps.usage.parsing import ISM, parse_file

    table = SimpleNamespace(_meta=SimpleNamespace(db_table="bare"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare AS SELECT * FROM usage_ratedrecord WHERE 1 = 0")
    numbers = ("file_id", "format_id", "line_id", "rate_id", "billed_quantity", "covered_quantity", "price")
    taken = 0.0
    for batch in parse_file(path, ISM, chunk_bytes=12 * 1024 * 1024):
        rows = batch.records.drop("line_number", "raw").with_columns(
            id=pl.int_range(pl.len()),
            month=pl.col("local_date").dt.truncate("1mo"),
            destination=pl.lit("France mobile"),
            included=pl.lit(value=True),
            **{name: pl.lit(1, pl.Int64) for name in numbers},
        )
        start = time.perf_counter()
        with transaction.atomic():
            bulk().insert(table, rows)  # type: ignore[arg-type]
        taken += time.perf_counter() - start
    return taken


def child(arguments: argparse.Namespace) -> None:
    import django

    django.setup()
    if arguments.child == "settle":
        from django.core.management import call_command

        from benchmarks import _reseller

        call_command("migrate", verbosity=0)
        _reseller.settle(_reseller.line_count(arguments.records))
        _reseller.write_month(arguments.file, arguments.records)
        return
    limit = max(1, int(arguments.records * METHODS[arguments.child]))
    seconds = measured(arguments.child, arguments.file, limit)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # kilobytes on Linux
    print(json.dumps({"records": limit, "seconds": seconds, "peak": peak}))


# --- Processes


def run(task: str, url: str, arguments: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.load_cdrs", "--child", task, "--file", str(arguments.file)]
    result = subprocess.run(
        [*command, "--records", str(arguments.records)],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(result.stdout) if result.stdout.strip() else {}


def compare(database: SQLite | PostgreSQL, arguments: argparse.Namespace) -> None:
    run("settle", database.template, arguments)
    for method in METHODS:
        results = []
        for _ in range(arguments.runs):
            with database.copy() as url:
                results.append(run(method, url, arguments))
        seconds = statistics.median(result["seconds"] for result in results)
        records, peak = results[0]["records"], max(result["peak"] for result in results)
        rate = f"{records / seconds:,.0f}/s"
        print(f"  {database.name:<11}{method:<13}{records:>10,}{seconds:>10.2f} s{rate:>14}{peak:>7} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="both unless given")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments)
        return
    print(f"load_cdrs: {os.cpu_count()} cores, Python {platform.python_version()}, median of {arguments.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        arguments.file = Path(folder) / "month.csv"
        on_each(arguments.database, lambda database: compare(database, arguments))


if __name__ == "__main__":
    main()
