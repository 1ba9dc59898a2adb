"""Operations on one line, on its page: who may, what is said first, what is done, what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.core.roles import Role
from apps.lines.choices import Barring, LineStatus, OperationKind
from apps.lines.models import Line
from apps.lines.operations.kinds import operations
from apps.lines.services import status_disagreements
from tests.factories import LineFactory
from tests.lines.operating import address, ask, do, plain
from tests.people import SignIn

TODAY = date(2026, 11, 24)
TOMORROW = TODAY + timedelta(days=1)

ANSWERS: dict[str, dict[str, Any]] = {
    "user": {"user_name": "PAUL DURAND"},
    "international": {"behaviour": "europe"},
    "restrict": {"cause": "unpaid", "billed": "on"},
    "restrict_outgoing": {"cause": "lost"},
    "reactivate": {},
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day() -> Any:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False):
        yield
    assert status_disagreements() == []


@pytest.fixture
def line() -> Line:
    return LineFactory()


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


def on_today(code: str) -> dict[str, Any]:
    return {**ANSWERS[code], "on": TODAY.isoformat(), "reason": "Demande du 24 novembre"}


def line_for(code: str) -> Line:
    return LineFactory(suspended=True) if code == "reactivate" else LineFactory()


@pytest.mark.parametrize("code", ANSWERS)
def test_whoever_may_does_it_and_both_journals_tell(code: str, support: Client) -> None:
    line = line_for(code)
    assert "Rien n’est encore fait" in plain(ask(support, line, code, **on_today(code)))
    assert not line.operations.exists()
    assert do(support, line, code, **on_today(code)).status_code == 302
    entry = line.operations.get()
    assert (entry.kind, entry.effective_on, entry.reason) == (
        operations()[code].kind,
        TODAY,
        "Demande du 24 novembre",
    )
    assert entry.actor is not None
    logged = LogEntry.objects.get(object_id=str(line.pk))
    assert logged.change_message == str(operations()[code].title)


@pytest.mark.parametrize("role", [Role.READER, Role.SALES, Role.BILLING])
@pytest.mark.parametrize("code", ANSWERS)
def test_whoever_may_not_is_refused(code: str, role: Role, sign_in_as: SignIn) -> None:
    line, client = line_for(code), sign_in_as(role)
    assert client.get(address(line, code)).status_code == 403
    assert ask(client, line, code, **on_today(code)).status_code == 403
    page = plain(client.get(f"/admin/lines/line/{line.pk}/change/"))
    assert str(operations()[code].title) not in page


@pytest.mark.parametrize("code", ANSWERS)
def test_opening_the_dialog_changes_nothing(code: str, support: Client) -> None:
    line = line_for(code)
    shown = plain(support.get(address(line, code)))
    assert str(operations()[code].submit) in shown
    assert not line.operations.exists()


@pytest.mark.parametrize("code", ANSWERS)
def test_the_same_click_twice_does_it_once(code: str, support: Client) -> None:
    line = line_for(code)
    do(support, line, code, **on_today(code))
    again = do(support, line, code, **on_today(code))
    assert "C’est déjà le cas" in plain(again) or "ne peut pas" in plain(again)
    assert line.operations.count() == 1


@pytest.mark.parametrize("code", ANSWERS)
def test_a_line_that_has_ended_is_refused_with_a_sentence(code: str, support: Client) -> None:
    line = LineFactory(terminated=True)
    assert "Résiliée" in plain(do(support, line, code, **on_today(code)))
    assert not line.operations.exists()


# --- The seed's words


def test_the_buttons_say_what_the_outline_says(line: Line, support: Client) -> None:
    page = plain(support.get(f"/admin/lines/line/{line.pk}/change/"))
    for title in (
        "Modifier utilisateur",
        "Modifier option international",
        "Restriction entrante-sortante",
        "Restriction sortante",
    ):
        assert title in page
    assert "Changer" in plain(support.get(address(line, "user")))
    assert "Appliquer" in plain(support.get(address(line, "international")))
    assert "Envoyer" in plain(support.get(address(line, "restrict")))


def test_each_row_of_the_fleet_has_the_menu_for_whoever_may(line: Line, support: Client, sign_in_as: SignIn) -> None:
    listed = plain(support.get("/admin/lines/line/"))
    assert f"/admin/lines/line/{line.pk}/user/" in listed
    assert f"/admin/lines/line/{line.pk}/international/" in listed
    assert f"/admin/lines/line/{line.pk}/user/" not in plain(sign_in_as(Role.SALES).get("/admin/lines/line/"))


def test_the_menu_of_a_row_offers_what_its_state_allows(support: Client) -> None:
    active, suspended, ended = LineFactory(), LineFactory(suspended=True), LineFactory(terminated=True)
    listed = plain(support.get("/admin/lines/line/"))
    for line, codes in ((active, {"restrict"}), (suspended, {"restrict", "reactivate"}), (ended, set())):
        offered = {code for code in ("restrict", "reactivate", "cancel") if address(line, code) in listed}
        assert offered == codes


def test_from_the_list_one_comes_back_to_the_list_with_its_filters(line: Line, support: Client) -> None:
    answers = on_today("user")
    shown: Any = ask(support, line, "user", **answers)
    digest = plain(shown).split('name="_previewed" value="')[1].split('"')[0]
    done: Any = support.post(
        address(line, "user"),
        {"_form_submitted": "True", **answers, "_previewed": digest},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/admin/lines/line/?q=0639"},
    )
    assert done.headers["HX-Redirect"] == "/admin/lines/line/?q=0639"


# --- Users


def test_a_name_with_an_accent_is_refused_and_proposed_clean(line: Line, support: Client) -> None:
    answer = plain(do(support, line, "user", **{**on_today("user"), "user_name": "Hélène d'Été"}))
    assert "HELENE D ETE" in answer
    line.refresh_from_db()
    assert line.user_name == "JEANNE MARTIN"


def test_small_letters_are_no_fault(line: Line, support: Client) -> None:
    do(support, line, "user", **{**on_today("user"), "user_name": "paul durand"})
    line.refresh_from_db()
    assert line.user_name == "PAUL DURAND"


def test_a_line_that_waits_to_serve_gets_another_user_but_no_restriction(support: Client) -> None:
    line = LineFactory(pending=True)
    assert do(support, line, "user", **on_today("user")).status_code == 302
    assert "En attente" in plain(do(support, line, "restrict", **on_today("restrict")))
    assert [one.kind for one in line.operations.all()] == [OperationKind.USER_CHANGE]


# --- Restriction


def test_a_restricted_line_may_get_another_barring(support: Client) -> None:
    line = LineFactory()
    do(support, line, "restrict_outgoing", **on_today("restrict_outgoing"))
    assert line.states.get(end=None).barring == Barring.OUTGOING
    assert do(support, line, "restrict", **on_today("restrict")).status_code == 302
    state = line.states.get(end=None)
    assert (state.status, state.barring, state.billed, state.start) == (LineStatus.SUSPENDED, "both", True, TODAY)
    first, second = line.operations.order_by("pk")
    assert (first.after["restriction_reason"], second.before["barring"]) == ("lost", "outgoing")


def test_an_unbilled_restriction_says_so_before(line: Line, support: Client) -> None:
    said = plain(ask(support, line, "restrict", cause="request", on=TODAY.isoformat()))
    assert "Active → Suspendue (entrante-sortante, non facturée)" in said
    assert "ne sont pas facturés" in said


def test_what_changed_since_cannot_be_changed_underneath(line: Line, support: Client) -> None:
    do(support, line, "restrict", **on_today("restrict"))
    early = {**ANSWERS["restrict_outgoing"], "on": "2026-11-01"}
    assert "24/11/2026" in plain(do(support, line, "restrict_outgoing", **early))
    assert line.operations.count() == 1


# --- International behaviour


def test_behaviours_follow_one_another(line: Line, support: Client) -> None:
    do(support, line, "international", behaviour="europe", on="2026-11-01")
    do(support, line, "international", behaviour="national", on=TODAY.isoformat())
    assert list(line.internationals.values_list("behaviour", "start", "end")) == [
        ("europe", date(2026, 11, 1), TODAY),
        ("national", TODAY, None),
    ]
    assert "Selon le réseau" not in plain(ask(support, line, "international", behaviour="world", on=TODAY.isoformat()))
