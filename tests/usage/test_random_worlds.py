"""Random resellers, loaded by random pieces, are rated as the plain rater rates them one record at a time."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.core.periods import PARIS, Month, days_of
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.tariffs.grids import terms_of
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services import load_file
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    LineFactory,
    LineTariffFactory,
    OptionFactory,
    SubscriptionFactory,
    TariffFactory,
    TariffVersionFactory,
)
from tests.pure import reference_rater
from tests.pure.cdr_files import row
from tests.usage.conftest import amounts_are_true

pytestmark = pytest.mark.django_db

FIRST, DAYS = date(2026, 9, 15), 60
TYPES = {"VOIX": "voice", "SMS": "sms", "MMS": "mms", "DATA": "data"}
NUMBERS = ["112", "3631", "0899123456", "33612345678", "33123456789", "44123456", "3631234567"]
PREFIXES = ["", "33", "336", "44", "36", "3631", "08"]


def a_day(rng: random.Random) -> date:
    return FIRST + timedelta(days=rng.randrange(DAYS))


@dataclass
class World:
    """Two grids with two versions each, and five lines of which two had the same number, one after the other."""

    rng: random.Random
    customers: list[Customer] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    options: list[tuple[Line, str, int | None, date, date | None, bool]] = field(default_factory=list)

    def settle(self) -> None:
        self.customers = [CustomerFactory(), CustomerFactory()]
        grids = [self._grid(), self._grid()]
        reused = a_day(self.rng)
        for place in range(5):
            facts: dict[str, Any] = {"activated_on": date(2026, 1, 1)}
            if place == 3:
                facts.update(status="terminated", terminated_on=reused, msisdn="33639981234")
            if place == 4:
                facts.update(activated_on=reused, msisdn="33639981234")
            facts["billing_start"] = max(facts["activated_on"], self.rng.choice([date(2026, 1, 1), a_day(self.rng)]))
            if facts.get("terminated_on", date.max) <= facts["billing_start"]:
                facts["billing_start"] = facts["activated_on"]
            # Two customers, each of whom may have a pool.
            line = LineFactory(tariff=None, customer=self.customers[place % 2], **facts)
            self.lines.append(line)
            self._put_on_grids(line, grids)
            for _ in range(self.rng.randrange(4)):
                self._option(line)

    def _grid(self) -> Tariff:
        tariff = TariffFactory()
        for valid_from in (None, a_day(self.rng)):
            version = TariffVersionFactory(tariff=tariff, valid_from=valid_from)
            keys = {
                (kind, direction, zone, prefix, special)
                for kind in TYPES.values()
                for direction, zone in (("MO", "FR"), ("MO", "UE"), ("MT", "UE"))
                for prefix in PREFIXES
                for special in (False, True)
                if self.rng.random() < 0.5
            }
            Rate.objects.bulk_create(self._rate(version, *key) for key in sorted(keys))
        return tariff

    def _rate(self, version: TariffVersion, kind: str, direction: str, zone: str, prefix: str, special: bool) -> Rate:
        micros = [0, 35_000, 90_000, 1_234_567]
        return Rate(
            version=version,
            kind=kind,
            direction=direction,
            origin_zone=zone,
            prefix=prefix,
            special=special,
            destination=f"to {prefix}",
            price_minute=Decimal(self.rng.choice(micros)).scaleb(-6),
            price_unit=Decimal(self.rng.choice(micros)).scaleb(-6),
            price_megabyte=Decimal(self.rng.choice(micros)).scaleb(-6),
            connection_fee=Decimal(self.rng.choice([0, 0, 150_000])).scaleb(-6),
            first_step=self.rng.choice([1, 30]),
            step=self.rng.choice([1, 6]),
            free_seconds=self.rng.choice([0, 0, 3]),
            included=self.rng.random() < 0.7,
        )

    def _put_on_grids(self, line: Line, grids: list[Tariff]) -> None:
        begin, end = line.activated_on, line.terminated_on
        change = a_day(self.rng)
        if begin < change < (end or date.max):
            LineTariffFactory(line=line, tariff=grids[0], start=begin, end=change)
            LineTariffFactory(line=line, tariff=grids[1], start=change, end=end)
        else:
            LineTariffFactory(line=line, tariff=grids[0], start=begin, end=end)

    def _option(self, line: Line) -> None:
        option = OptionFactory(catalogue_price=None)
        start = self.rng.choice([line.billing_start, max(line.billing_start, a_day(self.rng))])
        end = self.rng.choice([None, start + timedelta(days=self.rng.randrange(1, 40))])
        SubscriptionFactory(line=line, offer=option, start=start, end=end)
        for kind, amounts in {"voice": [500, 3000], "sms": [2, 9], "data": [10**6, 10**8]}.items():
            quantity = self.rng.choice([*amounts, None]) if self.rng.random() < 0.9 else 0
            shared = self.rng.random() < 0.5
            AllowanceFactory(offer=option, kind=kind, quantity=quantity, unlimited=quantity is None, shared=shared)
            self.options.append((line, kind, quantity, start, end, shared))

    def record(self, name: str) -> dict[str, str]:
        rng = self.rng
        # Few instants, so that many calls begin together.
        start = datetime.combine(a_day(rng), datetime.min.time(), PARIS) + timedelta(hours=rng.choice([0, 1, 12, 23]))
        kind = rng.choice([*TYPES])
        return {
            "ID_CDR": name,
            "MSISDN": rng.choice([*(line.msisdn for line in self.lines), "33639989999"]),
            "DATE_HEURE": start.isoformat(),
            "TYPE": kind,
            "SENS": rng.choice(["MO", "MO", "MT", "FWD"]),
            "CORRESPONDANT": "" if kind == "DATA" else rng.choice(NUMBERS),
            "DUREE_S": str(rng.choice([0, 3, 31, 60, 601])),
            "VOLUME_OCTETS": str(rng.choice([0, 1, 1_048_576, 5_000_001])),
            "NB_UNITES": str(rng.choice([0, 1, 3])),
            "ZONE_ORIGINE": rng.choice(["FR", "FR", "FR", "UE"]),
        }

    # --- What must come out, said plainly

    def expected(self, records: list[dict[str, str]]) -> dict[str, object]:
        """By identifier the reason why it waits, or line, rate, billed and covered quantity and millionths."""
        outcomes: dict[str, object] = {}
        by_month: defaultdict[Month, list[dict[str, Any]]] = defaultdict(list)
        for record in records:
            day = datetime.fromisoformat(record["DATE_HEURE"]).astimezone(PARIS).date()
            holders = [line for line in self.lines if line.msisdn == record["MSISDN"]]
            serving = [one for one in holders if one.activated_on <= day < (one.terminated_on or date.max)]
            if not serving:
                outcomes[record["ID_CDR"]] = "inactive_line" if holders else "unknown_number"
                continue
            (line,) = serving
            by_month[Month.of(day)].append(self._plain(record, line, day))
        grids = {
            version.pk: [terms_of(rate) for rate in version.rates.all()] for version in TariffVersion.objects.all()
        }
        for month, plain in by_month.items():
            own, shared, members = self._allowances(month)
            for one in plain:
                pools = {kind: customer for line, kind, customer in members if line == one["line"]}
                one["shares"] = pools if one["pool"] else {}
            rated = reference_rater.rate_all(grids, plain, own, settings.MEGABYTE, shared)
            for one in plain:
                result = rated[one["id"]]
                outcomes[one["id"]] = "unrated" if result is None else (one["line"], *result)
        return outcomes

    def _plain(self, record: dict[str, str], line: Line, day: date) -> dict[str, Any]:
        kind = TYPES[record["TYPE"]]
        column = {"voice": "DUREE_S", "data": "VOLUME_OCTETS"}.get(kind, "NB_UNITES")
        (period,) = [one for one in line.tariffs.all() if one.start <= day < (one.end or date.max)]
        begun = [v for v in period.tariff.versions.all() if v.valid_from is None or v.valid_from <= day]
        return {
            "id": record["ID_CDR"],
            "line": line.pk,
            "kind": kind,
            "direction": record["SENS"],
            "number": record["CORRESPONDANT"],
            "quantity": int(record[column]),
            "zone": record["ZONE_ORIGINE"],
            "version": max(begun, key=lambda version: version.valid_from or date.min).pk,
            "pool": line.pk if day >= line.billing_start else None,
            "start": datetime.fromisoformat(record["DATE_HEURE"]),
        }

    def _allowances(self, month: Month) -> tuple[Amounts, Amounts, set[tuple[int, str, int]]]:
        """What lines have of their own, what pools hold, and who is in a pool: line, kind, customer."""
        own: defaultdict[tuple[int, str], Fraction | None] = defaultdict(Fraction)
        pools: defaultdict[tuple[int, str], Fraction | None] = defaultdict(Fraction)
        members = set()
        for line, kind, quantity, start, end, shared in self.options:
            ends = [day for day in (end, line.terminated_on, month.end) if day]
            served = (min(ends) - max(start, line.billing_start, days_of(month).start)).days
            if served <= 0:
                continue
            exact, key = (pools, (line.customer_id, kind)) if shared else (own, (line.pk, kind))
            so_far = exact[key]
            if shared:
                members.add((line.pk, kind, line.customer_id))
            if so_far is not None:
                exact[key] = None if quantity is None else so_far + Fraction(quantity * served, month.days)
        return _whole(own), _whole(pools), members


type Amounts = dict[tuple[int, str], int | None]


def _whole(exact: dict[tuple[int, str], Fraction | None]) -> Amounts:
    return {key: None if amount is None else floor(amount) for key, amount in exact.items()}


def found() -> dict[str, object]:
    waiting: dict[str, object] = dict(SuspendedRecord.objects.values_list("cdr_id", "reason"))
    return waiting | {
        record.cdr_id: (
            record.line_id,
            record.rate_id,
            record.billed_quantity,
            record.covered_quantity,
            int(record.price.scaleb(6)),
        )
        for record in RatedRecord.objects.all()
    }


@pytest.mark.parametrize("seed", range(8))
def test_a_random_world(seed: int, write: Callable[..., Path]) -> None:
    rng = random.Random(seed)
    world = World(rng)
    world.settle()
    records = [world.record(f"{rng.choice('aZé')}{place}") for place in range(250)]
    expected = world.expected(records)
    assert any(isinstance(result, tuple) and result[3] for result in expected.values())

    rows = [row(**record) for record in records]
    repeated = rng.sample(rows, 20)
    rows += repeated
    rng.shuffle(rows)
    cuts = sorted(rng.sample(range(len(rows)), rng.randrange(5)))
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        load_file(path=write(*rows[start:end]), actor=None, chunk_bytes=rng.choice([900, 5_000, 10**6]))
        assert amounts_are_true()

    assert found() == expected
    assert sum(file.duplicate for file in CdrFile.objects.all()) == len(repeated)
