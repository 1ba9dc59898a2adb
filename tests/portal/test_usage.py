"""«Lignes»: the customer's own lines, and what each has used of what it may use."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.billing.models import InvoiceLine
from apps.catalog.choices import BeyondCeiling
from apps.usage.choices import RecordKind
from apps.usage.consumption import Use, consumption
from apps.usage.models import Statement
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    IntegratorFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SubscriptionFactory,
)
from tests.portal.conftest import SignInTo
from tests.portal.worlds import OCTOBER, TODAY, Account, a_rate, an_account, bill, call, load, ten_minutes, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

TEN = date(2026, 11, 10)


@pytest.fixture
def november() -> object:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Twelve minutes called in October, with ten included."""
    IntegratorFactory(email="factures@ism.example")
    account = an_account(a_rate(), "C1", "33639980001", ten_minutes())
    load(tmp_path, call(account.line, 2, 480), call(account.line, 5, 240))
    return account


def line_page(browser: Client, account: Account, month: str = "2026-10") -> str:
    return words(browser.get(reverse("portal:line", args=[account.line.pk]), {"mois": month}))


def voice(account: Account) -> Use:
    (use,) = [use for use in consumption(account.line, OCTOBER).uses if use.kind == RecordKind.VOICE]
    return use


class TestUsage:
    def test_is_told_against_what_is_included(self, account: Account, sign_in_to: SignInTo) -> None:
        page = line_page(sign_in_to(account.customer), account)
        for said in ("Consommation : octobre 2026", "10 min sur 10 min", "Hors forfait : 2 min, 0,12 € HT"):
            assert said in page
        assert "Dernière communication connue : 05/10/2026 à 12:00. Données chargées le 10/11/2026" in page

    def test_is_that_of_the_invoice_and_of_its_statement(self, account: Account) -> None:
        open_before = voice(account)
        bill()
        assert voice(account) == open_before
        statement = Statement.objects.get(line=account.line)
        assert consumption(account.line, OCTOBER).amount == statement.amount
        used = InvoiceLine.objects.get(line=account.line, usage_kind="voice")
        assert (used.net, used.invoice.customer) == (open_before.amount, account.customer)

    def test_is_nothing_yet_this_month(self, account: Account, sign_in_to: SignInTo) -> None:
        page = line_page(sign_in_to(account.customer), account, "2026-11")
        assert "0 s sur 10 min" in page
        assert "Aucune consommation connue" in page

    def test_has_a_month_for_each_with_usage_and_no_other(self, account: Account, sign_in_to: SignInTo) -> None:
        browser = sign_in_to(account.customer)
        address = reverse("portal:line", args=[account.line.pk])
        assert "octobre 2026" in words(browser.get(address))
        for nonsense in ("2026-09", "2026-13", "x", "'; <b>{{", ""):
            assert browser.get(address, {"mois": nonsense}).status_code == 404

    def test_without_limit_is_told_as_such(self, tmp_path: Path, sign_in_to: SignInTo) -> None:
        plan = ten_minutes(quantity=None, unlimited=True)
        account = an_account(a_rate(), "C1", "33639980001", plan)
        load(tmp_path, call(account.line, 2, 480))
        page = line_page(sign_in_to(account.customer), account)
        assert "8 min, illimité" in page
        assert "Hors forfait : 0,00 € HT" in page

    @pytest.mark.parametrize(
        ("beyond", "said", "charged"),
        [
            (BeyondCeiling.CHARGED, "5 min sur 5 min", "Hors forfait : 3 min, 0,18 € HT"),
            (BeyondCeiling.FREE, "8 min, illimité (usage raisonnable : 5 min)", "Hors forfait : 0,00 € HT"),
        ],
    )
    def test_has_a_fair_use_ceiling(
        self, tmp_path: Path, sign_in_to: SignInTo, beyond: str, said: str, charged: str
    ) -> None:
        plan = ten_minutes(quantity=None, unlimited=True, ceiling=300, beyond=beyond)
        account = an_account(a_rate(), "C1", "33639980001", plan)
        load(tmp_path, call(account.line, 2, 480))
        page = line_page(sign_in_to(account.customer), account)
        assert said in page
        assert charged in page

    def test_of_a_pool_is_that_of_all_lines_with_the_part_of_this_one(
        self, tmp_path: Path, sign_in_to: SignInTo
    ) -> None:
        rate, plan = a_rate(), PlanFactory()
        AllowanceFactory(offer=plan, quantity=600, shared=True)
        account = an_account(rate, "C1", "33639980001", plan)
        mate = LineFactory(
            customer=account.customer,
            msisdn="33639980002",
            tariff=rate.version.tariff,
            plan=plan,
            billing_start=OCTOBER.start,
        )
        stranger = an_account(rate, "C2", "33639980003", plan)
        load(tmp_path, call(account.line, 2, 300), call(mate, 3, 420), call(stranger.line, 4, 599))
        page = line_page(sign_in_to(account.customer), account)
        assert "Partagé entre vos lignes 12 min sur 20 min" in page
        assert "Par cette ligne : 5 min" in page

    def test_takes_the_lines_own_minutes_before_those_of_the_pool(self, tmp_path: Path) -> None:
        rate = a_rate()
        account = an_account(rate, "C1", "33639980001", ten_minutes())
        option = OptionFactory()
        AllowanceFactory(offer=option, quantity=300, shared=True)
        SubscriptionFactory(line=account.line, offer=option, start=OCTOBER.start)
        load(tmp_path, call(account.line, 2, 720))
        use = voice(account)
        assert use.own is not None
        assert use.shared is not None
        assert (use.own.taken, use.own.limit) == (600, 600)
        assert (use.shared.taken, use.shared.limit, use.shared.mine) == (120, 300, 120)
        assert use.amount == 0


