"""«Numérotation» over HTTP: what is said while a pattern is typed, before it is confirmed, and to whom."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client

from apps.core.roles import Role
from apps.documents.models import NumberSeries
from tests.documents.asking import address, asked, confirmed
from tests.people import SignIn
from tests.reading import plain, said, text_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(f"{TODAY}T10:00:00+01:00", tick=True) as moment:
        yield moment


@pytest.fixture
def admin_of(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.ADMINISTRATOR)


@pytest.fixture
def series() -> NumberSeries:
    NumberSeries.objects.filter(kind="invoice").update(
        pattern="F{YYYY}-{N:6}", reset="yearly", counter=40, position=40, period_key="2026", last_date=date(2026, 11, 3)
    )
    return NumberSeries.objects.get(kind="invoice")


def test_both_series_say_their_next_three_numbers(admin_of: Client, series: NumberSeries) -> None:
    page = text_of(admin_of.get(address("numberseries_changelist")))
    assert "F2026-000041, F2026-000042, F2026-000043" in page
    assert "A2026-000001" in page
    assert "2 séries de numéros" in page


def test_the_numbers_follow_what_is_typed(admin_of: Client, series: NumberSeries) -> None:
    asked_for = {"pattern": "FA-{YY}{MM}-{N:5}", "reset": "yearly"}
    said_ = text_of(admin_of.get(address("numberseries_next", series.pk), asked_for))
    assert "FA-2611-00041" in said_
    assert "FA-2611-00043" in said_
    assert "À partir du 01/01/2027" in said_
    assert "FA-2701-00001" in said_


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("F{YYYY}", "Il manque le compteur"),
        ("F{YYYY}-{N:6", "accolade"),
        ("F{YEAR}{N}", "{YEAR} inconnu en position 2"),
        ("F{N}", "année"),
        ("'; <b>{{N}}", "n’est pas"),
        ("", "Il manque le compteur"),
    ],
)
def test_a_pattern_is_refused_as_it_is_typed(admin_of: Client, series: NumberSeries, pattern: str, reason: str) -> None:
    response = admin_of.get(address("numberseries_next", series.pk), {"pattern": pattern, "reset": "yearly"})
    text = text_of(response)
    assert reason.lower() in text.lower()
    assert "<b>" not in text


def test_the_dialog_shows_the_numbers_before_anything_changes(admin_of: Client, series: NumberSeries) -> None:
    shown = asked(admin_of, "numberseries_change_numbering", series.pk, pattern="F-{YYYY}-{N:5}", reset="yearly")
    assert "Les prochains numéros seront : F-2026-00041, F-2026-00042, F-2026-00043." in said(shown)
    series.refresh_from_db()
    assert series.pattern == "F{YYYY}-{N:6}"


def test_once_confirmed_the_series_numbers_like_this(admin_of: Client, series: NumberSeries) -> None:
    response = confirmed(admin_of, "numberseries_change_numbering", series.pk, pattern="F-{YYYY}-{N:5}", reset="yearly")
    assert response.status_code == 302
    series.refresh_from_db()
    assert (series.pattern, series.counter) == ("F-{YYYY}-{N:5}", 40)
    assert series.history.order_by("history_id").last().history_user is not None


def test_a_pattern_that_gives_no_number_is_not_confirmed(admin_of: Client, series: NumberSeries) -> None:
    shown = asked(admin_of, "numberseries_change_numbering", series.pk, pattern="F{N}", reset="yearly")
    assert "année" in said(shown)
    again = asked(admin_of, "numberseries_change_numbering", series.pk, pattern="F{N}", reset="yearly", _previewed="x")
    assert again.status_code == 200
    series.refresh_from_db()
    assert series.pattern == "F{YYYY}-{N:6}"


def test_numbers_taken_meanwhile_are_shown_before_the_confirmation_counts(
    admin_of: Client, series: NumberSeries
) -> None:
    answers = {"pattern": "F-{YYYY}-{N:5}", "reset": "yearly"}
    shown = asked(admin_of, "numberseries_change_numbering", series.pk, **answers).context["form"]
    NumberSeries.objects.filter(pk=series.pk).update(counter=41, position=41)
    again = asked(admin_of, "numberseries_change_numbering", series.pk, **answers, _previewed=shown.data["_previewed"])
    assert "F-2026-00042" in said(again)
    series.refresh_from_db()
    assert series.pattern == "F{YYYY}-{N:6}"


@pytest.mark.parametrize("role", [Role.BILLING, Role.ACCOUNTANT, Role.READER])
def test_who_may_only_look_gets_no_button_and_no_dialog(sign_in_as: SignIn, series: NumberSeries, role: Role) -> None:
    client = sign_in_as(role)
    assert "Changer la numérotation" not in plain(
        client.get(address("numberseries_change", series.pk)).content.decode()
    )
    answers = {"pattern": "F-{YYYY}-{N:5}", "reset": "yearly", "_form_submitted": "True"}
    assert client.post(address("numberseries_change_numbering", series.pk), answers).status_code == 403
    assert client.get(address("numberseries_next", series.pk)).status_code == 403
