from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.factories import UserFactory

PASSWORD = "correct horse battery"


@pytest.fixture
def clerk() -> User:
    user: User = UserFactory(username="lea", first_name="Léa", last_name="Martin")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def login() -> str:
    return reverse("admin:login")


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0")
