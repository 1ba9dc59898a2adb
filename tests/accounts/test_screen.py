"""«Utilisateurs & rôles»: whoever manages users cannot make himself more than he is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    """A member of staff who may add and change users, and nothing else."""
    user: User = UserFactory(username="manager")
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_user", "change_user", "view_user"]))
    return user


@pytest.fixture
def managing(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def filled(user: User, **changed: Any) -> dict[str, Any]:
    return {"username": user.username, "first_name": "", "last_name": "", "email": "", "is_active": "on", **changed}


def test_a_manager_corrects_a_name(managing: Client) -> None:
    clerk = UserFactory()
    assert managing.post(page(clerk), filled(clerk, first_name="Léa")).status_code == 302
    clerk.refresh_from_db()
    assert clerk.first_name == "Léa"


def test_a_manager_gives_no_right_to_himself_or_others(managing: Client, manager: User) -> None:
    everything = Group.objects.create(name="everything")
    for user in (manager, UserFactory(is_staff=False)):
        before = user.is_staff
        managing.post(page(user), filled(user, is_superuser="on", is_staff="on", groups=[everything.pk]))
        user.refresh_from_db()
        assert (user.is_superuser, user.is_staff, list(user.groups.all())) == (False, before, [])


def test_a_manager_does_not_touch_a_superuser(managing: Client) -> None:
    boss = UserFactory(is_superuser=True)
    assert managing.post(page(boss), filled(boss, email="me@example.org")).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert managing.post(password, {"password1": "Azerty-2026!", "password2": "Azerty-2026!"}).status_code == 403
    boss.refresh_from_db()
    assert boss.email == ""


def test_a_superuser_gives_rights(manager: User) -> None:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    client.post(page(manager), filled(manager, is_superuser="on", is_staff="on"))
    manager.refresh_from_db()
    assert manager.is_superuser


def test_nobody_deletes_a_user(manager: User) -> None:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    client.post(reverse("admin:accounts_user_delete", args=[manager.pk]), {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [manager.pk], "post": "yes"}
    client.post(reverse("admin:accounts_user_changelist"), action)
    assert User.objects.filter(pk=manager.pk).exists()
