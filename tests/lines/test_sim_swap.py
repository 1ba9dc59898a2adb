"""«SIM SWAP»: another card in a line; number, offers, usage and invoices stay (SPEC I7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.billing.drafting import draft_of
from apps.billing.facts import facts_of, rules_now
from apps.core.periods import Month
from apps.core.roles import Role
from apps.lines.choices import LineStatus, OperationKind
from apps.lines.models import Line
from apps.lines.services import status_disagreements
from apps.lines.wording import changes_text
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.usage.models import RatedRecord
from tests.billing.conftest import rated as rated
from tests.factories import LineFactory, PlanFactory, SimCardFactory
from tests.lines.operating import CONFIRMED, ask, do, plain
from tests.people import SignIn

TODAY = date(2026, 11, 24)
PAGE = "/admin/lines/line/sim-swap/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day() -> Iterator[None]:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False):
        yield
    assert status_disagreements() == []


@pytest.fixture
def line() -> Line:
    return LineFactory(msisdn="33639980001", plan=PlanFactory(swap_fee=Decimal("8.00")), price=Decimal("31.00"))


@pytest.fixture
def card() -> SimCard:
    return SimCardFactory()


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


def answers(card: SimCard, **more: Any) -> dict[str, Any]:
    said = {"sim": card.iccid, "cause": "faulty", "charged": "on", "on": TODAY.isoformat(), "reason": ""}
    return {key: value for key, value in {**said, **more}.items() if value is not None}


def on_page(client: Client, number: str, card: SimCard, **more: Any) -> Any:
    """Both POSTs of the page of the menu; the first one's answer where there is nothing to confirm."""
    asked = {**CONFIRMED, "msisdn": number, **answers(card, **more)}
    shown: Any = client.post(PAGE, asked)
    form = shown.context and shown.context["form"]
    if form is None or not form.sentences:
        return shown
    return client.post(PAGE, {**asked, "_previewed": form.data["_previewed"]})


def cards_of(line: Line) -> list[str]:
    return [one.sim.status for one in line.sims.order_by("start", "pk").select_related("sim")]


@pytest.mark.parametrize(
    "number", ["+33639980001", "+33 6 39 98 00 01", "0033639980001", "06 39 98 00 01", "33639980001"]
)
def test_the_number_is_typed_in_any_form(number: str, line: Line, card: SimCard, support: Client) -> None:
    answer = on_page(support, number, card)
    assert answer.url == f"/admin/lines/line/{line.pk}/change/"
    assert line.sims.on(TODAY).get().sim == card
    assert cards_of(line) == [SimStatus.REPLACED, SimStatus.ACTIVE]
    entry = line.operations.get()
    assert entry.kind == OperationKind.SIM_SWAP
    assert "Motif\N{NO-BREAK SPACE}: La carte est défectueuse" in list(changes_text(entry))


def test_the_page_says_what_will_happen_before(line: Line, card: SimCard, support: Client) -> None:
    old = line.sims.get().sim
    assert plain(support.get(PAGE)).count("Voir ce qui va se passer") == 1
    shown = plain(support.post(PAGE, {**CONFIRMED, "msisdn": "+33639980001", **answers(card)}))
    for said in (
        f"{old.iccid} (Nano) → {card.iccid} (Nano)",
        f"Ligne 06 39 98 00 01 de {line.customer}.",
        "L’ancienne carte devient « Remplacée »",
        "Des frais de 8,00 € HT sont facturés.",
        "Valider le SIM SWAP",
    ):
        assert said in shown
    assert not line.operations.exists()
    assert cards_of(line) == [SimStatus.ACTIVE]


@pytest.mark.parametrize(
    ("charged", "fees"),
    [("on", [("Frais de remplacement de carte SIM", Decimal("8.00"))]), (None, [])],
)
def test_the_fee_is_charged_if_one_wants_it(
    charged: str | None, fees: list[Any], line: Line, card: SimCard, support: Client
) -> None:
    assert do(support, line, "swap", **answers(card, charged=charged)).status_code == 302
    assert list(line.one_off_charges.values_list("label", "price")) == fees


@pytest.mark.parametrize(
    ("cause", "status"), [("lost", SimStatus.LOST), ("faulty", SimStatus.FAULTY), ("upgrade", SimStatus.REPLACED)]
)
def test_the_old_card_may_be_declared_lost_or_faulty(
    cause: str, status: str, line: Line, card: SimCard, support: Client
) -> None:
    do(support, line, "swap", **answers(card, cause=cause, declared="on"))
    assert cards_of(line) == [status, SimStatus.ACTIVE]