class TestLines:
    def test_are_listed_with_plan_state_and_commitment(self, account: Account, sign_in_to: SignInTo) -> None:
        account.line.commitment_months, account.line.committed_from = 24, date(2026, 1, 15)
        account.line.save(update_fields=["commitment_months", "committed_from"])
        page = words(sign_in_to(account.customer).get(reverse("portal:lines")))
        for said in ("06 39 98 00 01", "ALICE", "Forfait dix minutes", "Active", "14/01/2028"):
            assert said in page

    def test_show_their_offer_and_the_end_of_their_card_number_only(
        self, account: Account, sign_in_to: SignInTo
    ) -> None:
        response = sign_in_to(account.customer).get(reverse("portal:line", args=[account.line.pk]))
        page = words(response)
        iccid = account.line.sims.get().sim.iccid
        assert f"se termine par {iccid[-4:]}" in page
        assert iccid not in response.content.decode()
        assert "Forfait dix minutes, 10,00 € HT par mois" in page

    def test_are_searched_by_number_and_user(self, account: Account, sign_in_to: SignInTo) -> None:
        LineFactory(customer=account.customer, msisdn="33639980777", user_name="BOB", plan=None)
        browser = sign_in_to(account.customer)
        for typed in ("06 39 98 07 77", "0777", "bob"):
            page = words(browser.get(reverse("portal:lines"), {"q": typed}))
            assert ("06 39 98 07 77" in page, "06 39 98 00 01" in page) == (True, False)
        hostile = browser.get(reverse("portal:lines"), {"q": "'; <b>{{"})
        assert "Aucune de vos lignes" in words(hostile)
        assert "<b>" not in hostile.content.decode()

    def test_that_have_ended_stay_for_thirteen_months(self, account: Account, sign_in_to: SignInTo) -> None:
        for msisdn, ended in (("33639980101", date(2025, 10, 11)), ("33639980102", date(2025, 10, 10))):
            LineFactory(
                customer=account.customer,
                terminated=True,
                msisdn=msisdn,
                activated_on=date(2024, 1, 1),
                terminated_on=ended,
            )
        page = words(sign_in_to(account.customer).get(reverse("portal:lines")))
        assert ("06 39 98 01 01" in page, "06 39 98 01 02" in page) == (True, False)

    def test_are_fifty_to_a_page(self, sign_in_to: SignInTo) -> None:
        customer = CustomerFactory()
        LineFactory.create_batch(51, customer=customer, plan=None)
        browser = sign_in_to(customer)
        assert words(browser.get(reverse("portal:lines"))).count("Active") == 50
        assert words(browser.get(reverse("portal:lines"), {"page": "2"})).count("Active") == 1
        assert browser.get(reverse("portal:lines"), {"page": "'; <b>{{"}).status_code == 200


def test_pages_cost_the_same_for_few_lines_and_for_many(account: Account, sign_in_to: SignInTo) -> None:
    browser = sign_in_to(account.customer)
    addresses = [
        reverse("portal:home"),
        reverse("portal:lines"),
        reverse("portal:line", args=[account.line.pk]),
        reverse("portal:account"),
        reverse("portal:invoices"),
    ]

    def costs() -> dict[str, int]:
        counted = {}
        for address in addresses:
            browser.get(address)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert browser.get(address).status_code == 200
            counted[address] = len(queries)
        return counted

    LineFactory(customer=account.customer)
    few = costs()
    LineFactory.create_batch(45, customer=account.customer)
    assert costs() == few
    assert max(few.values()) <= 20


def test_the_home_page_sums_up_the_month_or_the_one_before(account: Account, sign_in_to: SignInTo) -> None:
    page = words(sign_in_to(account.customer).get(reverse("portal:home")))
    for said in ("Consommation de toutes les lignes : octobre 2026", "12 min", "Hors forfait0,12 € HT"):
        assert said in page
    assert "1 ligne en service" in page


def test_a_line_of_the_future_has_no_number_yet(sign_in_to: SignInTo) -> None:
    customer = CustomerFactory()
    LineFactory(customer=customer, pending=True, msisdn="")
    assert "Numéro à venir" in words(sign_in_to(customer).get(reverse("portal:lines")))
