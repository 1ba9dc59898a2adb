"""A reseller of any size, and a month of call records for it; always the same for the same size.

One line in three has two hours, 100 messages and 100 MB, one has all unlimited but 20 GB, one nothing: as in the
sample reseller. Some 85 records a line, in no order, one in a thousand malformed, one in a hundred of an unknown
number, of which one in twenty repeats an identifier.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
from django.db import transaction

from apps.catalog.choices import OfferKind, UsageKind
from apps.catalog.models import Allowance, Offer
from apps.customers.models import Customer
from apps.lines.choices import LineStatus
from apps.lines.models import Line, LineNumber, LineTariff, Subscription
from apps.tariffs.models import Rate, Tariff, TariffVersion

RECORDS_PER_LINE = 85
LINES_PER_CUSTOMER = 10
STARTED = date(2026, 1, 1)
BATCH = 5_000
HEADER = (
    "ID_CDR;MSISDN;DATE_HEURE;TYPE;SENS;CORRESPONDANT;DUREE_S;VOLUME_OCTETS;NB_UNITES;"
    "ZONE_ORIGINE;RESEAU;ZONE_DESTINATION;LIBELLE;APN;MONTANT_ACHAT_HT"
)
FOREIGN_PREFIXES = 2_000


def msisdn(rank: int) -> str:
    return str(33_700_000_000 + rank)


def line_count(records: int) -> int:
    return max(1, records // RECORDS_PER_LINE)


@transaction.atomic
def settle(lines: int) -> None:
    """Grid, offers, customers and lines, in an empty database."""
    tariff = _grid()
    plans = _plans()
    customers = Customer.objects.bulk_create(
        (
            Customer(number=f"C{rank:07d}", name=f"CLIENT {rank}", legal_name=f"Client {rank}", login=f"C{rank:07d}")
            for rank in range(-(-lines // LINES_PER_CUSTOMER))
        ),
        batch_size=BATCH,
    )
    fleet = Line.objects.bulk_create(
        (
            Line(
                customer=customers[rank // LINES_PER_CUSTOMER],
                msisdn=msisdn(rank),
                status=LineStatus.ACTIVE,
                activated_on=STARTED,
                billing_start=STARTED,
            )
            for rank in range(lines)
        ),
        batch_size=BATCH,
    )
    LineNumber.objects.bulk_create(
        (LineNumber(line=line, msisdn=line.msisdn, start=STARTED) for line in fleet), batch_size=BATCH
    )
    LineTariff.objects.bulk_create(
        (LineTariff(line=line, tariff=tariff, start=STARTED) for line in fleet), batch_size=BATCH
    )
    Subscription.objects.bulk_create(
        (
            Subscription(
                customer=line.customer, line=line, offer=plan, kind=plan.kind, price=Decimal(10), start=STARTED
            )
            for rank, line in enumerate(fleet)
            for plan in [plans[rank % len(plans)]]
        ),
        batch_size=BATCH,
    )


def _plans() -> list[Offer]:
    hours, pro, none = Offer.objects.bulk_create(
        Offer(kind=OfferKind.PLAN, code=code, label=code) for code in ("HOURS", "PRO", "NONE")
    )
    Allowance.objects.bulk_create(
        [
            Allowance(offer=hours, kind=UsageKind.VOICE, quantity=7_200),
            Allowance(offer=hours, kind=UsageKind.SMS, quantity=100),
            Allowance(offer=hours, kind=UsageKind.DATA, quantity=100 * 1024**2),
            Allowance(offer=pro, kind=UsageKind.VOICE, unlimited=True),
            Allowance(offer=pro, kind=UsageKind.SMS, unlimited=True),
            Allowance(offer=pro, kind=UsageKind.DATA, quantity=20 * 1024**3),
        ]
    )
    return [hours, pro, none]


def _grid() -> Tariff:
    tariff = Tariff.objects.create(code="BENCH", label="Bench")
    version = TariffVersion.objects.create(tariff=tariff)
    rng = random.Random(1)

    def rate(**facts: object) -> Rate:
        return Rate(**{"version": version, "direction": "MO", "origin_zone": "FR", "destination": "France", **facts})

    foreign = rng.sample([str(prefix) for prefix in range(2_000, 99_999) if not str(prefix).startswith("33")], 2_000)
    Rate.objects.bulk_create(
        [
            rate(kind="voice", prefix="33", price_minute=Decimal("0.035"), included=True),
            rate(kind="voice", prefix="336", price_minute=Decimal("0.09"), included=True),
            rate(kind="sms", price_unit=Decimal("0.06"), included=True),
            rate(kind="mms", price_unit=Decimal("0.25")),
            rate(kind="data", price_megabyte=Decimal("0.05"), included=True),
            *(
                rate(
                    kind="voice",
                    prefix=prefix,
                    destination=f"Destination {prefix[:2]}",
                    price_minute=Decimal(rng.randrange(10, 900)).scaleb(-3),
                    first_step=30,
                    step=6,
                )
                for prefix in foreign
            ),
        ]
    )
    return tariff


def write_month(path: Path, records: int) -> None:
    """A file of October 2026 for the lines of :func:`settle`."""
    rng = random.Random(2)
    lines = line_count(records)
    first = datetime(2026, 10, 1)  # noqa: DTZ001  # wall-clock time of the file, its offset is written beside it
    kinds = ["VOIX"] * 12 + ["DATA"] * 6 + ["SMS"] * 5 + ["MMS"]
    with path.open("w") as file:
        file.write(HEADER + "\n")
        for start in range(0, records, 100_000):
            count = min(100_000, records - start)
            picked = [rng.choice(kinds) for _ in range(count)]
            frame = pl.DataFrame(
                {
                    "id": [f"202610-01-{rank - (rng.random() < 0.0005):09d}" for rank in range(start, start + count)],
                    "msisdn": [msisdn(int(rng.random() * lines * 1.01)) for _ in range(count)],
                    "at": [
                        (first + timedelta(seconds=rng.randrange(24 * 86_400))).isoformat() + "+02:00"
                        if rng.random() > 0.001
                        else "2026-10-45T00:00:00+02:00"
                        for _ in range(count)
                    ],
                    "kind": picked,
                    "direction": "MO",
                    "other": [
                        ""
                        if kind == "DATA"
                        else f"336{rng.randrange(10**8):08d}"
                        if rng.random() < 0.7
                        else f"33{rng.choice('12345')}{rng.randrange(10**8):08d}"
                        for kind in picked
                    ],
                    "seconds": [str(rng.randrange(600)) if kind == "VOIX" else "" for kind in picked],
                    "bytes": [str(rng.randrange(40_000_000)) if kind == "DATA" else "" for kind in picked],
                    "units": ["1" if kind in ("SMS", "MMS") else "" for kind in picked],
                    "zone": "FR",
                    "network": "20822",
                    "to": "",
                    "label": "",
                    "apn": "",
                    "cost": [f"{rng.randrange(100_000) / 10**6:.6f}" for _ in range(count)],
                }
            )
            file.write(frame.write_csv(include_header=False, separator=";", quote_style="never"))