def test_a_restricted_line_stays_restricted(card: SimCard, support: Client) -> None:
    line = LineFactory(suspended=True)
    assert "la nouvelle carte est suspendue" in plain(ask(support, line, "swap", **answers(card)))
    do(support, line, "swap", **answers(card))
    line.refresh_from_db()
    assert (line.status, cards_of(line)) == (LineStatus.SUSPENDED, [SimStatus.REPLACED, SimStatus.SUSPENDED])


def test_billing_and_rating_stay_as_they_are(
    line: Line, card: SimCard, support: Client, rated: Callable[..., Any]
) -> None:
    def drafts() -> list[Any]:
        run = Month(2026, 11)
        return draft_of(facts_of([line.customer], run=run)[0], run=run, rules=rules_now()).lines

    rated(line, "0.42", at="2026-11-10T12:00:00")
    before, records = drafts(), list(RatedRecord.objects.values())
    do(support, line, "swap", **answers(card, charged=None, on="2026-11-05"))
    assert line.sims.on(date(2026, 11, 5)).get().sim == card
    assert (drafts(), list(RatedRecord.objects.values())) == (before, records)


def test_the_same_click_twice_replaces_it_once(line: Line, card: SimCard, support: Client) -> None:
    asked = {**CONFIRMED, "msisdn": "+33639980001", **answers(card)}
    shown: Any = support.post(PAGE, asked)
    confirmed = {**asked, "_previewed": shown.context["form"].data["_previewed"]}
    assert support.post(PAGE, confirmed).status_code == 302
    again = support.post(PAGE, confirmed)
    assert f"{card.iccid} est «" in plain(again)
    assert line.operations.count() == 1


def test_a_card_is_found_by_its_last_digits_among_the_stock(line: Line, support: Client) -> None:
    one, other = SimCardFactory(iccid="8933220000000071237"), SimCardFactory(iccid="8933220000000081236")
    gone = SimCardFactory(iccid="8933220000000091235", status=SimStatus.FAULTY)
    found = plain(support.get("/admin/lines/line/cards-in-stock/?sim=123"))
    assert "<option" not in found  # digits at the beginning of nothing, at the end of nothing
    found = plain(support.get("/admin/lines/line/cards-in-stock/?sim=71237"))
    assert (one.iccid in found, other.iccid in found, gone.iccid in found) == (True, False, False)
    do(support, line, "swap", **{**answers(one), "sim": "71237"})
    assert line.sims.on(TODAY).get().sim == one


@pytest.mark.parametrize(
    ("number", "changed", "said"),
    [
        ("+33639989999", {}, "Aucune ligne n’a ce numéro"),
        ("bonjour", {}, "bonjour"),
        ("+33639980001", {"sim": "8933220000000000000"}, "Aucune carte en stock"),
        ("+33639980001", {"cause": ""}, "Indiquez pourquoi"),
        ("+33639980001", {"on": "2026-11-25"}, "Une carte est remplacée aujourd’hui"),
    ],
)
def test_what_makes_no_sense_is_refused(
    number: str, changed: dict[str, Any], said: str, line: Line, card: SimCard, support: Client
) -> None:
    assert said in plain(on_page(support, number, card, **changed))
    assert not line.operations.exists()


def test_a_card_in_use_is_named_with_its_status(line: Line, support: Client) -> None:
    taken = LineFactory().sims.get().sim
    assert f"{taken.iccid} est «" in plain(on_page(support, "+33639980001", taken))


def test_nothing_is_replaced_before_the_last_replacement(line: Line, card: SimCard, support: Client) -> None:
    do(support, line, "swap", **answers(card))
    told = plain(ask(support, line, "swap", **answers(SimCardFactory(), on="2026-11-23")))
    assert "24/11/2026" in told
    assert line.operations.count() == 1


def test_a_line_that_has_ended_gets_no_card(card: SimCard, support: Client) -> None:
    ended = LineFactory(terminated=True, msisdn="33639980077")
    assert "Résiliée" in plain(on_page(support, "+33639980077", card))
    assert not ended.operations.exists()


@pytest.mark.parametrize("role", [Role.READER, Role.SALES, Role.BILLING])
def test_whoever_may_not_sees_no_such_page(role: Role, line: Line, card: SimCard, sign_in_as: SignIn) -> None:
    client = sign_in_as(role)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {**CONFIRMED, "msisdn": "+33639980001", **answers(card)}).status_code == 403
    assert client.get("/admin/lines/line/cards-in-stock/").status_code == 403
    assert ask(client, line, "swap", **answers(card)).status_code == 403
    assert "sim-swap" not in plain(client.get("/admin/"))
    assert not line.operations.exists()


def test_it_is_in_the_menu_of_those_who_may(support: Client) -> None:
    assert PAGE in plain(support.get("/admin/"))
