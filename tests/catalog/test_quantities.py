from __future__ import annotations

import pytest

from apps.catalog.quantities import quantity_text


@pytest.mark.parametrize(
    ("kind", "quantity", "said"),
    [
        ("voice", 0, "0 s"),
        ("voice", 59, "59 s"),
        ("voice", 754, "12 min 34 s"),
        ("voice", 7200, "2 h"),
        ("voice", 9000, "2 h 30 min"),
        ("voice", 3_600_000, "1 000 h"),
        ("sms", 1, "1 SMS"),
        ("sms", 1500, "1 500 SMS"),
        ("mms", 2, "2 MMS"),
        ("data", 0, "0 octets"),
        ("data", 1023, "1 023 octets"),
        ("data", 1024, "1 Ko"),
        ("data", 1536, "1,5 Ko"),
        ("data", 104_857_600, "100 Mo"),
        ("data", 21_474_836_480, "20 Go"),
        ("data", 5 * 1024**5, "5 120 To"),
    ],
)
def test_a_quantity_is_said_in_its_unit(kind: str, quantity: int, said: str) -> None:
    assert quantity_text(kind, quantity).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_reseller_who_counts_in_thousands_reads_thousands(settings: pytest.FixtureRequest) -> None:
    settings.MEGABYTE = 1000**2  # type: ignore[attr-defined]
    assert quantity_text("data", 20_000_000_000) == "20\N{NO-BREAK SPACE}Go"
