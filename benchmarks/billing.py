"""How fast invoices are computed and numbered, without their PDFs.

    python -m benchmarks.billing [--customers 1000] [--database sqlite|postgresql]

Two lines a customer, 40 rated calls a line, a discount. Beside the run it measures the plain alternative: the same
drafts computed and numbered customer by customer, one transaction each. To reach: 1,000 invoices in under 10 s.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from decimal import Decimal

from benchmarks._databases import PostgreSQL, SQLite, on_each

LINES = 2
CALLS = 40
SERVICE_FROM = date(2026, 1, 1)
BILLED_FROM = date(2026, 10, 1)
ISSUED_ON = date(2026, 11, 2)


def settle(customers: int) -> None:
    """Customers, lines and their rated calls, in an empty database."""
    from apps.branding.models import Integrator
    from apps.catalog.models import Offer
    from apps.core.periods import Month
    from apps.customers.models import Address, Customer
    from apps.lines.services import NewLine, open_lines
    from apps.lines.terms import DiscountTerms
    from apps.sims.models import SimCard
    from apps.tariffs.models import Rate, Tariff, TariffVersion
    from apps.usage.models import CdrFormat, RatedRecord

    Integrator.objects.create(
        pk=1, legal_name="Banc", siren="732829320", address="1 rue du Banc", postal_code="75002", city="Paris"
    )
    tariff = Tariff.objects.create(code="BANC", label="Banc")
    version = TariffVersion.objects.create(tariff=tariff)
    rates = Rate.objects.bulk_create(
        Rate(
            version=version,
            prefix=str(33 + rank),
            destination=f"Pays {rank}",
            kind="voice",
            direction="MO",
            origin_zone="FR",
        )
        for rank in range(6)
    )
    plan = Offer.objects.create(kind="plan", code="BANC", label="Banc")
    owners = Customer.objects.bulk_create(
        Customer(number=f"B{rank:06d}", name=f"CLIENT {rank}", login=f"B{rank:06d}") for rank in range(customers)
    )
    Address.objects.bulk_create(
        Address(customer=owner, street="1 RUE DU BANC", postal_code="75002", city="PARIS") for owner in owners
    )
    cards = SimCard.objects.bulk_create(SimCard(iccid=f"8933{rank:015d}") for rank in range(customers * LINES))
    lines = open_lines(
        new_lines=[
            NewLine(
                customer=owners[rank // LINES],
                msisdn=f"336{rank:08d}",
                sim=card,
                tariff=tariff,
                offers=[(plan, Decimal("19.90"))],
                activated_on=SERVICE_FROM,
                billing_start=BILLED_FROM,
                discounts=[DiscountTerms(percent=Decimal(10))],
            )
            for rank, card in enumerate(cards)
        ],
        today=ISSUED_ON,
        actor=None,
    )
    form = CdrFormat.objects.get(code="ISM").pk
    day = datetime(2026, 10, 3, 12, tzinfo=UTC)
    records = (
        RatedRecord(
            id=rank * CALLS + call + 1,
            file_id=0,
            format_id=form,
            month=Month(2026, 10).start,
            cdr_id=f"{rank}-{call}",
            msisdn=line.msisdn,
            started_at=day,
            local_date=day.date(),
            kind=1,
            direction=1,
            correspondent="33612345678",
            quantity=60,
            line=line,
            rate=rates[call % len(rates)],
            destination=rates[call % len(rates)].destination,
            billed_quantity=60,
            price=Decimal("0.123456"),
        )
        for rank, line in enumerate(lines)
        for call in range(CALLS)
    )
    RatedRecord.objects.bulk_create(records, batch_size=2000)


def measured(chunk: int) -> tuple[float, float]:
    """Seconds to compute and to number all drafts, ``chunk`` customers in a transaction."""
    from apps.billing.services import chunks, open_run
    from apps.billing.services.computing import compute_under
    from apps.billing.services.issuing import issue_under
    from apps.billing.services.leases import leased
    from apps.core.periods import Month

    chunks.in_chunks.__kwdefaults__["size"] = chunk
    run = open_run(month=Month(2026, 10))
    with leased(run, wait_seconds=0) as lease:
        start = time.perf_counter()
        compute_under(lease)
        computed = time.perf_counter()
        issue_under(lease, issue_on=ISSUED_ON)
        return computed - start, time.perf_counter() - computed


def compare(database: SQLite | PostgreSQL, customers: int) -> None:
    """The run as it is, and the plain alternative on a fifth of the customers: each in a process and a database."""
    with tempfile.TemporaryDirectory() as private:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "PRIVATE_ROOT": private}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env={**environment, "DATABASE_URL": database.template}, check=True)
    for chunk, size in ((50, customers), (1, max(1, customers // 5))):
        arguments = [sys.executable, "-m", "benchmarks.billing", "--inside", str(chunk), "--customers", str(size)]
        # The ledger's log belongs to its database: each has a folder of its own.
        with database.copy() as url, tempfile.TemporaryDirectory() as private:
            subprocess.run(arguments, env={**environment, "DATABASE_URL": url, "PRIVATE_ROOT": private}, check=True)


def inside(customers: int, chunk: int) -> None:
    import django
    from django.db import connection

    django.setup()
    settle(customers)
    computing, issuing = measured(chunk)
    name = "one transaction per customer" if chunk == 1 else f"chunks of {chunk}"
    total = computing + issuing
    print(
        f"  {connection.vendor:<11} {name:<29} {customers:>6} {computing:>9.1f} {issuing:>9.1f} {total:>9.1f}"
        f" {customers / total:>8.0f}/s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.customers, options.inside)
        return
    print(f"billing: {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"  {'database':<11} {'way':<29} {'bills':>6} {'compute s':>9} {'issue s':>9} {'total s':>9}")
    on_each(options.database, lambda database: compare(database, options.customers))


if __name__ == "__main__":
    main()
