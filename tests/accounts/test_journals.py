"""«Historique» shows everybody what was done to what he may see; «Connexions» is the Administrateur's."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.accounts.choices import Outcome
from apps.accounts.models import SignIn, User
from apps.core.admin.journal import entries_of
from apps.core.roles import Role
from tests.factories import CustomerFactory, LineFactory, PlanFactory, UserFactory

pytestmark = pytest.mark.django_db


def browser_of(role: Role) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user)
    return client


def entry(row: Model, said: str, flag: int = CHANGE) -> LogEntry:
    (made,) = LogEntry.objects.log_actions(UserFactory(last_name="Martin").pk, [row], flag, said)
    return made


def listed(client: Client, **asked: Any) -> list[str]:
    page = client.get(reverse("admin:admin_logentry_changelist"), asked)
    assert page.status_code == 200
    return [row.change_message for row in page.context["cl"].result_list]


@pytest.fixture
def deeds() -> None:
    entry(LineFactory(), "Modifier utilisateur")
    entry(CustomerFactory(), "Changement d’adresse")
    entry(UserFactory(), "Changement de mot de passe", ADDITION)


@pytest.mark.usefixtures("deeds")
def test_everybody_sees_what_was_done_to_what_he_may_see() -> None:
    seen = {role: listed(browser_of(role)) for role in Role}
    assert seen[Role.ADMINISTRATOR] == ["Changement de mot de passe", "Changement d’adresse", "Modifier utilisateur"]
    assert seen[Role.SUPPORT] == ["Changement d’adresse", "Modifier utilisateur"]
    assert seen[Role.ACCOUNTANT] == ["Changement d’adresse"]


@pytest.mark.usefixtures("deeds")
def test_the_history_is_searched_and_filtered() -> None:
    client = browser_of(Role.ADMINISTRATOR)
    assert listed(client, deed="1") == ["Changement de mot de passe"]
    assert listed(client, deed="9") == listed(client)
    assert listed(client, q="Martin") == listed(client)
    author = LogEntry.objects.earliest("pk").user_id
    assert listed(client, user__id__exact=author) == ["Modifier utilisateur"]
    today = timezone.localdate().isoformat()
    assert listed(client, action_time_from=today, action_time_to=today) == listed(client)
    assert listed(client, action_time_to="2020-01-01") == []
    assert listed(client, action_time_from="9999-12-31") == []
    assert listed(client, action_time_to="9999-12-31", action_time_from="yesterday") == listed(client)


def test_a_day_is_a_day_of_paris() -> None:
    early, late = entry(LineFactory(), "00 h 30"), entry(LineFactory(), "23 h 30")
    LogEntry.objects.filter(pk=early.pk).update(action_time="2026-11-02T23:30:00Z")
    LogEntry.objects.filter(pk=late.pk).update(action_time="2026-11-03T22:30:00Z")
    client = browser_of(Role.SUPPORT)
    assert listed(client, action_time_from="03/11/2026", action_time_to="03/11/2026") == ["23 h 30", "00 h 30"]
    assert listed(client, action_time_from="04/11/2026") == []


def test_an_entry_leads_to_its_row_and_is_escaped() -> None:
    customer = CustomerFactory(name='"><IMG SRC=X>')
    entry(customer, "<script>alert(1)</script>")
    text = browser_of(Role.READER).get(reverse("admin:admin_logentry_changelist")).content.decode()
    assert reverse("admin:customers_customer_change", args=[customer.pk]) in text
    assert "<IMG" not in text
    assert "<script>alert(1)" not in text


def test_the_journal_of_a_plan_is_its_own_though_plans_and_options_share_a_table() -> None:
    plan = PlanFactory()
    made = entry(plan, "Modifier les offres")
    assert list(entries_of(plan)) == [made]


def test_the_history_is_not_for_who_has_no_role() -> None:
    client = Client()
    client.force_login(UserFactory())
    assert client.get(reverse("admin:admin_logentry_changelist")).status_code == 403


def test_sign_ins_are_read_by_the_administrator_alone() -> None:
    lea = UserFactory(username="lea")
    SignIn.objects.create(
        at=timezone.now(),
        outcome=Outcome.LOCKED,
        user=lea,
        username="lea",
        ip="192.0.2.1",
        browser="Firefox 145, Linux",
    )
    SignIn.objects.create(at=timezone.now(), outcome=Outcome.FAILED, ip="192.0.2.2")
    address = reverse("admin:accounts_signin_changelist")
    for role in Role:
        assert browser_of(role).get(address).status_code == (200 if role == Role.ADMINISTRATOR else 403)
    client = browser_of(Role.ADMINISTRATOR)
    text = client.get(address).content.decode()
    assert "Blocage" in text
    assert "identifiant inconnu" in text
    found = client.get(address, {"q": "192.0.2.2"}).context["cl"].result_list
    assert [row.ip for row in found] == ["192.0.2.2"]
    only = client.get(address, {"outcome__exact": "locked"}).context["cl"].result_list
    assert [row.username for row in only] == ["lea"]


# --- Every page of the back office


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label), ids=str)
def test_no_page_deletes_and_no_history_is_written_to(model: type[Model], rf: RequestFactory) -> None:
    page = admin.site._registry[model]
    request = rf.get("/")
    request.user = User(is_superuser=True, is_staff=True)
    assert not page.has_delete_permission(request)
    assert "delete_selected" not in page.get_actions(request)
    for view in (page.history_view, getattr(page, "history_form_view", None)):
        if view is not None:
            arguments = ["1"] if view == page.history_view else ["1", "1"]
            posted = rf.post("/")
            posted.user = request.user
            assert view(posted, *arguments).status_code == 405


def test_imports_and_exports_need_rights_of_their_own(settings: Any) -> None:
    """Looking at a list is no right to carry it away (Lecture exports nothing)."""
    assert settings.IMPORT_EXPORT_IMPORT_PERMISSION_CODE == "import"
    assert settings.IMPORT_EXPORT_EXPORT_PERMISSION_CODE == "export"
    assert settings.IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT is True


# --- The pages lead to one another


def tabs_of(client: Client, name: str) -> list[tuple[str, bool]]:
    page = client.get(reverse(name))
    shown = [item for group in page.context["tab_list"][:1] for item in group["items"] if item["has_permission"]]
    return [(str(item["title"]), bool(item["active"])) for item in shown]


def open_entries(client: Client, name: str) -> list[str]:
    groups = client.get(reverse(name)).context["sidebar_navigation"]
    return [str(item["title"]) for group in groups for item in group["items"] if item["active"]]


@pytest.mark.parametrize(
    ("name", "tab", "entry"),
    [
        ("admin:accounts_user_changelist", "Utilisateurs", "Utilisateurs & rôles"),
        ("admin:accounts_user_rights", "Qui peut quoi", "Utilisateurs & rôles"),
        ("admin:accounts_signin_changelist", "Connexions", "Utilisateurs & rôles"),
        ("admin:admin_logentry_changelist", "Historique", "Historique"),
    ],
)
def test_the_pages_about_people_are_tabs_of_one_another(name: str, tab: str, entry: str) -> None:
    client = browser_of(Role.ADMINISTRATOR)
    titles = ["Utilisateurs", "Qui peut quoi", "Connexions", "Historique"]
    assert tabs_of(client, name) == [(title, title == tab) for title in titles]
    assert open_entries(client, name) == [entry]


def test_who_sees_the_history_alone_sees_no_other_tab() -> None:
    assert tabs_of(browser_of(Role.SUPPORT), "admin:admin_logentry_changelist") == [("Historique", True)]
    assert tabs_of(browser_of(Role.SUPPORT), "admin:lines_line_changelist") == []
