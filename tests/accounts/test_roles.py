"""A role is what the apps' ``roles.py`` say, after every migration, and nothing besides."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import guards
from apps.core.roles import Role
from config import roles

pytestmark = pytest.mark.django_db


def held(role: Role) -> set[str]:
    named = Permission.objects.filter(group__name=role.value).values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in named}


def test_every_app_with_models_has_its_roles() -> None:
    missing = [app.name for app in roles.our_apps() if roles.models_of(app) and roles.grants_of(app) is None]
    assert missing == []


@pytest.mark.parametrize("role", Role)
def test_a_role_holds_what_the_apps_grant(role: Role) -> None:
    assert held(role) == roles.rights()[role]
    assert held(role)


@pytest.mark.django_db(transaction=True)
def test_roles_are_back_after_everything_was_emptied() -> None:
    guards.lift(connection)  # as whoever empties the database of an installation has to
    call_command("flush", interactive=False, verbosity=0)
    assert {role: held(role) for role in Role} == roles.rights()


def test_what_is_no_longer_granted_is_taken_away_and_what_is_missing_given() -> None:
    group = Group.objects.get(name=Role.READER.value)
    group.permissions.set(Permission.objects.filter(codename__in=["change_line", "delete_customer"]))
    roles.apply_roles()
    assert held(Role.READER) == roles.rights()[Role.READER]


def test_other_groups_and_who_is_in_a_role_are_left_alone(django_user_model: type) -> None:
    other = Group.objects.create(name="Stagiaires")
    other.permissions.add(Permission.objects.get(codename="change_line"))
    clerk = django_user_model.objects.create(username="clerk")  # type: ignore[attr-defined]
    clerk.groups.add(other, Group.objects.get(name=Role.SUPPORT.value))
    roles.apply_roles()
    assert [permission.codename for permission in other.permissions.all()] == ["change_line"]
    assert {group.name for group in clerk.groups.all()} == {"Stagiaires", "Support"}


def test_applying_again_writes_nothing() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        roles.apply_roles()
    written = [
        query["sql"] for query in queries if "auth_group_permissions" in query["sql"] and "SELECT" not in query["sql"]
    ]
    assert written == []


def granting(monkeypatch: pytest.MonkeyPatch, codenames: Iterable[str]) -> None:
    module = SimpleNamespace(GRANTS={Role.SUPPORT: codenames})
    real = roles.import_module
    monkeypatch.setattr(roles, "import_module", lambda name: module if name == "apps.lines.roles" else real(name))


@pytest.mark.parametrize("codename", ["view_lign", "billing.view_invoice", "admin.view_log"])
def test_a_permission_that_is_not_the_apps_is_refused_loudly(monkeypatch: pytest.MonkeyPatch, codename: str) -> None:
    granting(monkeypatch, [codename])
    with pytest.raises(ImproperlyConfigured, match=codename):
        roles.rights()


def test_a_database_that_lacks_a_permission_still_migrates() -> None:
    Permission.objects.filter(codename="view_line").delete()
    roles.apply_roles()
    assert "lines.view_line" not in held(Role.SUPPORT)
    assert "lines.change_line" in held(Role.SUPPORT)


def test_nobody_may_delete_and_readers_change_nothing() -> None:
    for permissions in roles.rights().values():
        assert [one for one in permissions if ".delete_" in one] == []
    assert {one.split(".")[1].split("_")[0] for one in roles.rights()[Role.READER]} == {"view"}


def test_codes_of_cards_are_for_support_and_the_administrator_only() -> None:
    allowed = {role for role, permissions in roles.rights().items() if "sims.view_sim_secrets" in permissions}
    assert allowed == {Role.ADMINISTRATOR, Role.SUPPORT}
