"""Browsers of people who are signed in; fixtures of every test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from apps.core.roles import Role
from tests.factories import UserFactory

SignIn = Callable[..., Client]


@pytest.fixture
def sign_in() -> SignIn:
    """A browser signed in as a member of staff with these permissions (``"usage.change_cdrfile"``)."""

    def signed_in(*permissions: str, **fields: object) -> Client:
        user = UserFactory(**fields)
        for permission in permissions:
            app, codename = permission.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def sign_in_as() -> SignIn:
    """A browser signed in as somebody of this role (``sign_in_as(Role.SUPPORT)``)."""

    def signed_in(role: Role, **fields: object) -> Client:
        user = UserFactory(**fields)
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def admin(sign_in: SignIn) -> Client:
    """A browser signed in as a superuser."""
    return sign_in(is_superuser=True)
