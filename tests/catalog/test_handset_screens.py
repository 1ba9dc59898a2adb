"""«Terminaux» over HTTP: entered with their prices by sale mode, priced, withdrawn, exported."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.catalog.choices import SaleMode
from apps.catalog.models import Handset
from apps.catalog.services import FIRST_DAY
from tests.catalog.asking import button, errors
from tests.factories import (
    HandsetFactory,
    HandsetPriceFactory,
)
from tests.reading import said

pytestmark = pytest.mark.django_db


class TestHandsets:
    def test_are_entered_and_get_their_prices(self, manager: Client) -> None:
        answers = {"brand": "Fairphone", "model": "6", "ean": "4006381333931", "vat_rate": "20"}
        assert manager.post(reverse("admin:catalog_handset_add"), answers).status_code == 302
        handset = Handset.objects.get()
        for prices in (
            {"mode": "outright", "amount": "599"},
            {"mode": "instalments", "amount": "27,50", "months": "24"},
        ):
            assert button(manager, handset, "change_price", prices, model="handset").status_code == 302
        page = manager.get(reverse("admin:catalog_handset_changelist")).content.decode()
        assert "599,00\N{NO-BREAK SPACE}€" in page
        assert "24 × 27,50\N{NO-BREAK SPACE}€" in page
        history = manager.get(reverse("admin:catalog_handset_history", args=[handset.pk])).content.decode()
        assert "Paiement échelonné, 24 mois" in history

    def test_are_entered_with_their_prices(self, manager: Client) -> None:
        answers = {"brand": "Fairphone", "model": "6", "vat_rate": "20", "outright": "599", "rental": "19,90"}
        address = reverse("admin:catalog_handset_add")
        assert list(errors(manager.post(address, {**answers, "instalments": "27,50"}))) == ["months"]
        assert list(errors(manager.post(address, {**answers, "months": "24"}))) == ["instalments"]
        assert list(errors(manager.post(address, {**answers, "instalments": "27,50", "months": "1"}))) == ["months"]
        assert manager.post(address, {**answers, "instalments": "27,50", "months": "24"}).status_code == 302
        handset = Handset.objects.get()
        assert {(one.mode, one.months): (one.amount, one.start) for one in handset.prices.all()} == {
            ("outright", 0): (599, FIRST_DAY),
            ("instalments", 24): (Decimal("27.50"), FIRST_DAY),
            ("rental", 0): (Decimal("19.90"), FIRST_DAY),
        }
        first = handset.history.get()  # type: ignore[attr-defined]
        assert first.history_user.username == LogEntry.objects.get().user.username

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ({"mode": "instalments", "amount": "10"}, "En combien de mois"),
            ({"mode": "rental", "amount": "10", "months": "12"}, "Seul le paiement échelonné"),
            ({"mode": "outright", "amount": ""}, "obligatoire"),
            ({"mode": "outright", "amount": "1", "on": "2026-01-01"}, "à partir d’aujourd’hui"),
            ({"mode": "none", "amount": "1"}, "choix"),
        ],
    )
    def test_refuse_prices_that_make_no_sense(self, manager: Client, answers: Any, sentence: str) -> None:
        handset = HandsetFactory()
        HandsetPriceFactory(handset=handset)
        assert sentence in said(button(manager, handset, "change_price", answers, model="handset"))
        assert handset.prices.count() == 1

    def test_refuse_a_bar_code_that_was_mistyped(self, manager: Client) -> None:
        answers = {"brand": "Fairphone", "model": "6", "ean": "4006381333932", "vat_rate": "20"}
        assert list(errors(manager.post(reverse("admin:catalog_handset_add"), answers))) == ["ean"]

    def test_are_filtered_by_brand(self, manager: Client) -> None:
        HandsetFactory(brand="Fairphone")
        HandsetFactory(brand="Nokia")
        page = manager.get(f"{reverse('admin:catalog_handset_changelist')}?brand=Nokia")
        assert page.context["cl"].result_count == 1


def test_every_handset_mode_has_its_column(manager: Client) -> None:
    HandsetFactory()
    page = manager.get(reverse("admin:catalog_handset_changelist")).content.decode()
    assert all(str(mode.label) in page for mode in SaleMode)
