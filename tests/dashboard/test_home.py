"""The home page: figures that are true, for those who may see them, each leading to what it counts."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from apps.billing.choices import RunState
from apps.core import slots, tiles
from apps.core.slots import Tile, contributions
from apps.dashboard.tiles import SLOT
from apps.jobs.choices import JobState
from apps.jobs.models import Job
from apps.jobs.services import start_job
from apps.lines.models import Line
from apps.sims.choices import SimStatus
from apps.usage.choices import FileState
from apps.usage.models import RatedRecord, Statement
from tests.admin import rows
from tests.factories import LineFactory, SimCardFactory, UserFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", strip_tags(text.replace("<", " <"))).replace("\N{NO-BREAK SPACE}", " ").strip()


def cards(client: Client) -> dict[str, str]:
    """What each card of the page says, by its title."""
    return {tile.title: plain(tile.contents) for tile in client.get(HOME).context["tiles"]}


@pytest.fixture
def november(time_machine: Any) -> None:
    time_machine.move_to("2026-11-24 10:00 +0100", tick=False)


# --- Who sees what


def test_a_clerk_without_rights_gets_a_calm_page(sign_in: SignIn) -> None:
    page = sign_in().get(HOME)
    assert page.status_code == 200
    assert page.context["tiles"] == []
    assert "Chiffres du mois" not in page.content.decode()


@pytest.mark.parametrize("tile", contributions(SLOT), ids=lambda tile: tile.permission)
def test_a_card_is_for_holders_of_its_permission_and_leads_where_they_may_go(sign_in: SignIn, tile: Tile) -> None:
    others = [one for one in contributions(SLOT) if one.permission == tile.permission]
    clerk = sign_in(tile.permission)
    assert list(cards(clerk)) == [str(one.title) for one in others]
    assert tile.link() in clerk.get(HOME).content.decode()


def test_every_link_of_every_card_leads_to_a_list(admin: Client) -> None:
    rows.make(4)
    rows.an_invoice(rows.a_run(date(2026, 11, 1), RunState.REVIEW), LineFactory(), 99, issued=False)
    start_job(kind="accounting.recap", actor=None)
    page = admin.get(HOME).content.decode().split('class="dashboard"', 1)[1].split('class="home-group"', 1)[0]
    links = set(re.findall(r'href="([^"]+)"', page))
    assert len(links) > 15
    wrong = {link: admin.get(link.replace("&amp;", "&")).status_code for link in links}
    assert {link: status for link, status in wrong.items() if status != 200} == {}


def test_the_link_of_a_bar_lists_as_many_rows_as_it_says(admin: Client) -> None:
    rows.make(6)
    page = admin.get(HOME).content.decode()
    bars = re.findall(r'<a href="([^"]+__exact=[^"]+)"[^>]*>[^<]+</a>\s*<span[^>]*>([^<]+)</span>', page)
    assert len(bars) >= 6
    for link, shown in bars:
        assert admin.get(link.replace("&amp;", "&")).context["cl"].result_count == int(shown), link


# --- Billing


def invoices(count: int, **fields: Any) -> None:
    run = rows.a_run(date(2026, 10, 1), RunState.DONE)
    for number in range(count):
        rows.an_invoice(run, LineFactory(), number)


@pytest.mark.usefixtures("november")
def test_what_has_been_invoiced_is_told_by_month_of_issue(sign_in: SignIn) -> None:
    invoices(3)  # of 1,234.50 € each, on 3 November
    clerk = sign_in("billing.view_invoice")
    card = cards(clerk)["Facturé"]
    assert "3 703,50 €" in card
    assert "novembre 2026 · 3 documents" in card
    assert "octobre 2026 · 0 document" in card

    chart = re.search(r'data-value="([^"]+)"', clerk.get(HOME).content.decode())
    assert chart
    drawn = json.loads(chart[1].replace("&quot;", '"'))
    assert len(drawn["labels"]) == 12
    assert drawn["datasets"][0]["data"] == [0.0] * 11 + [3703.5]
    # The same in a table, for who does not see the chart.
    assert "novembre 2026 3 703,50 € 3" in card


@pytest.mark.usefixtures("november")
def test_what_is_older_than_twelve_months_and_drafts_are_not_counted(sign_in: SignIn, time_machine: Any) -> None:
    invoices(1)
    rows.an_invoice(rows.a_run(date(2026, 11, 1), RunState.REVIEW), LineFactory(), 50, issued=False)
    time_machine.move_to("2027-11-24 10:00 +0100", tick=False)
    assert "Rien n’a été facturé ces douze derniers mois." in cards(sign_in("billing.view_invoice"))["Facturé"]


def test_drafts_are_told_by_run(sign_in: SignIn) -> None:
    clerk = sign_in("billing.view_invoice")
    assert cards(clerk)["Brouillons à vérifier"] == "Aucun brouillon n’attend d’être vérifié."
    run = rows.a_run(date(2026, 10, 1), RunState.REVIEW)
    for number in range(2):
        rows.an_invoice(run, LineFactory(), number, issued=False)
    assert cards(clerk)["Brouillons à vérifier"] == "brouillons 2 2 469,00 € HT octobre 2026 2"


# --- Usage


def test_unbilled_usage_is_what_files_hold_less_what_statements_closed(sign_in: SignIn) -> None:
    file, line = rows.a_file(1, lines=3, rated=3, amount=Decimal("2.262"), duplicate=0, **NONE_WAITING), LineFactory()
    rows.a_file(2, state=FileState.BACKED_OUT)
    for number in range(3):
        rows.a_rated_record(file, line, number)
    statement = Statement.objects.create(line=line, month=rows.OCTOBER, sequence=1, records=1, amount=Decimal("0.754"))
    RatedRecord.objects.filter(pk=RatedRecord.objects.earliest("pk").pk).update(statement=statement)

    open_records = RatedRecord.objects.filter(statement=None)
    assert sum(record.price for record in open_records) == Decimal("1.508")
    card = cards(sign_in("usage.view_ratedrecord"))["Consommations non facturées"]
    assert card == "HT, à facturer au prochain lancement 1,51 € 2 CDRs"


NONE_WAITING = {"unknown_number": 0, "inactive_line": 0, "unrated": 0, "malformed": 0}


def test_waiting_records_are_told_by_reason(sign_in: SignIn) -> None:
    clerk = sign_in("usage.view_suspendedrecord")
    assert cards(clerk)["CDRs en attente"] == "Aucun CDR n’est en attente."
    file = rows.a_file(1)
    for number in range(5):
        rows.a_waiting_record(file, number)
    assert cards(clerk)["CDRs en attente"] == (
        "CDRs n’ont pas pu être valorisés 5 Numéro inconnu 2 Ligne inactive à cette date 1 Sans tarif 1 Mal formé 1"
    )


# --- Lines and cards


@pytest.mark.usefixtures("november")
def test_the_fleet_is_told_by_status_with_what_came_and_went_this_month(sign_in: SignIn) -> None:
    LineFactory()
    LineFactory(suspended=True)
    LineFactory(terminated=True)
    LineFactory(activated_on=date(2026, 11, 1))
    LineFactory(activated_on=date(2026, 10, 31))
    gone = LineFactory(terminated=True)
    Line.objects.filter(pk=gone.pk).update(terminated_on=date(2026, 11, 30))
    card = cards(sign_in("lines.view_line"))["Parc mobile"]
    assert card == "lignes en service 4 1 nouvelle ce mois-ci, 1 résiliée Active 3 Suspendue 1 Résiliée 2"


def test_a_low_stock_of_cards_is_said_in_time(sign_in: SignIn, settings: Any) -> None:
    settings.SIM_STOCK_LOW = 2
    clerk = sign_in("sims.view_simcard")
    assert "Il ne reste aucune carte en stock." in cards(clerk)["Stock de cartes SIM"]
    SimCardFactory()
    SimCardFactory(status=SimStatus.RESERVED)
    assert "Il ne reste que 1 carte en stock." in cards(clerk)["Stock de cartes SIM"]
    SimCardFactory()
    assert cards(clerk)["Stock de cartes SIM"] == "cartes en stock 2 En stock 2 Réservée 1"


# --- Tasks


def test_tasks_under_way_and_failed_lately_are_those_that_one_may_see(sign_in: SignIn) -> None:
    clerk = sign_in("jobs.view_job")
    accountant = sign_in("jobs.view_job", "accounting.export_recap")
    start_job(kind="accounting.recap", actor=UserFactory())
    for finished in (timezone.now() - timedelta(days=1), timezone.now() - timedelta(days=8)):
        failed = start_job(kind="accounting.recap", actor=UserFactory())
        Job.objects.filter(pk=failed.pk).update(state=JobState.FAILED, finished_at=finished)
    assert cards(clerk)["Tâches"] == "Aucune tâche en cours, aucune en échec cette semaine."
    assert cards(accountant)["Tâches"] == "En attente 1 En échec 1"


# --- Cost


def test_figures_are_counted_once_a_minute_for_everybody(
    sign_in: SignIn, settings: Any, time_machine: Any, django_assert_num_queries: Any
) -> None:
    settings.DASHBOARD_SECONDS = 60
    cache.clear()
    time_machine.move_to("2026-11-24 10:00 +0100", tick=False)
    first, second = (sign_in("sims.view_simcard") for _ in range(2))
    SimCardFactory()
    assert "En stock 1" in cards(first)["Stock de cartes SIM"]
    SimCardFactory()
    assert "En stock 1" in cards(second)["Stock de cartes SIM"]
    assert "relevés à 10:00" in plain(second.get(HOME).content.decode())
    time_machine.move_to("2026-11-24 10:01:01 +0100", tick=False)
    assert "En stock 2" in cards(second)["Stock de cartes SIM"]
    cache.clear()


def test_tasks_of_one_person_are_never_shown_to_another(sign_in: SignIn, settings: Any) -> None:
    settings.DASHBOARD_SECONDS = 60
    cache.clear()
    start_job(kind="accounting.recap", actor=None)
    assert "En attente 1" in cards(sign_in("jobs.view_job", "accounting.export_recap"))["Tâches"]
    assert "En attente" not in cards(sign_in("jobs.view_job"))["Tâches"]
    cache.clear()


@pytest.mark.parametrize("tile", contributions(SLOT), ids=lambda tile: f"{tile.context.__module__}")
def test_a_card_costs_two_queries_at_most_however_much_there_is(
    tile: Tile, rf: Any, django_assert_max_num_queries: Any
) -> None:
    rows.make(3)
    request = rf.get("/")
    request.user = UserFactory(is_superuser=True)
    with django_assert_max_num_queries(2):
        tile.context(request)


# --- What a card is made of


def test_bars_are_parts_of_their_whole_and_the_smallest_still_shows() -> None:
    bars = [tiles.Bar("a", 9_999, ""), tiles.Bar("b", 1, ""), tiles.Bar("c", 0, "")]
    assert [bar.percent for bar in tiles.shared(bars)] == [99, 1, 0]
    assert tiles.shared([]) == []


def test_a_card_that_names_a_customer_badly_runs_nothing(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    shown = tiles.content(
        figures=[tiles.Figure(evil, evil, evil)],
        bars=[tiles.Bar(evil, 1, evil, link=evil)],
        notices=[tiles.Notice(evil)],
        chart=tiles.Chart(evil, evil, [evil], [Decimal(1)], [(evil, evil)], [evil, evil]),
    )
    tile = Tile(evil, tiles.TEMPLATE, lambda request: shown, "billing.view_invoice", lambda: evil)
    monkeypatch.setattr(slots, "_slots", {**slots._slots, SLOT: [tile]})
    page = admin.get(HOME).content.decode()
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") > 8


def test_the_word_of_welcome_stands_above_the_figures(admin: Client) -> None:
    company = rows.integrator()
    company.welcome_message = "Bonjour à tous,\n<b>bonne facturation</b>"
    company.save()
    page = admin.get(HOME).content.decode()
    assert "Bonjour à tous,<br>&lt;b&gt;bonne facturation&lt;/b&gt;" in page
