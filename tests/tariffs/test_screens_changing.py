"""«Grilles minutes» over HTTP: new versions, copies, other prices, comparisons; who may, and what is told before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.core.periods import Month
from apps.core.roles import Role
from apps.tariffs.models import Rate, Tariff, TariffVersion
from tests.admin.query_counts import queries_of
from tests.factories import RateFactory, TariffVersionFactory
from tests.reading import said, text_of
from tests.tariffs.using import priced
from tests.usage.factories import RateUseFactory

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}
COMPARE = "admin:tariffs_tariff_compare"
DECEMBER = date(2026, 12, 1)


@pytest.fixture
def rate(version: TariffVersion) -> Rate:
    rate: Rate = RateFactory(version=version, prefix="336", price_minute=Decimal("0.09"))
    return rate


def button(client: Client, row: Any, name: str, answers: dict[str, Any], **extra: Any) -> Any:
    """Answer a dialog: look at what it will do, and confirm."""
    address = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_{name}", args=[row.pk])
    answers = {**answers, **CONFIRMED}
    response = client.post(address, answers, **extra)
    form = response.context and response.context.get("form")
    if form is not None and not form.errors and not form.refusal and form.sentences:
        response = client.post(address, {**answers, "_previewed": form.data["_previewed"]}, **extra)
    return response


def preview(client: Client, row: Any, name: str, answers: dict[str, Any]) -> str:
    address = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_{name}", args=[row.pk])
    return said(client.post(address, {**answers, **CONFIRMED}))


class TestANewVersion:
    def test_is_told_before_it_is_made(self, billing: Client, version: TariffVersion, rate: Rate) -> None:
        answers = {"on": "2026-12-01", "percent": "5"}
        told = preview(billing, version.tariff, "new_version", answers)
        assert (
            "À partir du 01/12/2026, une nouvelle version : 1 tarif, comme dans « STANDARD, première version »" in told
        )
        assert "336 France mobile : 0,09 €/min → 0,0945 €" in told
        assert version.tariff.versions.count() == 1
        assert button(billing, version.tariff, "new_version", answers).status_code == 302
        made = version.tariff.versions.get(valid_from=DECEMBER)
        assert [(one.prefix, one.price_minute) for one in made.rates.all()] == [("336", Decimal("0.0945"))]
        assert LogEntry.objects.get().get_change_message() == "Nouvelle version"

    def test_in_the_past_tells_how_many_calls_keep_their_price(
        self, billing: Client, version: TariffVersion, rate: Rate
    ) -> None:
        day = date(2026, 11, 14)
        RateUseFactory(rate=rate, file__first_day=day, file__last_day=day, records=1_234)
        told = preview(billing, version.tariff, "new_version", {"on": "2026-11-14", "percent": "5"})
        assert "1 234 appels à partir de ce jour, déjà valorisés, le gardent aussi." in told
        told = preview(billing, version.tariff, "new_version", {"on": "2026-11-15", "percent": "5"})
        assert "déjà valorisés" not in told

    def test_copies_the_version_that_it_follows(self, billing: Client, version: TariffVersion, rate: Rate) -> None:
        RateFactory(version=TariffVersionFactory(tariff=version.tariff, valid_from=date(2026, 6, 1)), prefix="44")
        RateFactory(version=TariffVersionFactory(tariff=version.tariff, valid_from=date(2027, 6, 1)), prefix="55")
        told = preview(billing, version.tariff, "new_version", {"on": "2026-12-01"})
        assert "STANDARD, à partir du 01/06/2026" in told
        assert "Jusqu’au 01/06/2027" in told
        button(billing, version.tariff, "new_version", {"on": "2026-12-01"})
        assert [one.prefix for one in version.tariff.versions.get(valid_from=DECEMBER).rates.all()] == ["44"]

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ({"on": ""}, "obligatoire"),
            ({"on": "2026-12-01", "percent": "-101"}, "100"),
            ({"on": "2026-12-01", "percent": "cinq"}, "nombre"),
            ({"on": "2026-06-01"}, "déjà une version"),
        ],
    )
    def test_is_refused_with_a_sentence(
        self, billing: Client, version: TariffVersion, rate: Rate, answers: dict[str, str], sentence: str
    ) -> None:
        TariffVersionFactory(tariff=version.tariff, valid_from=date(2026, 6, 1))
        assert sentence in preview(billing, version.tariff, "new_version", answers)

    def test_is_proposed_for_the_next_month(self, billing: Client, version: TariffVersion) -> None:
        page = billing.get(reverse("admin:tariffs_tariff_new_version", args=[version.tariff_id]))
        assert page.context["form"]["on"].value() == Month.of(localdate()).next().start


class TestACopiedGrid:
    def test_has_the_rates_of_the_chosen_version_and_another_code(
        self, billing: Client, version: TariffVersion, rate: Rate
    ) -> None:
        answers = {"source": version.pk, "code": "pro_2027", "label": "Grille Pro", "percent": "-10"}
        told = preview(billing, version.tariff, "duplicate", answers)
        assert "PRO_2027" in told
        assert "0,09 €/min → 0,081 €" in told
        assert button(billing, version.tariff, "duplicate", answers).status_code == 302
        copy = Tariff.objects.get(code="PRO_2027")
        assert (copy.label, copy.versions.get().valid_from) == ("Grille Pro", None)
        assert [one.price_minute for one in copy.versions.get().rates.all()] == [Decimal("0.081")]

    @pytest.mark.parametrize(("code", "sentence"), [("standard", "pris"), ("PRO 2027", "majuscules")])
    def test_is_refused_under_a_code_that_no_file_could_name(
        self, billing: Client, version: TariffVersion, code: str, sentence: str
    ) -> None:
        answers = {"source": version.pk, "code": code, "label": "Grille Pro"}
        assert sentence in preview(billing, version.tariff, "duplicate", answers)

    def test_is_renamed_while_its_code_stays(self, billing: Client, version: TariffVersion) -> None:
        assert button(billing, version.tariff, "rename", {"label": "Tarif public"}).status_code == 302
        tariff = Tariff.objects.get()
        assert (tariff.code, tariff.label) == ("STANDARD", "Tarif public")


class TestThePriceOfARate:
    def test_is_changed_where_it_stands_as_long_as_no_call_took_it(self, billing: Client, rate: Rate) -> None:
        answers = {"price": "0,08", "connection_fee": "0", "on": ""}
        assert "Prix HT : 0,09 €/min → 0,08 €/min" in preview(billing, rate, "change_price", answers)
        rate.refresh_from_db()
        assert rate.price_minute == Decimal("0.09")
        assert button(billing, rate, "change_price", answers).status_code == 302
        rate.refresh_from_db()
        assert rate.price_minute == Decimal("0.08")
        history = text_of(billing.get(reverse("admin:tariffs_rate_history", args=[rate.pk])))
        assert "0,09 &rarr; 0,08" in history or "0,09 → 0,08" in history

    def test_leads_back_to_the_list_that_one_came_from(self, billing: Client, rate: Rate) -> None:
        listed = f"{reverse('admin:tariffs_rate_changelist')}?version={rate.version_id}&q=336"
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{listed}"}
        response = button(billing, rate, "change_price", {"price": "0,08", "connection_fee": "0"}, headers=headers)
        assert response.headers["HX-Redirect"] == listed

    def test_that_calls_took_is_changed_from_a_day_on_in_a_new_version(self, billing: Client, rate: Rate) -> None:
        RateFactory(version=rate.version, prefix="44")
        priced(rate, records=2)
        address = reverse("admin:tariffs_rate_change_price", args=[rate.pk])
        form = billing.get(address).context["form"]
        assert form["on"].value() == Month.of(localdate()).next().start
        assert "2 appels ont été valorisés" in form["on"].help_text
        answers = {"price": "0,08", "connection_fee": "0"}
        assert "obligatoire" in preview(billing, rate, "change_price", answers)
        answers["on"] = "2026-12-01"
        told = preview(billing, rate, "change_price", answers)
        assert "une nouvelle version de la grille : copie de 2 tarifs, dont celui-ci modifié" in told
        assert button(billing, rate, "change_price", answers).status_code == 302
        rate.refresh_from_db()
        assert rate.price_minute == Decimal("0.09")
        made = rate.version.tariff.versions.get(valid_from=DECEMBER)
        assert {one.prefix: one.price_minute for one in made.rates.all()} == {
            "336": Decimal("0.08"),
            "44": Decimal("0.09"),
        }

    def test_is_changed_in_the_version_that_begins_that_day_if_there_is_one(self, billing: Client, rate: Rate) -> None:
        planned = TariffVersionFactory(tariff=rate.version.tariff, valid_from=DECEMBER)
        twin = RateFactory(version=planned, prefix="336", price_minute=Decimal("0.07"))
        priced(rate)
        answers = {"price": "0,08", "connection_fee": "0", "on": "2026-12-01"}
        told = preview(billing, rate, "change_price", answers)
        assert "dans la version en vigueur à partir du 01/12/2026" in told
        assert "0,07 €/min" in told
        assert button(billing, rate, "change_price", answers).status_code == 302
        twin.refresh_from_db()
        assert twin.price_minute == Decimal("0.08")
        assert rate.version.tariff.versions.count() == 2

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ({"price": "-1"}, "0"),
            ({"price": "0,0000001"}, "6"),
            ({"price": "10001"}, "10"),
            ({"price": "abc"}, "nombre"),
            ({"price": "0,09"}, "Rien ne change"),
            ({"price": "0,08", "on": "1999-13-01"}, "date valide"),
        ],
    )
    def test_is_refused_with_a_sentence(
        self, billing: Client, rate: Rate, answers: dict[str, str], sentence: str
    ) -> None:
        assert sentence in preview(billing, rate, "change_price", {"connection_fee": "0", **answers})
        rate.refresh_from_db()
        assert rate.price_minute == Decimal("0.09")

    def test_is_a_button_for_those_who_may_change_it_only(
        self, billing: Client, sign_in_as: Callable[[Role], Client], rate: Rate
    ) -> None:
        listed, change = (
            reverse("admin:tariffs_rate_changelist"),
            reverse("admin:tariffs_rate_change_price", args=[rate.pk]),
        )
        assert change in text_of(billing.get(listed))
        for role in (Role.SALES, Role.SUPPORT, Role.READER):
            client = sign_in_as(role)
            page = text_of(client.get(listed))
            assert "0,09 €/min" in page
            assert change not in page
            assert client.post(change, {"price": "1", "connection_fee": "0"}).status_code == 403
        rate.refresh_from_db()
        assert rate.price_minute == Decimal("0.09")

    def test_how_it_is_counted_is_changed_apart(self, billing: Client, rate: Rate) -> None:
        answers = {"first_step": "30", "step": "6", "free_seconds": "0", "included": "on"}
        told = preview(billing, rate, "change_counting", answers)
        assert "Inclus forfait : non → oui" in told
        button(billing, rate, "change_counting", answers)
        rate.refresh_from_db()
        assert (rate.first_step, rate.step, rate.included) == (30, 6, True)
        assert "1" in preview(billing, rate, "change_counting", {**answers, "step": "0"})

    def test_of_messages_has_no_steps(self, billing: Client, version: TariffVersion) -> None:
        sms = RateFactory(version=version, prefix="", kind="sms", price_minute=0, price_unit=Decimal("0.06"))
        form = billing.get(reverse("admin:tariffs_rate_change_counting", args=[sms.pk])).context["form"]
        assert "first_step" not in form.fields
        button(billing, sms, "change_price", {"price": "0,05", "connection_fee": "0"})
        sms.refresh_from_db()
        assert (sms.price_unit, sms.price_minute) == (Decimal("0.05"), 0)


class TestTwoVersionsCompared:
    @pytest.fixture
    def later(self, version: TariffVersion) -> TariffVersion:
        """One of each: dearer, cheaper, no longer free, new, removed, unchanged."""
        later: TariffVersion = TariffVersionFactory(tariff=version.tariff, valid_from=DECEMBER)
        for prefix, old, new in (
            ("1", "0.10", "0.11"),
            ("2", "0.10", "0.09"),
            ("3", "0", "0.05"),
            ("4", None, "0.10"),
            ("5", "0.10", None),
            ("6", "0.10", "0.10"),
        ):
            for one, price in ((version, old), (later, new)):
                if price is not None:
                    RateFactory(version=one, prefix=prefix, destination=f"Pays {prefix}", price_minute=Decimal(price))
        return later

    def compare(self, client: Client, old: TariffVersion, new: TariffVersion, **asked: str) -> Any:
        return client.get(reverse(COMPARE), {"old": old.pk, "new": new.pk, **asked})

    def test_tell_how_many_rates_became_what(
        self, sign_in_as: Callable[[Role], Client], version: TariffVersion, later: TariffVersion
    ) -> None:
        page = self.compare(sign_in_as(Role.SALES), version, later)
        assert [tab["count"] for tab in page.context["tabs"]] == [3, 2, 1, 1, 1]
        assert page.context["unchanged"] == 1
        shown = text_of(page)
        for told in ("0,10 €/min →", "0,11 €/min", "+10 %", "−10 %", "+0,05 €"):
            assert told in shown

    @pytest.mark.parametrize(
        ("show", "prefixes"),
        [("dearer", ["1", "3"]), ("cheaper", ["2"]), ("new", ["4"]), ("removed", ["5"]), ("nonsense", ["1", "2", "3"])],
    )
    def test_are_narrowed_to_what_one_looks_for(
        self, billing: Client, version: TariffVersion, later: TariffVersion, show: str, prefixes: list[str]
    ) -> None:
        page = self.compare(billing, version, later, show=show)
        assert [row.rate.prefix for row in page.context["rows"]] == prefixes

    def test_are_the_last_two_on_the_page_of_a_grid(
        self, billing: Client, version: TariffVersion, later: TariffVersion
    ) -> None:
        page = text_of(billing.get(reverse("admin:tariffs_tariff_change", args=[version.tariff_id])))
        assert f"{reverse(COMPARE)}?new={later.pk}&amp;old={version.pk}" in page
        other = TariffVersionFactory()
        page = text_of(billing.get(reverse("admin:tariffs_tariff_change", args=[other.tariff_id])))
        assert f'{reverse(COMPARE)}?new={other.pk}"' in page

    def test_may_be_of_two_grids(self, billing: Client, version: TariffVersion, later: TariffVersion) -> None:
        other = RateFactory(prefix="1", price_minute=Decimal("0.10"), destination="Pays 1").version
        assert self.compare(billing, version, other).context["unchanged"] == 1

    def test_must_be_two(self, billing: Client, version: TariffVersion) -> None:
        assert "deux versions différentes" in text_of(self.compare(billing, version, version))
        assert billing.get(reverse(COMPARE), {"old": "x", "new": "0"}).status_code == 200

    def test_are_downloaded_by_those_who_may_export(
        self,
        billing: Client,
        sign_in_as: Callable[[Role], Client],
        version: TariffVersion,
        later: TariffVersion,
    ) -> None:
        response = self.compare(billing, version, later, format="csv")
        lines = response.content.decode("utf-8-sig").splitlines()
        assert lines[1] == "MODIFIE;1;VOIX;MO;FR;Pays 1;prix HT;0,1;0,11;10,00"
        assert [line.split(";")[0] for line in lines[1:]] == ["MODIFIE"] * 3 + ["NOUVEAU", "SUPPRIME"]
        assert "comparaison_STANDARD_STANDARD_2026-12-01.csv" in response["Content-Disposition"]
        support = sign_in_as(Role.SUPPORT)
        assert self.compare(support, version, later, format="csv").status_code == 403
        assert "format=csv" not in text_of(self.compare(support, version, later))

    def test_are_shown_a_page_at_a_time_with_as_many_queries_for_many_rates(
        self, billing: Client, version: TariffVersion, later: TariffVersion
    ) -> None:
        address = f"{reverse(COMPARE)}?old={version.pk}&new={later.pk}&show=new"
        billing.get(address)
        few = len(queries_of(billing, address))
        for number in range(150):
            RateFactory(version=later, prefix=f"7{number:03d}")
        assert len(queries_of(billing, address)) == few
        page = billing.get(f"{address}&page=2")
        assert (len(page.context["rows"]), page.context["page"].paginator.num_pages) == (51, 2)


class TestARateSoldBelowItsPurchasePrice:
    @pytest.fixture(autouse=True)
    def calls(self, rate: Rate) -> None:
        """Two calls of a minute that cost 0.10 € each, sold at 0.09; another rate sells dearer than it buys."""
        priced(rate, records=2, seconds=60, cost=Decimal("0.10"))
        other = RateFactory(version=rate.version, prefix="44", price_minute=Decimal("0.50"))
        priced(other, records=1, seconds=60, cost=Decimal("0.10"))
        RateFactory(version=rate.version, prefix="55")

    def test_says_so_with_both_prices(self, billing: Client, rate: Rate) -> None:
        page = text_of(billing.get(reverse("admin:tariffs_rate_change", args=[rate.pk])))
        assert "Acheté 0,10 €/min en moyenne sur 2 appels, vendu 0,09 €/min." in page
        assert "Vendu sous le prix d’achat" in page

    def test_is_pointed_out_in_the_list_and_on_the_page_of_the_grid(self, billing: Client, rate: Rate) -> None:
        listed = reverse("admin:tariffs_rate_changelist")
        page = billing.get(listed, {"version": rate.version_id})
        below = {one.prefix: one.purchase and one.purchase.below for one in page.context["cl"].result_list}
        assert below == {"336": True, "44": False, "55": None}
        grid = text_of(billing.get(reverse("admin:tariffs_tariff_change", args=[rate.version.tariff_id])))
        assert "1 tarif vend ses appels sous leur prix d’achat" in grid
        assert f"{listed}?version={rate.version_id}&amp;calls=below" in grid

    @pytest.mark.parametrize(
        ("asked", "prefixes"),
        [("below", {"336"}), ("used", {"336", "44"}), ("unused", {"55"}), ("x", {"336", "44", "55"})],
    )
    def test_is_found_by_a_filter(self, billing: Client, rate: Rate, asked: str, prefixes: set[str]) -> None:
        page = billing.get(reverse("admin:tariffs_rate_changelist"), {"version": rate.version_id, "calls": asked})
        assert {one.prefix for one in page.context["cl"].result_list} == prefixes
