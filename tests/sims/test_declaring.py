"""Cards declared lost or faulty: legal moves only, one by one or many at once, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.sims.choices import SimStatus
from apps.sims.declaring import find_cards
from apps.sims.models import SimCard
from apps.sims.services import DECLARED, declare_card, take_back_declaration
from tests.factories import SimCardFactory, UserFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}
LOST = {"status": "lost", "reason": "Inventaire"}


@pytest.mark.parametrize("status", SimStatus)
@pytest.mark.parametrize("target", DECLARED)
def test_only_stock_and_replaced_cards_are_declared(status: SimStatus, target: SimStatus) -> None:
    card = SimCardFactory(status=status)
    if status in (SimStatus.IN_STOCK, SimStatus.REPLACED, target):
        declare_card(card=card, status=target, actor=None, reason="Inventaire")
        assert SimCard.objects.get().status == target
    else:
        with pytest.raises(DomainError):
            declare_card(card=card, status=target, actor=None, reason="Inventaire")
        assert SimCard.objects.get().status == status


@pytest.mark.parametrize("before", [SimStatus.IN_STOCK, SimStatus.REPLACED])
@pytest.mark.parametrize("declared", DECLARED)
def test_a_declaration_is_taken_back_with_its_trace(before: SimStatus, declared: SimStatus) -> None:
    anne, card = UserFactory(), SimCardFactory(status=before)
    declare_card(card=card, status=declared, actor=None, reason="Inventaire")
    take_back_declaration(card=card, status=before, actor=anne, reason="Retrouvée")
    version = card.history.latest()
    assert (version.status, version.history_user, version.history_change_reason) == (before, anne, "Retrouvée")


@pytest.mark.parametrize("status", [one for one in SimStatus if one not in (*DECLARED, SimStatus.IN_STOCK)])
def test_nothing_else_comes_back_to_the_stock(status: SimStatus) -> None:
    card = SimCardFactory(status=status)
    with pytest.raises(DomainError):
        take_back_declaration(card=card, status=SimStatus.IN_STOCK, actor=None)


def test_cards_are_named_by_iccid_or_imsi_however_written() -> None:
    card = SimCardFactory(imsi="208220700000001")
    spaced = " ".join([card.iccid[:6], card.iccid[6:12], card.iccid[12:]])
    found = find_cards([spaced, "208220700000001", f"{card.iccid}F", card.iccid[:-1], "8933220000000000003", "x"])
    assert found[:3] == [card] * 3
    assert card.iccid in str(found[3]), "the completed number is proposed"
    assert all(isinstance(one, str) and one for one in found[3:])


# --- On the page of a card


def declare(client: Client, card: SimCard, **answers: str) -> Any:
    """The first POST shows what it does, the second does it: the browser sends back what was previewed."""
    address = reverse("admin:sims_simcard_declare", args=[card.pk])
    shown = client.post(address, {**CONFIRMED, **answers})
    form = shown.context["form"]
    return shown if form.errors or form.refusal else client.post(address, {**form.data.dict()})


def test_one_card_is_declared_on_its_page(sign_in_as: SignIn) -> None:
    card, support = SimCardFactory(), sign_in_as(Role.SUPPORT)
    address = reverse("admin:sims_simcard_declare", args=[card.pk])
    shown = support.post(address, {**CONFIRMED, **LOST}).content.decode()
    assert "devient" in shown
    assert SimCard.objects.get().status == SimStatus.IN_STOCK
    assert declare(support, card, **LOST).status_code == 302
    version = card.history.latest()
    assert (version.status, version.history_change_reason) == ("lost", "Inventaire")
    assert LogEntry.objects.filter(object_id=str(card.pk)).count() == 1


def test_a_card_in_a_line_says_what_to_do_first(sign_in_as: SignIn) -> None:
    card, support = SimCardFactory(status=SimStatus.ACTIVE), sign_in_as(Role.SUPPORT)
    assert "SIM SWAP" in declare(support, card, **LOST).content.decode()
    page = support.get(reverse("admin:sims_simcard_change", args=[card.pk])).content.decode()
    assert "Déclarer perdue" not in page, "no button for what cannot be done"
    assert SimCard.objects.get().status == SimStatus.ACTIVE


def test_a_reason_is_asked(sign_in_as: SignIn) -> None:
    card, support = SimCardFactory(), sign_in_as(Role.SUPPORT)
    assert "Indiquez le motif" in declare(support, card, status="lost", reason=" ").content.decode()
    assert SimCard.objects.get().status == SimStatus.IN_STOCK


def test_sales_declare_nothing(sign_in_as: SignIn) -> None:
    card = SimCardFactory()
    address = reverse("admin:sims_simcard_declare", args=[card.pk])
    assert sign_in_as(Role.SALES).post(address, {**CONFIRMED, **LOST}).status_code == 403
