"""Files of minute grids: the whole content of a version (DOMAIN §5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.imports import Plan
from apps.core.wording import sentence
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate, Tariff, TariffVersion
from tests.commands import run_command
from tests.factories import RateFactory, TariffFactory, TariffVersionFactory, UserFactory
from tests.usage.factories import RateUseFactory

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
SAMPLE = str(ROOT / "fixtures/demo/grille_minutes.csv")
TODAY = date(2026, 11, 24)
WINTER = date(2026, 12, 1)
HEADER = (
    "PREFIXE;DESTINATION;TYPE;SENS;ZONE_ORIGINE;ZONE_DESTINATION;PRIX_MINUTE_HT;PRIX_UNITE_HT;PRIX_MO_HT;"
    "FRAIS_CONNEXION_HT;PREMIER_PALIER_S;PALIER_S;SECONDES_GRATUITES;INCLUS_FORFAIT"
)
MOBILE = "336;France mobile;VOIX;MO;FR;FR;0,09;;;0;1;1;0;OUI"
FIXED = "33;France fixe;VOIX;MO;FR;FR;0,035;;;0;1;1;0;OUI"
HELP = "3631;La Poste;VOIX;MO;FR;SPECIAL;0;;;0;1;1;0;NON"
DATA = ";Internet;DATA;MO;FR;FR;;;0,05;0;;;;OUI"


def run(*lines: str, valid_from: date | None = None, **options: Any) -> Plan[Rate]:
    importer = TariffImporter(today=TODAY, table="STANDARD", valid_from=valid_from)
    return importer.run("\n".join([HEADER, *lines]).encode(), **options)


def taken(*lines: str, **options: Any) -> Plan[Rate]:
    """The plan of a file that is taken over."""
    plan = run(*lines, **options)
    assert [(fault.line, fault.column, sentence(fault)) for fault in plan.faults] == []
    return plan


def everything() -> Iterator[dict[str, Any]]:
    for rows in (Tariff.objects, TariffVersion.objects, Rate.objects, Rate.history):  # type: ignore[attr-defined]
        yield from rows.order_by("pk").values()


def faults(*lines: str, **options: Any) -> list[tuple[int, str, str]]:
    before = list(everything())
    plan = run(*lines, **options)
    assert list(everything()) == before
    return [(fault.line, fault.column, fault.reason_code) for fault in plan.faults]


def grid(version: TariffVersion | None = None) -> dict[str, Decimal]:
    """Price per minute by prefix of a version (the only one, unless named)."""
    rates = Rate.objects.filter(version=version or TariffVersion.objects.get())
    return dict(rates.values_list("prefix", "price_minute"))


# --- What a line becomes


def test_a_line_becomes_a_rate() -> None:
    taken("44;Royaume-Uni;VOIX;MT;ROAM_UE;UE;0.123456;;;0,15;30;6;3;NON")
    rate = Rate.objects.get()
    assert (rate.prefix, rate.destination, rate.kind, rate.direction) == ("44", "Royaume-Uni", "voice", "MT")
    assert (rate.origin_zone, rate.destination_zone, rate.special) == ("ROAM_UE", "UE", False)
    assert (rate.price_minute, rate.connection_fee) == (Decimal("0.123456"), Decimal("0.15"))
    assert (rate.first_step, rate.step, rate.free_seconds, rate.included) == (30, 6, 3, False)


def test_empty_cells_are_zero_prices_and_steps_of_one_second() -> None:
    taken(DATA)
    rate = Rate.objects.get()
    assert (rate.prefix, rate.price_minute, rate.price_unit, rate.price_megabyte) == ("", 0, 0, Decimal("0.05"))
    assert (rate.first_step, rate.step, rate.free_seconds, rate.included) == (1, 1, 0, True)


def test_the_zone_special_marks_french_special_numbers() -> None:
    taken(HELP, HELP.replace("La Poste", "Hongrie").replace("SPECIAL;0", "UE;0,2"))
    assert dict(Rate.objects.values_list("destination", "special")) == {"La Poste": True, "Hongrie": False}


# --- Versions


def test_the_first_version_of_a_grid_holds_for_all_dates() -> None:
    taken(MOBILE, valid_from=WINTER)
    version = TariffVersion.objects.get()
    assert (version.tariff.code, version.valid_from) == ("STANDARD", None)


def test_without_a_date_the_latest_version_is_brought_to_the_file() -> None:
    anne = UserFactory()
    taken(MOBILE, FIXED)
    plan = taken(MOBILE.replace("0,09", "0,08"), HELP, actor=anne, source="grille.csv")
    assert plan.counts() == {"new": 1, "changed": 1, "unchanged": 0, "removed": 1}
    assert grid() == {"336": Decimal("0.08"), "3631": 0}

    history = Rate.history.filter(history_user=anne, history_change_reason="grille.csv")  # type: ignore[attr-defined]
    assert sorted(history.values_list("history_type", "prefix")) == [("+", "3631"), ("-", "33"), ("~", "336")]
    assert history.get(history_type="-").price_minute == Decimal("0.035")


def test_with_a_date_the_old_version_stays_for_older_calls() -> None:
    taken(MOBILE, FIXED)
    plan = taken(MOBILE.replace("0,09", "0,08"), HELP, valid_from=WINTER)
    assert plan.counts() == {"new": 1, "changed": 1, "unchanged": 0, "removed": 1}

    versions = TariffVersion.objects.all()
    assert grid(versions.on(date(2026, 11, 30)).first()) == {"336": Decimal("0.09"), "33": Decimal("0.035")}
    assert grid(versions.on(WINTER).first()) == {"336": Decimal("0.08"), "3631": 0}


def test_the_version_of_a_date_is_changed_by_another_file_for_that_date() -> None:
    taken(MOBILE)
    taken(FIXED, valid_from=WINTER)
    taken(FIXED, HELP, valid_from=WINTER)
    assert TariffVersion.objects.count() == 2
    assert grid(TariffVersion.objects.get(valid_from=WINTER)) == {"33": Decimal("0.035"), "3631": 0}


def test_without_a_date_it_is_the_latest_version_that_changes() -> None:
    taken(MOBILE)
    taken(FIXED, valid_from=WINTER)
    taken(HELP)
    assert grid(TariffVersion.objects.get(valid_from=None)) == {"336": Decimal("0.09")}
    assert grid(TariffVersion.objects.get(valid_from=WINTER)) == {"3631": 0}


@pytest.mark.parametrize("valid_from", [None, WINTER])
def test_a_file_taken_twice_changes_nothing_the_second_time(valid_from: date | None) -> None:
    taken(MOBILE)
    taken(MOBILE, FIXED, valid_from=valid_from)
    before = list(everything())
    assert taken(MOBILE, FIXED, valid_from=valid_from).counts()["unchanged"] == 2
    assert list(everything()) == before


def test_a_file_that_says_what_is_in_force_makes_no_version() -> None:
    taken(MOBILE)
    taken(MOBILE, valid_from=WINTER)
    assert TariffVersion.objects.count() == 1


def test_grids_do_not_touch_one_another() -> None:
    taken(MOBILE)
    TariffImporter(today=TODAY, table="EUROPE").run(f"{HEADER}\n{FIXED}".encode())
    assert dict(Rate.objects.values_list("version__tariff__code", "prefix")) == {"STANDARD": "336", "EUROPE": "33"}


def test_a_row_that_priced_calls_stays_as_it_is_in_its_version() -> None:
    taken(MOBILE, FIXED)
    RateUseFactory(rate=Rate.objects.get(prefix="33"))
    assert faults(MOBILE) == [(1, "PREFIXE", "rate_in_use")]
    assert faults(MOBILE, FIXED.replace("France fixe", "Fixes").replace("0,035", "0,03")) == [
        (3, "DESTINATION", "rate_in_use_changed"),
        (3, "PRIX_MINUTE_HT", "rate_in_use_changed"),
    ]
    taken(FIXED, HELP)  # the row beside it goes, another comes
    taken(FIXED, HELP.replace(";0;;;", ";0,1;;;"))
    assert grid() == {"33": Decimal("0.035"), "3631": Decimal("0.1")}


def test_a_row_that_priced_calls_changes_with_a_new_version() -> None:
    taken(MOBILE, FIXED)
    RateUseFactory(rate=Rate.objects.get(prefix="33"))
    taken(FIXED.replace("0,035", "0,03"), valid_from=WINTER)
    assert grid(TariffVersion.objects.get(valid_from=None)) == {"336": Decimal("0.09"), "33": Decimal("0.035")}
    assert grid(TariffVersion.objects.get(valid_from=WINTER)) == {"33": Decimal("0.03")}


def test_the_sentence_names_the_way_out() -> None:
    taken(FIXED)
    RateUseFactory(rate=Rate.objects.get())
    [fault] = run(FIXED.replace("0,035", "0,03")).faults
    assert "0,035" in sentence(fault)
    assert "donnez une date à la nouvelle grille" in sentence(fault)


def test_a_version_between_two_others_ends_where_the_next_begins() -> None:
    taken(MOBILE)
    taken(MOBILE.replace("0,09", "0,07"), valid_from=WINTER)
    plan = taken(MOBILE.replace("0,09", "0,08"), valid_from=date(2026, 11, 15))
    assert [(w.reason_code, w.params["day"]) for w in plan.warnings] == [("version_ends", "01/12/2026")]
    versions = TariffVersion.objects.all()
    prices = {day: grid(versions.on(date(2026, *day)).first())["336"] for day in [(11, 14), (11, 15), (12, 1)]}
    assert prices == {(11, 14): Decimal("0.09"), (11, 15): Decimal("0.08"), (12, 1): Decimal("0.07")}


def test_a_version_from_a_day_that_is_past_says_how_many_calls_keep_their_price() -> None:
    taken(MOBILE, FIXED)
    rate = Rate.objects.get(prefix="336")
    for day, calls in ((date(2026, 11, 14), 5), (date(2026, 11, 15), 1_234)):
        RateUseFactory(rate=rate, file__first_day=day, file__last_day=day, records=calls)
    plan = taken(MOBILE.replace("0,09", "0,08"), FIXED, valid_from=date(2026, 11, 15))
    [warning] = plan.warnings
    assert (warning.reason_code, warning.params["count"]) == ("calls_keep_price", "1\N{NO-BREAK SPACE}234")
    assert taken(MOBILE.replace("0,09", "0,07"), FIXED, valid_from=WINTER).warnings == []


def test_a_grid_whose_versions_are_all_dated_gets_an_earlier_one() -> None:
    version = TariffVersionFactory(tariff__code="STANDARD", valid_from=WINTER)
    plan = taken(MOBILE, valid_from=date(2026, 11, 15))
    assert plan.counts()["new"] == 1
    assert grid(TariffVersion.objects.exclude(pk=version.pk).get()) == {"336": Decimal("0.09")}


@pytest.mark.parametrize("valid_from", [None, WINTER])
def test_the_first_version_of_an_empty_grid_holds_for_all_dates(valid_from: date | None) -> None:
    TariffFactory(code="STANDARD")
    taken(MOBILE, valid_from=valid_from)
    assert TariffVersion.objects.get().valid_from is None


def test_a_version_without_rates_is_filled() -> None:
    TariffVersionFactory(tariff__code="STANDARD")
    assert taken(MOBILE).counts()["new"] == 1
    assert grid() == {"336": Decimal("0.09")}


@pytest.mark.parametrize(
    ("old", "new", "is_odd"),
    [
        ("0,09", "0,45", False),
        ("0,09", "0,450001", True),
        ("0,09", "0,018", False),
        ("0,09", "0,009", True),
        ("0,09", "0", True),
        ("0", "0,09", True),
    ],
)
@pytest.mark.parametrize("valid_from", [None, WINTER])
def test_a_price_that_jumps_is_odd(old: str, new: str, is_odd: bool, valid_from: date | None) -> None:
    taken(MOBILE.replace("0,09", old), FIXED)
    plan = taken(MOBILE.replace("0,09", new), FIXED, valid_from=valid_from)
    assert [(w.line, w.column, w.reason_code) for w in plan.warnings] == (
        [(2, "PRIX_MINUTE_HT", "price_jump")] if is_odd else []
    )


# --- What is refused


def test_two_rows_for_the_same_calls_are_both_named() -> None:
    plan = run(MOBILE, FIXED, MOBILE.replace("France mobile", "Mobiles"))
    assert [(f.line, f.column, f.value, f.reason_code, dict(f.params)) for f in plan.faults] == [
        (4, "PREFIXE", "336", "given_twice", {"line": 2})
    ]


def test_rows_for_other_calls_are_not_doubles() -> None:
    taken(
        MOBILE,
        MOBILE.replace(";MO;", ";MT;"),
        MOBILE.replace(";FR;FR;", ";ROAM_UE;FR;"),
        MOBILE.replace("VOIX", "SMS").replace("0,09;;", ";0,09;"),
    )


def test_every_fault_is_named() -> None:
    assert faults(
        "+33;France;VOIX;MO;FR;FR;0,0000001;;;-1;0;0,5;-1;PEUT-ETRE",
        "3,3E+05;;FAX;FWD;;FR;10001;;;;;;;",
        f"{'1' * 16};{'x' * 81};VOIX;MO;{'Z' * 21};{'Z' * 21};0;;;;;;;",
    ) == [
        (2, "PREFIXE", "digit_expected"),
        (2, "PRIX_MINUTE_HT", "number_scale"),
        (2, "FRAIS_CONNEXION_HT", "number_too_small"),
        (2, "PREMIER_PALIER_S", "number_too_small"),
        (2, "PALIER_S", "number_not_whole"),
        (2, "SECONDES_GRATUITES", "number_too_small"),
        (2, "INCLUS_FORFAIT", "choice_expected"),
        (3, "PREFIXE", "spreadsheet_number"),
        (3, "DESTINATION", "value_missing"),
        (3, "TYPE", "choice_expected"),
        (3, "SENS", "choice_expected"),
        (3, "ZONE_ORIGINE", "value_missing"),
        (3, "PRIX_MINUTE_HT", "number_too_large"),
        (4, "PREFIXE", "text_length"),
        (4, "DESTINATION", "text_length"),
        (4, "ZONE_ORIGINE", "text_length"),
        (4, "ZONE_DESTINATION", "text_length"),
    ]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (MOBILE.replace("0,09", ""), "PRIX_MINUTE_HT"),
        (MOBILE.replace("VOIX", "SMS"), "PRIX_UNITE_HT"),
        (DATA.replace("0,05", ""), "PRIX_MO_HT"),
    ],
)
def test_nothing_is_free_because_a_price_was_forgotten(line: str, column: str) -> None:
    assert faults(line) == [(2, column, "price_missing")]


def test_a_flat_fee_may_be_all_that_a_row_charges() -> None:
    taken("118;Renseignements;VOIX;MO;FR;SPECIAL;;;;1,50;60;60;0;NON")


def test_a_national_number_outside_the_zone_special_is_odd() -> None:
    [warning] = taken("0899;Audiotel;VOIX;MO;FR;FR;0,8;;;0;1;1;0;NON").warnings
    assert (warning.line, warning.column, warning.reason_code) == (2, "PREFIXE", "prefix_national")


def test_a_special_number_that_lost_its_zero_is_refused_by_the_way_to_write_it() -> None:
    taken("0899;Audiotel;VOIX;MO;FR;SPECIAL;0,8;;;0;1;1;0;NON")
    plan = run("899;Audiotel;VOIX;MO;FR;SPECIAL;0,8;;;0;1;1;0;NON", valid_from=WINTER)
    [fault] = plan.faults
    assert (fault.line, fault.column, fault.value) == (2, "PREFIXE", "899")
    assert sentence(fault).endswith("Mettez la colonne au format texte et écrivez 0899.")


def test_what_the_grid_has_without_its_zero_is_taken_back_from_an_export() -> None:
    version = TariffVersionFactory(tariff__code="STANDARD")
    RateFactory(version=version, prefix="899", destination="Audiotel", destination_zone="SPECIAL", special=True)
    taken("899;Audiotel;VOIX;MO;FR;SPECIAL;0,8;;;0;1;1;0;NON")


@pytest.mark.parametrize(
    "line",
    [
        "116000;Enfants disparus;VOIX;MO;FR;SPECIAL;0;;;0;1;1;0;NON",
        "3631;La Poste;VOIX;MO;FR;SPECIAL;0;;;0;1;1;0;NON",
        "81212;Jeux;SMS;MO;FR;SPECIAL;;0,5;;0;1;1;0;NON",
        "911;Urgences;VOIX;MO;USA;SPECIAL;0;;;0;1;1;0;NON",
        "899;Venezuela;VOIX;MO;FR;MONDE;0,8;;;0;1;1;0;NON",
    ],
)
def test_short_numbers_without_a_zero_are_as_they_should_be(line: str) -> None:
    assert taken(line).warnings == []


def test_a_file_with_no_line_does_not_empty_the_grid() -> None:
    taken(MOBILE)
    assert faults() == [(1, "", "file_without_lines")]


def test_the_number_of_queries_does_not_grow_with_the_file() -> None:
    def queries(table: str, count: int) -> int:
        def file(price: str, first: int) -> bytes:
            lines = (f"33{first + n};France;VOIX;MO;FR;FR;{price};;;0;1;1;0;OUI" for n in range(count))
            return "\n".join([HEADER, *lines]).encode()

        importer = TariffImporter(today=TODAY, table=table)
        with CaptureQueriesContext(connection) as captured:
            importer.run(file("0,1", 100))
            importer.run(file("0,2", 101))
        return len(captured)

    assert queries("A", 3) == queries("B", 40)


# --- The command


def test_the_sample_grid_is_taken_once() -> None:
    first = run_command("import_tariff", SAMPLE, "--table", "STANDARD", "--json")
    assert (first.code, json.loads(first.out)["new"]) == (0, 2408)
    again = run_command("import_tariff", SAMPLE, "--table", "STANDARD", "--json")
    assert (again.code, json.loads(again.out)["unchanged"]) == (0, 2408)
    later = run_command("import_tariff", SAMPLE, "--table", "STANDARD", "--from", "2026-12-01", "--json")
    assert (later.code, json.loads(later.out)["unchanged"]) == (0, 2408)
    assert Rate.objects.count() == 2408


def test_a_grid_in_another_encoding_is_refused_by_line_and_column() -> None:
    ended = run_command("import_tariff", str(ROOT / "tests/fixtures/grille_cp1252.csv"), "--table", "X", "--json")
    assert ended.code == 1
    [error] = json.loads(ended.out)["errors"]
    assert (error["line"], error["column"]) == (2, "DESTINATION")
    assert "CP1252" in error["reason"]
    assert not Tariff.objects.exists()


@pytest.mark.parametrize(
    "arguments", [(), ("--table", ""), ("--table", "X" * 41), ("--table", "X", "--from", "01/12/2026")]
)
def test_a_wrong_usage_is_told(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("import_tariff", SAMPLE, *arguments)
