"""«Gestion status SIM»: the list and its filters, the codes, the whole past of a card."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.core.roles import Role
from apps.jobs.models import BulkOperation
from apps.sims.choices import SimFormat, SimStatus
from apps.sims.imports import SimImporter
from apps.sims.models import SimCard
from apps.sims.services import declare_card
from tests.factories import CustomerFactory, LineFactory, SimCardFactory, UserFactory, iccid
from tests.jobs.bulk import ask, press, tick, work_off
from tests.people import SignIn

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}
CODE = "LPA:1$smdp.exemple.fr$4F2A-77B1"


def listed(client: Client, query: str = "") -> list[SimCard]:
    page = client.get(reverse("admin:sims_simcard_changelist") + query)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def page_of(client: Client, card: SimCard) -> str:
    page = client.get(reverse("admin:sims_simcard_change", args=[card.pk]))
    assert page.status_code == 200
    return page.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_all_cards_are_chosen_in_words_that_fit_them(admin: Client) -> None:
    SimCardFactory.create_batch(51)
    page = admin.get(reverse("admin:sims_simcard_changelist")).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Tout sélectionner : 51 cartes SIM" in page


def test_cards_are_narrowed_down_by_what_they_are_and_who_has_them(admin: Client) -> None:
    durand, martin = CustomerFactory(name="ATELIER DURAND"), CustomerFactory(name="MARTIN")
    stock = SimCardFactory(batch="LOT7", supplier="Opérateur A", format=SimFormat.NANO)
    his, hers = (
        SimCardFactory(batch="LOT8", supplier="Opérateur B", format=SimFormat.ESIM, status=SimStatus.ACTIVE)
        for _ in range(2)
    )
    LineFactory(customer=durand, sim=his)
    LineFactory(customer=martin, sim=hers)
    for query, expected in (
        ("?status__exact=in_stock", {stock}),
        ("?format__exact=ESIM", {his, hers}),
        ("?batch=LOT7", {stock}),
        ("?supplier=Op%C3%A9rateur+B", {his, hers}),
        (f"?line_periods__line__customer__id__exact={durand.pk}", {his}),
        ("?in_line=yes", {his, hers}),
        ("?in_line=no", {stock}),
        (f"?q={stock.iccid[-6:]}", {stock}),
        ("?q=LOT8", {his, hers}),
    ):
        assert set(listed(admin, query)) == expected, query
    assert {card.iccid: card.holder for card in listed(admin)} == {  # type: ignore[attr-defined]
        stock.iccid: None,
        his.iccid: "ATELIER DURAND",
        hers.iccid: "MARTIN",
    }


def test_whoever_may_not_see_lines_sees_no_holder(sign_in: SignIn) -> None:
    line = LineFactory(customer=CustomerFactory(name="ATELIER DURAND"))
    clerk = sign_in("sims.view_simcard")
    page = clerk.get(reverse("admin:sims_simcard_changelist")).content.decode()
    assert "ATELIER DURAND" not in page
    assert "Titulaire" not in page
    assert "ATELIER DURAND" not in page_of(clerk, line.sims.get().sim)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL reads a table of two rows without its indexes")
@pytest.mark.parametrize("query", ["status__exact=in_stock", "format__exact=NANO", "batch=LOT7", "supplier=A"])
def test_every_filter_has_its_index(admin: Client, query: str) -> None:
    SimCardFactory(batch="LOT7", supplier="A", format=SimFormat.NANO)
    cards = admin.get(f"{reverse('admin:sims_simcard_changelist')}?{query}").context["cl"].queryset
    plan = cards.explain()
    assert "USING INDEX" in plan
    assert connection.vendor == "sqlite"


# --- Codes


def test_an_esim_code_is_asked_for_and_the_look_written_down(sign_in_as: SignIn) -> None:
    card, support = SimCardFactory(format=SimFormat.ESIM, esim_code=CODE), sign_in_as(Role.SUPPORT)
    asked = reverse("admin:sims_simcard_show_codes", args=[card.pk])
    history = reverse("admin:sims_simcard_history", args=[card.pk])
    for address in (asked, history, reverse("admin:sims_simcard_change", args=[card.pk])):
        assert "smdp.exemple.fr" not in support.get(address).content.decode()
    assert not LogEntry.objects.exists()
    answer = support.post(asked, CONFIRMED).content.decode()
    assert CODE in answer
    assert "<path d=" in answer
    assert LogEntry.objects.filter(object_id=str(card.pk)).count() == 1
    assert "Codes consultés" in page_of(support, card)
    assert sign_in_as(Role.SALES).post(asked, CONFIRMED).status_code == 403
    assert LogEntry.objects.count() == 1


def test_a_card_without_an_esim_code_shows_none(sign_in_as: SignIn) -> None:
    card = SimCardFactory(pin1="4711")
    answer = sign_in_as(Role.SUPPORT).post(reverse("admin:sims_simcard_show_codes", args=[card.pk]), CONFIRMED)
    assert "4711" in answer.content.decode()
    assert "eSIM</dt>" not in answer.content.decode()


# --- The whole past


def test_the_page_of_a_card_tells_its_whole_past_the_latest_first(admin: Client) -> None:
    anne = UserFactory(username="anne")
    file = f"ICCID;LOT\n{iccid(700_000_000_001)};LOT7\n".encode()
    SimImporter(today=date(2026, 11, 24)).run(file, actor=anne, source="lot7.csv")
    card = SimCard.objects.get()
    line = LineFactory(sim=card, customer=CustomerFactory(name="ATELIER DURAND"), terminated=True)
    SimCard.objects.filter(pk=card.pk).update(status=SimStatus.REPLACED)
    declare_card(card=card, status=SimStatus.LOST, actor=anne, reason="Perdue par le client")
    admin.post(reverse("admin:sims_simcard_show_codes", args=[card.pk]), CONFIRMED)
    past = page_of(admin, card).split('<ol class="timeline">')[1].split("</ol>")[0]
    told = [
        "Codes consultés",
        "Perdue par le client",
        "lot7.csv",
        "Retirée de la ligne",
        "Mise dans la ligne",
    ]
    places = [past.index(one) for one in told]
    assert places == sorted(places)
    assert "Entrée en stock" in past
    assert "anne" in past
    assert "ATELIER DURAND" in past
    assert reverse("admin:lines_line_change", args=[line.pk]) in past


def test_what_was_done_to_many_is_told_once_on_each_card(sign_in_as: SignIn) -> None:
    card, support = SimCardFactory(), sign_in_as(Role.SUPPORT)
    tick(support, [card], "sims.declare")
    operation = BulkOperation.objects.get()
    ask(support, operation, status="faulty", reason="Ne répond pas")
    operation.refresh_from_db()
    press(support, operation, "confirm")
    work_off()
    past = page_of(support, card).split('<ol class="timeline">')[1].split("</ol>")[0]
    assert past.count("Ne répond pas") == 1
    assert "En stock → Défectueuse" in past
