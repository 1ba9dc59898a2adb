"""``manage.py check_rio``."""

from __future__ import annotations

import json

import pytest

from apps.orders.models import OperatorCode
from apps.orders.porting.operators import SHIPPED, ship_codes
from tests.commands import run_command

pytestmark = pytest.mark.django_db


def test_a_right_rio_is_told_with_its_operator() -> None:
    ended = run_command("check_rio", "01 p 123456 xtt", "+33 6 39 98 00 01")
    assert ended.code == 0
    assert "01P123456XTT" in ended.out
    assert "Orange" in ended.out


def test_the_same_in_json() -> None:
    told = json.loads(run_command("check_rio", "02P131780R0W", "0696100152", "--json").out)
    assert told == {
        "rio": "02P131780R0W",
        "msisdn": "596696100152",
        "valid": True,
        "operator": "Digicel (Antilles)",
        "warnings": [],
    }


def test_a_wrong_one_is_refused_with_code_1_and_a_reason() -> None:
    ended = run_command("check_rio", "01P123456XTU", "0639980001", "--json")
    told = json.loads(ended.out)
    assert ended.code == 1
    assert (told["valid"], told["proposal"]) == (False, None)
    assert told["errors"] == [{"reason": told["reason"]}]


def test_a_letter_o_for_a_zero_is_proposed_right() -> None:
    ended = run_command("check_rio", "O1P123456XTT", "0639980001")
    assert ended.code == 1
    assert "01P123456XTT" in ended.err


def test_a_number_that_is_none_is_refused() -> None:
    assert run_command("check_rio", "01P123456XTT", "0123456789").code == 1


def test_an_unknown_operator_is_a_warning_and_no_error() -> None:
    OperatorCode.objects.filter(code="04").delete()
    ended = run_command("check_rio", "04EZZZ999VBH", "0639980004", "--json")
    told = json.loads(ended.out)
    assert (ended.code, told["valid"], told["operator"], len(told["warnings"])) == (0, True, None, 1)


def test_the_codes_of_a_new_installation_are_shipped_once_and_then_the_users_own() -> None:
    assert OperatorCode.objects.count() == len(SHIPPED)
    OperatorCode.objects.filter(code="01").update(name="Orange Business")
    ship_codes()
    assert OperatorCode.objects.get(code="01").name == "Orange Business"
    assert OperatorCode.objects.count() == len(SHIPPED)
