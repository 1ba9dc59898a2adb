"""«Gestion des offres de vente» over HTTP: who enters, prices, copies, withdraws and exports, and who does not."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.catalog.choices import OfferKind
from apps.catalog.imports import OfferImporter
from apps.catalog.models import Offer
from apps.catalog.services import change_price
from apps.catalog.services.ruling import rules_of
from apps.core.roles import Role
from tests.catalog.asking import CONFIRMED, TABLES, button, errors
from tests.factories import (
    AllowanceFactory,
    HandsetFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    ServiceFactory,
)
from tests.reading import plain, said

pytestmark = pytest.mark.django_db

NEW_PLAN = {
    "code": "forfait_50",
    "label": "Forfait 50 Go",
    "price": "19,90",
    "vat_rate": "20",
    "in_advance": "on",
    "voice": "illimité",
    "voice_ceiling": "20 h",
    "voice_beyond": "free",
    "sms": "100",
    "data": "50 Go",
    "data_shared": "on",
    "throughput": "5G",
    "activation_fee": "25",
    "sim_fee": "4,90",
    "wholesale_cost": "12.40",
    "sales_account": "706100",
}


class TestANewPlan:
    def test_has_all_that_was_typed(self, manager: Client) -> None:
        other = OptionFactory(code="OTHER")
        response = manager.post(reverse("admin:catalog_plan_add"), {**NEW_PLAN, "excludes": [other.pk]})
        assert response.status_code == 302
        plan = Offer.objects.get(code="FORFAIT_50")
        assert (plan.kind, plan.label, plan.in_advance, plan.throughput) == ("plan", "Forfait 50 Go", True, "5G")
        assert (plan.activation_fee, plan.sim_fee, plan.swap_fee) == (25, Decimal("4.90"), None)
        assert [(one.start, one.amount) for one in plan.prices.all()] == [(date(2000, 1, 1), Decimal("19.90"))]
        assert {one.kind: (one.quantity, one.shared, one.ceiling, one.beyond) for one in plan.allowances.all()} == {
            "voice": (None, False, 72_000, "free"),
            "sms": (100, False, None, "charged"),
            "data": (50 * 1024**3, True, None, "charged"),
        }
        assert [one.code for one in rules_of(plan)[1]] == ["OTHER"]
        first = plan.history.earliest("history_id")  # type: ignore[attr-defined]
        assert (first.history_type, first.history_user.username) == ("+", LogEntry.objects.get().user.username)

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("voice", "2", "avec ses unités"),
            ("data", "50", "avec son unité"),
            ("sms", "beaucoup", "nombre de messages"),
            ("sms_ceiling", "100", "illimité"),
            ("throughput", "", "débit"),
            ("price", "-1", "entre 0 et 999 999,99 €"),
            ("price", "1000000", "entre 0 et 999 999,99 €"),
            ("price", "", "obligatoire"),
            ("code", "forfait à 50", "majuscules"),
            ("code", "A+B", "majuscules"),
            ("sales_account", "606", "compte de vente"),
            ("vat_rate", "19.6", "choix"),
            ("activation_fee", "1,999", "2"),
        ],
    )
    def test_is_refused_with_the_field(self, manager: Client, field: str, typed: str, sentence: str) -> None:
        response = manager.post(reverse("admin:catalog_plan_add"), {**NEW_PLAN, field: typed})
        assert response.status_code == 200
        found = errors(response)
        assert list(found) == [field]
        assert sentence in plain(found[field][0])
        assert not Offer.objects.exists()

    def test_is_refused_under_a_code_that_is_taken(self, manager: Client) -> None:
        OptionFactory(code="FORFAIT_50")
        response = manager.post(reverse("admin:catalog_plan_add"), NEW_PLAN)
        assert list(errors(response)) == ["code"]

    def test_cannot_both_require_and_exclude(self, manager: Client) -> None:
        rules = {"requires": [pk := OptionFactory().pk], "excludes": [pk]}
        response = manager.post(reverse("admin:catalog_plan_add"), {**NEW_PLAN, **rules})
        assert list(errors(response)) == ["requires"]

    def test_is_entered_by_the_button_of_the_outline(self, manager: Client, sign_in_as: Any) -> None:
        page = manager.get(reverse("admin:catalog_product_changelist")).content.decode()
        assert "Créer un nouveau service ou matériel" in page
        seller = sign_in_as(Role.SALES).get(reverse("admin:catalog_product_changelist")).content.decode()
        assert "Créer un nouveau service ou matériel" not in seller


def test_a_new_service_is_what_was_chosen(manager: Client) -> None:
    answers = {"kind": "service", "code": "VPN", "label": "Accès VPN", "recurring": "yes", "price": "12,50"}
    response = manager.post(reverse("admin:catalog_product_add"), {**answers, "vat_rate": "5.5"})
    assert response.status_code == 302
    service = Offer.objects.get()
    assert (service.kind, service.recurring, service.vat_rate) == (OfferKind.SERVICE, True, Decimal("5.5"))
    assert service.price_on(localdate()) == Decimal("12.50")


def test_whether_a_product_recurs_is_asked(manager: Client) -> None:
    answers = {"kind": "equipment", "code": "BOX", "label": "Boîtier", "price": "80", "vat_rate": "20"}
    assert list(errors(manager.post(reverse("admin:catalog_product_add"), answers))) == ["recurring"]
    manager.post(reverse("admin:catalog_product_add"), {**answers, "recurring": "no"})
    assert not Offer.objects.get().recurring


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("plan", "Créer une nouvelle offre d’abonnement"),
        ("option", "Créer une nouvelle option"),
        ("product", "Créer un nouveau service ou matériel"),
        ("handset", "Créer un nouveau terminal"),
    ],
)
def test_a_form_is_called_as_the_button_that_leads_to_it(manager: Client, model: str, title: str) -> None:
    assert title in manager.get(reverse(f"admin:catalog_{model}_add")).content.decode()


class TestTwoPeopleOnOnePage:
    """Both open it, the one saves, then the other."""

    @pytest.fixture
    def as_shown(self, manager: Client, plan: Offer) -> dict[str, str]:
        """What a browser sends back when nothing was typed."""
        form = manager.get(reverse("admin:catalog_plan_change", args=[plan.pk])).context["adminform"].form
        shown = {}
        for bound in form:
            hidden = re.search(r'value="([^"]*)"', bound.as_hidden(only_initial=True))
            shown[bound.html_initial_name] = hidden[1] if hidden else ""
            if bound.name != "in_advance":  # a box that is not ticked is not sent
                shown[bound.html_name] = shown[bound.html_initial_name]
        return {**TABLES, **shown}

    def save(self, client: Client, plan: Offer, answers: dict[str, str]) -> Any:
        return client.post(reverse("admin:catalog_plan_change", args=[plan.pk]), answers)

    def test_keep_what_the_other_changed(self, manager: Client, plan: Offer, as_shown: dict[str, str]) -> None:
        Offer.objects.filter(pk=plan.pk).update(label="Autre libellé", activation_fee=Decimal(25), in_advance=True)
        assert self.save(manager, plan, {**as_shown, "swap_fee": "9,90"}).status_code == 302
        plan.refresh_from_db()
        assert (plan.label, plan.activation_fee, plan.in_advance) == ("Autre libellé", 25, True)
        assert plan.swap_fee == Decimal("9.90")

    def test_are_told_of_what_both_changed_and_the_last_word_counts(
        self, manager: Client, plan: Offer, as_shown: dict[str, str]
    ) -> None:
        Offer.objects.filter(pk=plan.pk).update(label="Le leur")
        response = self.save(manager, plan, {**as_shown, "label": "Le nôtre"})
        assert "Le leur" in errors(response)["label"][0]
        assert Offer.objects.get(pk=plan.pk).label == "Le leur"
        page = response.content.decode()
        assert 'name="initial-label" value="Le leur"' in page
        assert (
            self.save(manager, plan, {**as_shown, "label": "Le nôtre", "initial-label": "Le leur"}).status_code == 302
        )
        assert Offer.objects.get(pk=plan.pk).label == "Le nôtre"

    def test_may_have_changed_it_to_the_same(self, manager: Client, plan: Offer, as_shown: dict[str, str]) -> None:
        Offer.objects.filter(pk=plan.pk).update(swap_fee=Decimal("9.90"))
        assert self.save(manager, plan, {**as_shown, "swap_fee": "9,90"}).status_code == 302


def test_the_page_of_an_offer_says_what_it_includes(manager: Client, plan: Offer) -> None:
    AllowanceFactory(offer=plan, kind="data", quantity=1024**3, shared=True)
    page = manager.get(reverse("admin:catalog_plan_change", args=[plan.pk])).content.decode()
    assert "1\N{NO-BREAK SPACE}Go, partagé entre les lignes du client" in page
    assert len(re.findall(r">\s*rien\s*<", page)) == 2  # neither calls nor SMS


class TestTheOfferInUse:
    def test_keeps_its_code(self, manager: Client, plan: Offer) -> None:
        address = reverse("admin:catalog_plan_change", args=[plan.pk])
        assert "code" in manager.get(address).context["adminform"].form.fields
        LineFactory(plan=plan)
        response = manager.post(address, {"code": "OTHER", "label": "Autre libellé", "swap_fee": "9,90", **TABLES})
        assert response.status_code == 302
        plan.refresh_from_db()
        assert (plan.code, plan.label, plan.swap_fee) == ("PRO", "Autre libellé", Decimal("9.90"))

    def test_an_old_code_in_small_letters_stays_as_it_is(self, manager: Client) -> None:
        plan = PlanFactory(code="vieux forfait")
        LineFactory(plan=plan)
        response = manager.post(reverse("admin:catalog_plan_change", args=[plan.pk]), {"label": "Vieux", **TABLES})
        assert response.status_code == 302
        assert Offer.objects.get(pk=plan.pk).code == "vieux forfait"

    def test_tells_what_another_allowance_does(self, manager: Client, plan: Offer) -> None:
        AllowanceFactory(offer=plan, quantity=7200)
        LineFactory(plan=plan)
        address = reverse("admin:catalog_plan_change_included", args=[plan.pk])
        shown = manager.get(address).context["form"]
        assert (shown["voice"].value(), shown["throughput"].value()) == ("2\N{NO-BREAK SPACE}h", "5G")
        response = manager.post(address, {"voice": "3 h", "throughput": "5G", **CONFIRMED})
        assert "Voix : 2 h → 3 h" in said(response)
        assert "1 ligne l’a ou l’a eue." in said(response)
        assert plan.allowances.get().quantity == 7200
        button(manager, plan, "change_included", {"voice": "3 h", "throughput": "5G"})
        assert plan.allowances.get().quantity == 10_800

    def test_cannot_include_data_without_a_throughput(self, manager: Client, plan: Offer) -> None:
        response = button(manager, plan, "change_included", {"data": "1 Go", "throughput": ""})
        assert "choisissez son débit" in said(response)
        assert not plan.allowances.exists()

    def test_tells_what_another_rate_of_vat_does(self, manager: Client, plan: Offer) -> None:
        LineFactory(plan=plan)
        address = reverse("admin:catalog_plan_change_vat_rate", args=[plan.pk])
        response = manager.post(address, {"rate": "10", **CONFIRMED})
        assert "20 % → 10 %" in said(response)
        assert "1 ligne l’a ou l’a eue." in said(response)
        button(manager, plan, "change_vat_rate", {"rate": "10"})
        assert Offer.objects.get(pk=plan.pk).vat_rate == 10


class TestThePrice:
    def test_changes_after_a_look(self, manager: Client, plan: Offer) -> None:
        tomorrow = localdate() + timedelta(days=1)
        answers = {"amount": "12,50", "on": tomorrow.isoformat(), **CONFIRMED}
        address = reverse("admin:catalog_plan_change_price", args=[plan.pk])
        assert "10,00 €" in plain(str(manager.get(address).context["form"].fields["amount"].help_text))
        assert "10,00 € → 12,50 €" in said(manager.post(address, answers))
        assert plan.prices.count() == 1
        assert button(manager, plan, "change_price", answers).status_code == 302
        assert plan.price_on(tomorrow) == Decimal("12.50")
        page = manager.get(reverse("admin:catalog_plan_change", args=[plan.pk])).content.decode()
        assert "prévu" in page
        assert "en vigueur" in page

    def test_is_not_changed_in_the_past(self, manager: Client, plan: Offer) -> None:
        yesterday = localdate() - timedelta(days=1)
        response = button(manager, plan, "change_price", {"amount": "1", "on": yesterday.isoformat()})
        assert "à partir d’aujourd’hui" in said(response)

    def test_that_is_planned_is_taken_back(self, manager: Client, plan: Offer) -> None:
        today = localdate()
        change_price(offer=plan, amount=Decimal(12), on=today + timedelta(days=9), today=today, actor=None)
        address = reverse("admin:catalog_plan_take_price_back", args=[plan.pk])
        planned = plan.prices.latest("start")
        assert manager.post(address, {"price": planned.pk, **CONFIRMED}).status_code == 302
        assert [one.end for one in plan.prices.all()] == [None]


class TestTheHistory:
    def test_says_what_changed_as_people_write_it(self, manager: Client, plan: Offer) -> None:
        plan.swap_fee = Decimal("9.90")
        plan.save()
        plan.swap_fee = Decimal("12.50")
        plan.save()
        page = manager.get(reverse("admin:catalog_plan_history", args=[plan.pk])).content.decode()
        assert "None" not in page
        assert "9,90 → 12,50" in " ".join(page.replace("&nbsp;", " ").replace("&rarr;", "→").split())


class TestRules:
    def test_are_changed_after_a_look(self, manager: Client, plan: Offer) -> None:
        option, other = OptionFactory(code="ONE"), OptionFactory(code="TWO")
        answers = {"requires": [plan.pk], "excludes": [other.pk]}
        assert button(manager, option, "change_rules", answers, model="option").status_code == 302
        assert rules_of(option) == ([plan], [other])
        page = manager.get(reverse("admin:catalog_option_change", args=[other.pk])).content.decode()
        assert "ONE" in page

    def test_that_go_in_a_circle_are_refused(self, manager: Client) -> None:
        one, two = OptionFactory(code="ONE"), OptionFactory(code="TWO")
        button(manager, one, "change_rules", {"requires": [two.pk]}, model="option")
        response = button(manager, two, "change_rules", {"requires": [one.pk]}, model="option")
        assert "TWO → ONE → TWO" in said(response)


class TestCopiesAndSale:
    def test_a_copy_asks_for_its_code_and_label(self, manager: Client, plan: Offer) -> None:
        address = reverse("admin:catalog_plan_copy", args=[plan.pk])
        assert "déjà pris" in said(manager.post(address, {"code": "pro", "label": "Pro", **CONFIRMED}))
        response = manager.post(address, {"code": "pro2", "label": "Pro bis", **CONFIRMED})
        copy = Offer.objects.get(code="PRO2")
        assert response.headers["Location"] == reverse("admin:catalog_plan_change", args=[copy.pk])
        assert copy.price_on(localdate()) == Decimal("10.00")

    def test_an_offer_is_withdrawn_and_put_on_sale_again(self, manager: Client, plan: Offer) -> None:
        today = localdate().isoformat()
        listed = f"{reverse('admin:catalog_plan_changelist')}?sale=withdrawn"
        assert manager.get(listed).context["cl"].result_count == 0
        button(manager, plan, "withdraw", {"on": today})
        assert manager.get(listed).context["cl"].result_count == 1
        assert manager.get(f"{reverse('admin:catalog_plan_changelist')}?sale=now").context["cl"].result_count == 0
        address = reverse("admin:catalog_plan_put_on_sale", args=[plan.pk])
        assert manager.post(address, {"on": today, **CONFIRMED}).status_code == 302
        assert Offer.objects.get(pk=plan.pk).is_on_sale(localdate())

    def test_nothing_is_deleted(self, manager: Client, plan: Offer) -> None:
        assert manager.post(reverse("admin:catalog_plan_delete", args=[plan.pk]), {"post": "yes"}).status_code == 403
        assert Offer.objects.filter(pk=plan.pk).exists()


class TestExports:
    @pytest.mark.parametrize("model", ["plan", "option", "product", "handset"])
    def test_go_to_whoever_may_carry_lists_away(self, sign_in_as: Any, model: str) -> None:
        for make in (PlanFactory, OptionFactory, ServiceFactory, HandsetFactory):
            make()
        address = reverse(f"admin:catalog_{model}_export")
        for role, answer in {Role.SALES: 200, Role.BILLING: 200, Role.SUPPORT: 403, Role.READER: 403}.items():
            client = sign_in_as(role)
            response = client.get(address)
            assert response.status_code == answer
            listed = client.get(reverse(f"admin:catalog_{model}_changelist")).content.decode()
            assert (address in listed) == (answer == 200)
        response = sign_in_as(Role.SALES).get(address)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert len(response.getvalue().decode("utf-8-sig").splitlines()) == 2

    def test_of_plans_are_read_back_unchanged(self, manager: Client) -> None:
        manager.post(reverse("admin:catalog_plan_add"), NEW_PLAN)
        file = manager.get(reverse("admin:catalog_plan_export")).getvalue()
        plan = OfferImporter(today=localdate()).plan(file)
        assert (plan.faults, plan.unchanged) == ([], 1)


class TestThoseWhoMayOnlyLook:
    @pytest.mark.parametrize("role", [Role.SALES, Role.SUPPORT, Role.BILLING, Role.READER])
    def test_see_offers_and_change_nothing(self, sign_in_as: Any, plan: Offer, role: Role) -> None:
        client = sign_in_as(role)
        page = client.get(reverse("admin:catalog_plan_change", args=[plan.pk]))
        assert page.status_code == 200
        assert "Changer le prix" not in page.content.decode()
        assert client.post(reverse("admin:catalog_plan_add"), NEW_PLAN).status_code == 403
        assert client.post(reverse("admin:catalog_plan_change", args=[plan.pk]), {"label": "x"}).status_code == 403
        today = localdate().isoformat()
        for name, answers in {
            "change_price": {"amount": "1", "on": today},
            "change_included": {"voice": "1 h"},
            "change_rules": {},
            "change_vat_rate": {"rate": "10"},
            "copy": {"code": "NEW", "label": "New"},
            "withdraw": {"on": today},
            "put_on_sale": {"on": today},
        }.items():
            assert (
                client.post(reverse(f"admin:catalog_plan_{name}", args=[plan.pk]), {**answers, **CONFIRMED}).status_code
                == 403
            )
        assert list(Offer.objects.values_list("code", "label", "vat_rate")) == [("PRO", "Forfait Pro", 20)]
        assert plan.prices.count() == 1

    def test_the_accountant_does_not_see_them(self, sign_in_as: Any, plan: Offer) -> None:
        assert sign_in_as(Role.ACCOUNTANT).get(reverse("admin:catalog_plan_changelist")).status_code == 403
