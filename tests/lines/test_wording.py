from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.lines.models import Discount, LineOperation
from apps.lines.wording import changes_text, discount_text


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("discount", "said"),
    [
        ({"percent": Decimal("10.00")}, "10 %"),
        ({"percent": Decimal("7.50"), "months": 12}, "7,5 % pendant 12 mois"),
        ({"amount": Decimal("5.00")}, "5,00 € par mois"),
        ({"amount": Decimal("5.00"), "months": 1}, "5,00 € par mois pendant 1 mois"),
    ],
)
def test_a_discount_is_said_as_it_was_agreed(discount: dict[str, Any], said: str) -> None:
    assert plain(discount_text(Discount(**discount))) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"user_name": "PAUL"}, {"user_name": "JEANNE"}, ["Utilisateur : PAUL → JEANNE"]),
        ({"user_name": "PAUL"}, {"user_name": ""}, ["Utilisateur : PAUL → –"]),
        ({"user_name": "PAUL"}, {"user_name": "PAUL"}, []),
        (
            {"status": "active"},
            {"status": "suspended", "billed": False},
            ["Statut : Active → Suspendue", "Facturée : non"],
        ),
        ({}, {"msisdn": "33639980001", "offers": ["PRO", "DATA"]}, ["Numéro : 06 39 98 00 01", "Offres : PRO, DATA"]),
        ({"plan": "PRO"}, {"plan": "MINI", "price": "9.90"}, ["Abonnement : PRO → MINI", "Prix : 9,90 €"]),
        ({"status": "active"}, {"terminated_on": "2026-10-01"}, ["Statut : Active → –", "Résiliée le : 01/10/2026"]),
        ({}, {"something_new": 3}, ["Something_new : 3"]),
    ],
)
def test_an_operation_says_what_it_changed(before: dict[str, Any], after: dict[str, Any], said: list[str]) -> None:
    assert [plain(one) for one in changes_text(LineOperation(before=before, after=after))] == said
