"""«Grilles minutes» over HTTP: who looks, searches, simulates and exports, and what they are shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.core.roles import Role
from apps.tariffs.imports import STORED, TariffImporter
from apps.tariffs.models import Rate, TariffVersion
from apps.usage.choices import RecordKind
from apps.usage.models import RatedRecord
from tests.admin import rows
from tests.factories import (
    AllowanceFactory,
    LineFactory,
    PlanFactory,
    RateFactory,
    TariffFactory,
    TariffVersionFactory,
)
from tests.people import SignIn
from tests.reading import text_of

pytestmark = pytest.mark.django_db

LIST = "admin:tariffs_tariff_changelist"
RATES = "admin:tariffs_rate_changelist"
SIMULATE = "admin:tariffs_tariff_simulate"
DECEMBER = date(2026, 12, 1)


@pytest.fixture
def seller(sign_in_as: Callable[[Role], Client]) -> Client:
    return sign_in_as(Role.SALES)


class TestTheListOfGrids:
    def test_tells_the_version_in_force_the_next_one_and_how_many_lines_each_has(
        self, seller: Client, version: TariffVersion
    ) -> None:
        TariffVersionFactory(tariff=version.tariff, valid_from=date(2026, 1, 1))
        TariffVersionFactory(tariff=version.tariff, valid_from=date(2099, 1, 1))
        TariffFactory(code="EMPTY")
        for terminated in (False, False, True):
            LineFactory(tariff=version.tariff, terminated=terminated)
        page = seller.get(reverse(LIST))
        rows = {row.code: row for row in page.context["cl"].result_list}
        standard = rows["STANDARD"]
        assert (standard.version_count, standard.line_count) == (3, 2)
        shown = text_of(page)
        for said in ("Grille standard", "01/01/2026", "01/01/2099", "Simuler un appel"):
            assert said in shown

    def test_is_shut_to_the_accountant(self, sign_in_as: Callable[[Role], Client]) -> None:
        accountant = sign_in_as(Role.ACCOUNTANT)
        for name in (LIST, RATES, SIMULATE):
            assert accountant.get(reverse(name)).status_code == 403


class TestThePageOfAGrid:
    def test_lists_its_versions_the_latest_first_with_their_days_and_rates(
        self, seller: Client, version: TariffVersion
    ) -> None:
        RateFactory(version=version, prefix="336")
        RateFactory(version=version, prefix="337")
        later = TariffVersionFactory(tariff=version.tariff, valid_from=date(2099, 1, 1))
        RateFactory(version=later)
        page = text_of(seller.get(reverse("admin:tariffs_tariff_change", args=[version.tariff_id])))
        assert page.index("À partir du 01/01/2099") < page.index("Jusqu’au 31/12/2098")
        for said in ("À venir", "En vigueur", "2 tarifs", "1 tarif"):
            assert said in page
        assert f"{reverse(RATES)}?version={later.pk}" in page


class TestTheRatesOfAVersion:
    def test_are_headed_by_their_grid_and_its_days(self, seller: Client, version: TariffVersion) -> None:
        RateFactory(version=version)
        TariffVersionFactory(tariff=version.tariff, valid_from=DECEMBER)
        page = text_of(seller.get(f"{reverse(RATES)}?version={version.pk}"))
        assert "STANDARD – Grille standard" in page
        assert "Jusqu’au 30/11/2026" in page

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("447911123456", ["447", ""]),  # of calls the longest prefix; of SMS the row for any number
            ("+44 7911 123 456", ["447", ""]),
            ("0044 20 7946 0000", ["44", ""]),
            ("44", ["44", "447"]),  # too short for a number: what begins so
            ("3631", ["3631"]),
            ("3639", ["36"]),
            ("36312345678", ["36", ""]),  # Hungary, not the short number
            ("06 39 98 00 01", ["336", ""]),
            ("0899 12 34 56", ["0899", ""]),
            ("5511999999999", [""]),
            ("royaume mobile", ["447"]),
        ],
    )
    def test_are_found_by_the_number_that_somebody_calls(
        self, seller: Client, version: TariffVersion, typed: str, found: list[str]
    ) -> None:
        for prefix, destination in (("44", "Royaume-Uni"), ("447", "Royaume-Uni mobile"), ("336", "France mobile")):
            RateFactory(version=version, prefix=prefix, destination=destination)
        RateFactory(version=version, prefix="36", destination="Hongrie")
        for prefix in ("36", "3631", "0899"):
            RateFactory(version=version, prefix=prefix, destination="Services", special=True)
        RateFactory(version=version, prefix="", kind="sms", destination="SMS")
        RateFactory(version=version, prefix="", kind="data", destination="Data")
        page = seller.get(reverse(RATES), {"version": version.pk, "q": typed})
        assert sorted(rate.prefix for rate in page.context["cl"].result_list) == sorted(found)

    def test_are_found_each_by_its_own_version(self, seller: Client, version: TariffVersion) -> None:
        """The longest prefix of one version says nothing of another, which does not have it."""
        other = TariffVersionFactory()
        RateFactory(version=version, prefix="44")
        RateFactory(version=version, prefix="447")
        RateFactory(version=other, prefix="44")
        page = seller.get(reverse(RATES), {"q": "447911123456"})
        assert {(rate.version_id, rate.prefix) for rate in page.context["cl"].result_list} == {
            (version.pk, "447"),
            (other.pk, "44"),
        }

    def test_are_narrowed_by_zone(self, seller: Client, version: TariffVersion) -> None:
        RateFactory(version=version, origin_zone="FR")
        RateFactory(version=version, origin_zone="ROAM_UE")
        page = seller.get(reverse(RATES), {"zone": "ROAM_UE"})
        assert [rate.origin_zone for rate in page.context["cl"].result_list] == ["ROAM_UE"]


class TestASimulatedCall:
    ASKED = {
        "kind": "voice",
        "number": "+33 1 23 45 67 89",
        "quantity": "32 s",
        "direction": "MO",
        "zone": "fr",
        "on": "2026-11-24",
        "at": "10:00",
    }

    @pytest.fixture(autouse=True)
    def rate(self, version: TariffVersion) -> Rate:
        rate: Rate = RateFactory(
            version=version,
            prefix="33",
            destination="France fixe",
            price_minute=Decimal("0.006"),
            first_step=30,
            step=6,
            included=True,
        )
        return rate

    def simulate(self, client: Client, version: TariffVersion, **asked: str) -> str:
        return text_of(client.get(reverse(SIMULATE), {"tariff": version.tariff_id, **self.ASKED, **asked}))

    def test_shows_the_arithmetic_of_the_worked_example(self, seller: Client, version: TariffVersion) -> None:
        page = self.simulate(seller, version)
        for said in (
            "0,0036 €",
            "France fixe",
            "30 + 1 × 6 secondes",
            "0,006 € × 36 ÷ 60 = 0,0036 €",
            "30 s, puis par 6 s",
        ):
            assert said in page

    def test_is_asked_on_an_empty_page_first(self, seller: Client, version: TariffVersion) -> None:
        page = text_of(seller.get(reverse(SIMULATE)))
        assert f'value="{localdate():%Y-%m-%d}"' in page
        assert "Rien n’est enregistré" in page

    def test_takes_the_version_of_its_day(self, seller: Client, version: TariffVersion) -> None:
        later = TariffVersionFactory(tariff=version.tariff, valid_from=DECEMBER)
        RateFactory(version=later, prefix="33", price_minute=Decimal(60))
        assert "32,00 €" in self.simulate(seller, version, on="2026-12-01", at="00:00:00")
        assert "0,0036 €" in self.simulate(seller, version, on="2026-11-30", at="23:59:59")

    def test_is_paid_by_what_the_allowance_has_left(self, seller: Client, version: TariffVersion) -> None:
        page = self.simulate(seller, version, left="30 s")
        assert "Pris sur le forfait : 30 s ; reste à payer : 6 s" in page
        assert "0,0006 €" in page
        assert "0,00 €" in self.simulate(seller, version, left="illimité")

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"number": ""}, "Quel numéro"),
            ({"number": "abc"}, "n’est pas un numéro"),
            ({"number": "44791112"}, "aucun tarif"),
            ({"zone": "LUNE"}, "aucun tarif"),
            ({"quantity": "32"}, "avec ses unités"),
            ({"kind": "mms", "quantity": "abc"}, "un nombre de messages, comme « 100 »."),
            ({"kind": "data", "number": "", "quantity": "50"}, "avec son unité"),
            ({"on": "2026-02-30"}, "date valide"),
            ({"at": "25:00"}, "heure valide"),
            ({"tariff": "0"}, "choix"),
            ({"left": "beaucoup"}, "avec ses unités"),
            ({"line": "06 39 98 55 55"}, "Aucune ligne"),
        ],
    )
    def test_says_what_it_cannot_read_or_price(
        self, seller: Client, version: TariffVersion, asked: dict[str, str], sentence: str
    ) -> None:
        assert sentence in self.simulate(seller, version, **asked)

    @pytest.mark.parametrize("nonsense", ["\x00", "9" * 30, "²", "-1", "1" * 5000])
    def test_is_not_broken_by_nonsense(self, seller: Client, version: TariffVersion, nonsense: str) -> None:
        for name in ("tariff", *self.ASKED, "left", "line"):
            self.simulate(seller, version, **{name: nonsense})
        for asked in ({"old": nonsense, "new": nonsense}, {"old": version.pk, "new": version.pk, "page": nonsense}):
            text_of(seller.get(reverse("admin:tariffs_tariff_compare"), asked))
        address = reverse("admin:tariffs_tariff_export", args=[version.tariff_id])
        assert seller.get(address, {"version": nonsense}).status_code in (200, 404)
        for kept in ("version", "zone", "calls", "q"):
            assert seller.get(reverse(RATES), {kept: nonsense}).status_code in (200, 302)

    def test_for_a_line_takes_its_grid_and_what_is_left_of_its_allowance(
        self, seller: Client, version: TariffVersion
    ) -> None:
        plan = PlanFactory()
        AllowanceFactory(offer=plan, kind="voice", quantity=60)
        line = LineFactory(msisdn="33639981234", plan=plan, tariff=version.tariff)
        record = rows.a_rated_record(rows.a_file(1), line, 1)
        used = {"month": date(2026, 11, 1), "kind": RecordKind.VOICE, "included": True}
        RatedRecord.objects.filter(pk=record.pk).update(**used, billed_quantity=45, covered_quantity=45)
        other = TariffFactory(code="OTHER")
        page = self.simulate(seller, version, line="06 39 98 12 34", tariff=str(other.pk))
        assert "06 39 98 12 34" in page
        assert "Pris sur le forfait : 15 s ; reste à payer : 21 s" in page
        assert "0,0021 €" in page

    def test_for_a_line_is_only_for_those_who_may_see_lines(self, sign_in: SignIn, version: TariffVersion) -> None:
        LineFactory(msisdn="33639981234", tariff=version.tariff)
        clerk = sign_in("tariffs.view_tariff", "tariffs.view_rate")
        page = self.simulate(clerk, version, line="06 39 98 12 34")
        assert "Ou pour une ligne" not in page
        assert "06 39 98 12 34" not in page
        assert "0,0036 €" in page

    def test_is_reached_from_the_page_of_a_line(self, seller: Client) -> None:
        line = LineFactory(msisdn="33639981234")
        page = text_of(seller.get(reverse("admin:lines_line_change", args=[line.pk])))
        assert f"{reverse(SIMULATE)}?line=33639981234" in page


class TestAnExportedVersion:
    @pytest.fixture(autouse=True)
    def rates(self, version: TariffVersion) -> None:
        RateFactory(version=version, prefix="336", price_minute=Decimal("0.034567"), connection_fee=Decimal("0.15"))
        RateFactory(version=version, prefix="44", price_minute=0, first_step=30, step=6, free_seconds=3, included=True)
        RateFactory(version=version, prefix="0899", special=True, destination_zone="SPECIAL", destination="Étoile ; 3")
        RateFactory(version=version, prefix="", kind="sms", price_minute=0, price_unit=Decimal("0.06"))
        RateFactory(version=version, prefix="", kind="mms", price_minute=0, price_unit=10, direction="MT")
        RateFactory(version=version, prefix="", kind="data", price_minute=0, price_megabyte=Decimal("0.05"))

    def export(self, client: Client, of: TariffVersion, **asked: Any) -> Any:
        return client.get(reverse("admin:tariffs_tariff_export", args=[of.tariff_id]), asked)

    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_reads_back_unchanged(self, seller: Client, version: TariffVersion, format: str) -> None:
        later = TariffVersionFactory(tariff=version.tariff, valid_from=date(2026, 1, 1))
        RateFactory(version=later, prefix="1")
        response = self.export(seller, version, version=version.pk, format=format)
        assert response["Content-Disposition"] == f'attachment; filename="grille_STANDARD.{format}"'
        later.delete()
        plan = TariffImporter(today=DECEMBER, table="STANDARD").plan(response.content, name=f"grille.{format}")
        assert plan.faults == []
        assert (plan.counts(), len(plan.warnings)) == (
            {"new": 0, "changed": 0, "unchanged": 6, "removed": 0},
            0,
        )

    def test_makes_the_same_grid_elsewhere(self, seller: Client, version: TariffVersion) -> None:
        content = self.export(seller, version).content
        TariffImporter(today=DECEMBER, table="COPY").run(content)
        fields = [name for name in STORED if name not in ("price_minute", "price_unit", "price_megabyte")]
        copied = Rate.objects.filter(version__tariff__code="COPY")
        assert sorted((*(getattr(one, name) for name in fields), one.price) for one in copied) == sorted(
            (*(getattr(one, name) for name in fields), one.price) for one in version.rates.all()
        )

    def test_is_the_one_in_force_unless_another_is_asked_for(self, seller: Client, version: TariffVersion) -> None:
        later = TariffVersionFactory(tariff=version.tariff, valid_from=date(2026, 1, 1))
        assert "grille_STANDARD_2026-01-01.csv" in self.export(seller, version)["Content-Disposition"]
        assert self.export(seller, version, version=later.pk + 99).status_code == 404
        other = TariffVersionFactory()
        assert self.export(seller, version, version=other.pk).status_code == 404

    def test_is_for_those_who_may_export_only(
        self, billing: Client, sign_in_as: Callable[[Role], Client], version: TariffVersion
    ) -> None:
        assert self.export(billing, version).status_code == 200
        for role in (Role.SUPPORT, Role.READER, Role.ACCOUNTANT):
            assert self.export(sign_in_as(role), version).status_code == 403
        support = sign_in_as(Role.SUPPORT)
        page = text_of(support.get(reverse("admin:tariffs_tariff_change", args=[version.tariff_id])))
        assert "XLSX" not in page
