"""A line with a grid, and files of call records for it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from apps.lines.models import Line
from apps.tariffs.models import Rate, TariffVersion
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services import load_file
from tests.factories import LineFactory, RateFactory
from tests.pure.cdr_files import HEADER

MSISDN = "33639980001"  # which the rows of tests.pure.cdr_files call from

type Load = Callable[..., CdrFile]


@pytest.fixture
def rate(db: None) -> Rate:
    """Calls to French mobiles at 0.06 € a minute, by the second, which allowances may pay."""
    return RateFactory(price_minute=Decimal("0.06"), included=True)


@pytest.fixture
def version(rate: Rate) -> TariffVersion:
    return rate.version


@pytest.fixture
def line(version: TariffVersion) -> Line:
    """Active since January, on that grid, with a plan that includes nothing."""
    return LineFactory(msisdn=MSISDN, tariff=version.tariff)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Makes a file of rows, under the header unless told otherwise."""
    numbers = count(1)

    def write(*rows: str, name: str = "", header: str = HEADER) -> Path:
        path = tmp_path / (name or f"CDR_MOBILE_TEST_202610_{next(numbers):02d}.csv")
        path.write_text("".join(f"{line}\n" for line in (header, *rows) if line))
        return path

    return write


@pytest.fixture
def load(db: None, write: Callable[..., Path]) -> Load:
    """Loads a file of rows."""

    def load(*rows: str, name: str = "", **options: Any) -> CdrFile:
        return load_file(path=write(*rows, name=name), actor=None, **options)

    return load


def counts(file: CdrFile) -> dict[str, int]:
    """The outcomes of a file that occurred."""
    names = ("rated", "duplicate", "unknown_number", "inactive_line", "unrated", "malformed")
    return {name: number for name in names if (number := getattr(file, name))}


def rated_contents() -> list[tuple[Any, ...]]:
    """Everything that rated records say but their keys and their files, which depend on the order of loading."""
    names = [field.attname for field in RatedRecord._meta.fields if field.name not in ("id", "file")]
    return sorted(RatedRecord.objects.values_list(*names), key=repr)


def waiting_contents() -> list[tuple[Any, ...]]:
    return sorted(SuspendedRecord.objects.values_list("reason", "month", "cdr_id", "detail", "raw"), key=repr)


def amounts_are_true() -> bool:
    """Whether every file says what its records cost and were bought for."""
    return all(
        (file.amount, file.cost) == (sum(r.price for r in records), sum(r.cost for r in records))
        for file in CdrFile.objects.exclude(state="backed_out")
        for records in [list(RatedRecord.objects.filter(file=file))]
    )
