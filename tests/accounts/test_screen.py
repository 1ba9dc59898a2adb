"""«Utilisateurs & rôles»: whoever manages users cannot make himself more than he is, nor shut everybody out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.roles import Role
from tests.accounts.conftest import PASSWORD
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NEW = "a brand new pass phrase"
LAST = "nommez d’abord un autre Administrateur"


def group(role: Role) -> Group:
    return Group.objects.get(name=role.value)


def somebody(role: Role, **fields: Any) -> User:
    user: User = UserFactory(**fields)
    user.groups.add(group(role))
    return user


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager() -> User:
    """A member of staff who may add and change users, and nothing else."""
    user: User = UserFactory(username="manager")
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_user", "change_user", "view_user"]))
    return user


@pytest.fixture
def administrator() -> User:
    return somebody(Role.ADMINISTRATOR, username="administrator")


@pytest.fixture
def boss() -> User:
    boss: User = UserFactory(username="boss", is_superuser=True, password="unchanged")
    return boss


def page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def filled(user: User, **changed: Any) -> dict[str, Any]:
    answers = {
        "username": user.username,
        "first_name": "",
        "last_name": "",
        "email": "",
        "is_active": "on",
        "groups": [group.pk for group in user.groups.all()],
    }
    return {name: value for name, value in {**answers, **changed}.items() if value is not None}


def roles_of(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


# --- A manager without the right to give roles


def test_a_manager_corrects_a_name(manager: User) -> None:
    clerk = UserFactory()
    assert browser_of(manager).post(page(clerk), filled(clerk, first_name="Léa")).status_code == 302
    clerk.refresh_from_db()
    assert clerk.first_name == "Léa"


def test_a_manager_gives_no_right_to_himself_or_others(manager: User) -> None:
    for user in (manager, UserFactory(is_staff=False)):
        before = user.is_staff
        answers = filled(user, is_superuser="on", is_staff="on", groups=[group(Role.ADMINISTRATOR).pk])
        browser_of(manager).post(page(user), answers)
        user.refresh_from_db()
        assert (user.is_superuser, user.is_staff, roles_of(user)) == (False, before, set())


# --- An Administrateur


def test_an_administrator_enters_somebody_with_a_role_who_then_signs_in(administrator: User, login: str) -> None:
    answers = {
        "username": "nouvelle",
        "first_name": "Zoé",
        "last_name": "Petit",
        "email": "zoe@example.org",
        "password1": NEW,
        "password2": NEW,
        "groups": [group(Role.SUPPORT).pk],
    }
    made = browser_of(administrator).post(reverse("admin:accounts_user_add"), answers)
    assert made.status_code == 302
    user = User.objects.get(username="nouvelle")
    assert (user.is_staff, user.is_superuser, roles_of(user), str(user)) == (True, False, {"Support"}, "Zoé Petit")
    browser = Client()
    assert browser.post(login, {"username": "nouvelle", "password": NEW}).status_code == 302
    assert browser.get(reverse("admin:lines_line_changelist")).status_code == 200
    assert browser.get(reverse("admin:billing_invoice_changelist")).status_code == 403


def test_who_may_only_look_is_led_to_nothing(boss: User) -> None:
    clerk = somebody(Role.SUPPORT)
    for looking, looked_at in ((somebody(Role.READER), clerk), (somebody(Role.ADMINISTRATOR), boss)):
        text = browser_of(looking).get(page(looked_at)).content.decode()
        assert "../password/" not in text
        assert 'name="groups"' not in text
    assert "../password/" in browser_of(boss).get(page(clerk)).content.decode()


def test_a_weak_password_is_refused(administrator: User) -> None:
    answers = {"username": "nouvelle", "password1": "nouvelle1", "password2": "nouvelle1"}
    assert browser_of(administrator).post(reverse("admin:accounts_user_add"), answers).status_code == 200
    assert not User.objects.filter(username="nouvelle").exists()


def test_an_administrator_changes_a_role_and_leaves_other_groups_alone(administrator: User) -> None:
    clerk = somebody(Role.SUPPORT)
    clerk.groups.add(Group.objects.create(name="Stagiaires"))
    answers = filled(clerk, groups=[group(Role.BILLING).pk])
    assert browser_of(administrator).post(page(clerk), answers).status_code == 302
    assert roles_of(clerk) == {"Facturation", "Stagiaires"}


def test_only_roles_are_offered(administrator: User) -> None:
    stray = Group.objects.create(name="Stagiaires")
    clerk = UserFactory()
    text = browser_of(administrator).get(page(clerk)).content.decode()
    assert "Comptable : les factures et les exports comptables" in text
    assert "Stagiaires" not in text
    browser_of(administrator).post(page(clerk), filled(clerk, groups=[stray.pk]))
    assert roles_of(clerk) == set()


def test_an_administrator_does_not_make_himself_a_superuser(administrator: User) -> None:
    answers = filled(administrator, is_superuser="on", user_permissions=[1], is_staff="on")
    assert browser_of(administrator).post(page(administrator), answers).status_code == 302
    administrator.refresh_from_db()
    assert not administrator.is_superuser
    assert not administrator.user_permissions.exists()


def test_an_administrator_makes_no_superuser(administrator: User) -> None:
    answers = {"username": "rogue", "password1": NEW, "password2": NEW, "is_superuser": "on"}
    browser_of(administrator).post(reverse("admin:accounts_user_add"), answers)
    assert not User.objects.get(username="rogue").is_superuser


@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_nobody_but_a_superuser_touches_a_superuser(who: str, boss: User, request: pytest.FixtureRequest) -> None:
    client = browser_of(request.getfixturevalue(who))
    assert client.get(page(boss)).status_code == 200
    assert client.post(page(boss), filled(boss, email="me@example.org", is_active=None)).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert client.get(password).status_code == 403
    assert client.post(password, {"password1": NEW, "password2": NEW}).status_code == 403
    boss.refresh_from_db()
    assert (boss.email, boss.is_active, boss.password) == ("", True, "unchanged")


def test_an_administrator_gives_a_new_password(administrator: User, clerk: User, login: str) -> None:
    signed_in = browser_of(clerk)
    password = reverse("admin:auth_user_password_change", args=[clerk.pk])
    assert browser_of(administrator).post(password, {"password1": NEW, "password2": NEW}).status_code == 302
    assert signed_in.get(reverse("admin:password_change")).status_code == 302
    assert Client().post(login, {"username": "lea", "password": PASSWORD}).status_code == 200
    assert Client().post(login, {"username": "lea", "password": NEW}).status_code == 302
    assert LogEntry.objects.latest("pk").get_change_message() == "Modification de mot de passe."


def test_a_superuser_gives_rights(boss: User, manager: User) -> None:
    browser_of(boss).post(page(manager), filled(manager, is_superuser="on"))
    manager.refresh_from_db()
    assert manager.is_superuser


# --- Nobody is shut out


def test_the_last_administrator_neither_deactivates_nor_demotes_himself(administrator: User) -> None:
    client = browser_of(administrator)
    for answers in (filled(administrator, is_active=None), filled(administrator, groups=[group(Role.READER).pk])):
        refused = client.post(page(administrator), answers)
        assert refused.status_code == 200
        assert LAST in refused.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_active
    assert roles_of(administrator) == {"Administrateur"}


def test_the_last_superuser_neither_deactivates_nor_demotes_himself(boss: User) -> None:
    UserFactory(is_superuser=True, is_active=False)
    somebody(Role.ADMINISTRATOR, is_active=False)
    somebody(Role.ADMINISTRATOR, is_staff=False)
    client = browser_of(boss)
    for answers in (filled(boss, is_active=None, is_superuser="on"), filled(boss)):
        assert LAST in client.post(page(boss), answers).content.decode()
    boss.refresh_from_db()
    assert (boss.is_active, boss.is_superuser) == (True, True)


def test_one_of_two_may_go(administrator: User) -> None:
    other = somebody(Role.ADMINISTRATOR)
    assert browser_of(administrator).post(page(other), filled(other, is_active=None)).status_code == 302
    other.refresh_from_db()
    assert not other.is_active


def test_a_superuser_who_is_administrator_too_may_give_up_one_of_both(boss: User) -> None:
    boss.groups.add(group(Role.ADMINISTRATOR))
    assert browser_of(boss).post(page(boss), filled(boss)).status_code == 302
    boss.refresh_from_db()
    assert (boss.is_superuser, roles_of(boss)) == (False, {"Administrateur"})


def test_nobody_deletes_a_user(boss: User, manager: User) -> None:
    client = browser_of(boss)
    client.post(reverse("admin:accounts_user_delete", args=[manager.pk]), {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [manager.pk], "post": "yes"}
    client.post(reverse("admin:accounts_user_changelist"), action)
    assert User.objects.filter(pk=manager.pk).exists()


# --- Who may do what


def test_the_table_says_what_the_roles_hold(administrator: User) -> None:
    answer = browser_of(administrator).get(reverse("admin:accounts_user_rights"))
    rows = {row.subject: row.cells for section in answer.context["sections"] for row in section.rows}
    order = list(Role)
    assert rows["Factures"][order.index(Role.BILLING)] == "voir, modifier"
    assert rows["Factures"][order.index(Role.SUPPORT)] == ""
    assert rows["Factures"][order.index(Role.READER)] == "voir"
    assert rows["Peut attribuer les rôles"] == ["Oui", "", "", "", "", ""]
    assert [name for name, _purpose in answer.context["roles"]] == Role.values


def test_the_list_of_people_is_found_by_role(administrator: User) -> None:
    somebody(Role.SUPPORT, username="sophie")
    somebody(Role.BILLING, username="fabien")
    listed = browser_of(administrator).get(reverse("admin:accounts_user_changelist"), {"role": "Support"})
    assert [user.username for user in listed.context["cl"].result_list] == ["sophie"]
