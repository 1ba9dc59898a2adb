"""«Portabilités» over HTTP: the board, the page, its dialogs, many at once, by whom."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.core.roles import Role
from apps.jobs.models import BulkOperation
from apps.orders.choices import PortState
from apps.orders.models import OperatorCode, PortIn
from tests.jobs.bulk import CONFIRMED, ask, outcomes, press, tick, work_off
from tests.orders.arrivals import MONDAY, THURSDAY, a_port_in, rio_of
from tests.people import SignIn

pytestmark = pytest.mark.django_db

BOARD = "/admin/orders/portin/"
LATE, TOMORROW = date(2026, 11, 20), date(2026, 11, 24)


@pytest.fixture(autouse=True)
def monday() -> Any:
    with time_machine.travel(f"{MONDAY} 10:00+01:00", tick=True):
        yield


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


def text(response: Any) -> str:
    assert response.status_code == 200
    shown: str = response.content.decode()
    return shown.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def numbers(client: Client, query: str = "") -> list[str]:
    """The numbers on the board, from the top."""
    return re.findall(r"06 39 98 \d\d \d\d(?=</a>)", text(client.get(BOARD + query)))


def dialog(client: Client, port_in: PortIn, button: str, **answers: Any) -> Any:
    """Press the button, answer, look at the preview, confirm it."""
    address = reverse(f"admin:orders_portin_{button}", args=[port_in.pk])
    first = client.post(address, {**CONFIRMED, **answers})
    if first.status_code != 200:
        return first
    shown = re.search(r'name="_previewed" value="([^"]+)"', first.content.decode())
    return client.post(address, {**CONFIRMED, **answers, "_previewed": shown[1]}) if shown else first


def shown(port_in: PortIn) -> str:
    return f"{port_in}"[:14].replace("\N{NO-BREAK SPACE}", " ")


# --- The board


def test_what_is_to_be_done_first_stands_first_and_what_has_ended_last(support: Client) -> None:
    ended = a_port_in(PortState.PORTED, next_on=None)
    tomorrow, late = a_port_in(next_on=TOMORROW), a_port_in(PortState.SENT, next_on=LATE)
    today = a_port_in(PortState.ELIGIBLE)
    assert numbers(support) == [shown(one) for one in (late, today, tomorrow, ended)]


def test_each_row_says_what_is_next_and_whether_it_is_late(support: Client) -> None:
    a_port_in(PortState.SENT, next_on=LATE)
    a_port_in(PortState.REFUSED, remark="Ce n’est pas le bon")
    page = text(support.get(BOARD))
    assert "20/11/2026, en retard" in page
    assert "23/11/2026, aujourd’hui" in page
    assert "Corriger et renvoyer, ou annuler" in page
    assert "RIO incorrect – Ce n’est pas le bon" in page


def test_tabs_narrow_it_to_what_is_due(support: Client) -> None:
    late, today = a_port_in(next_on=LATE), a_port_in()
    arriving = a_port_in(PortState.SCHEDULED, port_on=TOMORROW, next_on=TOMORROW)
    a_port_in(PortState.CANCELLED, next_on=None)
    assert numbers(support, "?due=late") == [shown(late)]
    assert numbers(support, "?due=today") == [shown(late), shown(today)]
    assert numbers(support, "?due=arriving") == [shown(arriving)]
    assert len(numbers(support, "?due=open")) == 3
    page = text(support.get(BOARD))
    for tab in ("À faire aujourd’hui", "En retard", "Arrivent le prochain jour ouvrable", "Codes d’opérateurs"):
        assert tab in page


def test_what_arrives_on_monday_is_reminded_on_saturday(sign_in_as: SignIn) -> None:
    monday = date(2026, 11, 30)
    arriving = a_port_in(PortState.SCHEDULED, port_on=monday, next_on=monday)
    with time_machine.travel("2026-11-27 10:00+01:00"):
        assert numbers(sign_in_as(Role.SUPPORT), "?due=arriving") == []
    with time_machine.travel("2026-11-28 10:00+01:00"):
        assert numbers(sign_in_as(Role.SUPPORT), "?due=arriving") == [shown(arriving)]


def test_the_home_page_says_what_is_due_late_and_coming(support: Client) -> None:
    a_port_in(next_on=LATE)
    a_port_in(PortState.SCHEDULED, port_on=TOMORROW, next_on=TOMORROW)
    page = text(support.get("/admin/"))
    assert "1 portabilité est en retard." in page
    assert "1 numéro arrive le prochain jour ouvrable." in page


def test_it_is_searched_by_number_customer_rio_and_holder(support: Client) -> None:
    one, _other = a_port_in(holder="DUPONT SARL"), a_port_in()
    for typed in (shown(one), f"+33 {shown(one)[1:]}", str(one.line.customer.number), one.rio.lower(), "dupont"):
        assert numbers(support, f"?q={typed.replace('+', '%2B')}") == [shown(one)], typed


# --- One of them


def test_its_page_tells_its_story(support: Client) -> None:
    port_in = a_port_in(PortState.SENT)
    dialog(support, port_in, "refuse", code="rio", remark="Clé fausse")
    page = text(support.get(f"{BOARD}{port_in.pk}/change/"))
    assert "Envoyée → Refusée" in page
    assert "RIO incorrect – Clé fausse" in page
    assert "SFR" in page
    assert reverse("admin:orders_order_change", args=[port_in.item.order_id]) in page
    assert str(port_in.line.customer) in page


def test_a_refused_one_is_corrected_in_the_dialog(support: Client) -> None:
    port_in = a_port_in(PortState.REFUSED)
    right = rio_of(port_in.msisdn, "03P123456")
    asked = {"rio": right, "holder": "DURAND", "day": "2026-12-10"}
    wrong = dialog(support, port_in, "correct", **{**asked, "rio": right.replace("0", "O", 1)})
    assert f"le RIO de ce numéro est {right}" in text(wrong)
    assert "dimanche" in text(dialog(support, port_in, "correct", **{**asked, "day": "2026-12-06"}))
    assert dialog(support, port_in, "correct", **asked).status_code == 302
    port_in.refresh_from_db()
    assert (port_in.state, port_in.rio, port_in.port_on) == ("to_send", right, date(2026, 12, 10))
    assert LogEntry.objects.filter(object_id=port_in.pk).count() == 1


def test_bounds_are_for_those_who_may_not_leave_them(sign_in_as: SignIn, support: Client) -> None:
    sales = sign_in_as(Role.SALES)
    port_in = a_port_in(PortState.REFUSED)
    asked = {"rio": port_in.rio, "holder": "DURAND", "day": "2026-11-25"}
    assert "hors limites" in text(dialog(sales, port_in, "correct", **asked))
    assert dialog(support, port_in, "correct", **asked).status_code == 302


def test_another_reason_has_to_be_said(support: Client) -> None:
    port_in = a_port_in(PortState.SENT)
    assert "Dites quel est l’autre motif." in text(dialog(support, port_in, "refuse", code="other", remark=""))
    assert "Dites pourquoi" in text(dialog(support, port_in, "refuse", code="", remark=""))
    assert dialog(support, port_in, "refuse", code="other", remark="Portabilité en double").status_code == 302


def test_only_what_is_possible_is_offered(support: Client) -> None:
    def offered(state: PortState) -> set[str]:
        port_in = a_port_in(state)
        page = support.get(f"{BOARD}{port_in.pk}/change/").content.decode()
        buttons = ("send", "accept", "schedule", "ported", "correct", "refuse", "fail", "cancel")
        return {one for one in buttons if reverse(f"admin:orders_portin_{one}", args=[port_in.pk]) in page}

    assert offered(PortState.TO_SEND) == {"send", "correct", "cancel"}
    assert offered(PortState.SENT) == {"accept", "refuse", "cancel"}
    assert offered(PortState.REFUSED) == {"correct", "cancel"}
    assert offered(PortState.CANCELLED) == set()


@pytest.mark.parametrize("role", [Role.BILLING, Role.READER])
def test_others_look_and_change_nothing(sign_in_as: SignIn, role: Role) -> None:
    client = sign_in_as(role)
    port_in = a_port_in()
    assert numbers(client) == [shown(port_in)]
    assert client.get(f"{BOARD}{port_in.pk}/change/").status_code == 200
    assert dialog(client, port_in, "send").status_code == 403
    port_in.refresh_from_db()
    assert port_in.state == "to_send"


def test_whoever_may_not_look_sees_nothing(sign_in_as: SignIn) -> None:
    client = sign_in_as(Role.ACCOUNTANT)
    port_in = a_port_in()
    assert client.get(BOARD).status_code == 403
    assert client.get(f"{BOARD}{port_in.pk}/change/").status_code == 403


def test_the_page_of_a_waiting_line_leads_to_its_porting(support: Client) -> None:
    port_in = a_port_in(PortState.SENT)
    page = text(support.get(reverse("admin:lines_line_change", args=[port_in.line_id])))
    assert f"{BOARD}{port_in.pk}/change/" in page
    assert "Obtenir la réponse de l’autre opérateur" in page


# --- Many


def test_ticked_ones_are_noted_as_sent_and_refused_ones_stop_no_other(support: Client) -> None:
    some = [a_port_in(), a_port_in(), a_port_in(PortState.REFUSED), a_port_in(port_on=LATE)]
    tick(support, some, "orders.port_in.sent")
    operation = BulkOperation.objects.get()
    ask(support, operation)
    operation.refresh_from_db()
    press(support, operation, "confirm")
    work_off()
    assert sorted(outcomes(operation).values()) == ["changed", "changed", "refused", "refused"]
    assert [PortIn.objects.get(pk=one.pk).state for one in some] == ["sent", "sent", "refused", "to_send"]


def test_pasted_numbers_are_refused_for_one_reason(support: Client) -> None:
    one, other = a_port_in(PortState.SENT), a_port_in(PortState.ELIGIBLE)
    pasted = f"{shown(one)}\n+{other.msisdn}\n06 39 98 99 99\nrien"
    support.post(reverse("admin:orders_portin_paste"), {**CONFIRMED, "kind": "orders.port_in.refused", "lines": pasted})
    operation = BulkOperation.objects.get()
    ask(support, operation, code="addressee", remark="")
    operation.refresh_from_db()
    press(support, operation, "confirm")
    work_off()
    assert sorted(outcomes(operation).values()) == ["changed", "changed", "unknown", "unknown"]
    assert {PortIn.objects.get(pk=one.pk).refusal for one in (one, other)} == {"addressee"}


def test_many_are_noted_by_whoever_may(sign_in_as: SignIn) -> None:
    client = sign_in_as(Role.READER)
    tick(client, [a_port_in()], "orders.port_in.sent")
    assert not BulkOperation.objects.exists()


# --- Codes of operators


def test_support_keeps_the_codes_of_operators(support: Client, sign_in_as: SignIn) -> None:
    address = "/admin/orders/operatorcode/add/"
    assert support.post(address, {"code": "5a", "zone": "", "name": "Réglo Mobile"}).status_code == 302
    assert OperatorCode.objects.get(code="5A").name == "Réglo Mobile"
    assert "deux caractères" in text(support.post(address, {"code": "F1", "zone": "", "name": "X"}))
    assert sign_in_as(Role.SALES).post(address, {"code": "5B", "zone": "", "name": "X"}).status_code == 403
    assert "Digicel" in text(sign_in_as(Role.READER).get("/admin/orders/operatorcode/"))


def test_thursday_is_the_day_of_these_tests() -> None:
    assert (MONDAY.isoweekday(), THURSDAY.isoweekday()) == (1, 4)
