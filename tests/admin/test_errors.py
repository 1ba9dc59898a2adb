"""Pages that say no, in French and without the database."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory
from tests.people import SignIn


@pytest.mark.django_db
def test_what_is_not_there_is_said_in_french(admin: Client) -> None:
    answer = admin.get("/no/such/page/")
    assert (answer.status_code, "Il n’y a rien ici" in answer.content.decode()) == (404, True)


@pytest.mark.django_db
def test_a_missing_right_is_said_in_french(sign_in: SignIn) -> None:
    answer = sign_in().get(reverse("admin:lines_line_changelist"))
    assert (answer.status_code, "Vous n’avez pas ce droit" in answer.content.decode()) == (403, True)


@pytest.mark.django_db
def test_an_expired_page_is_said_in_french() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(is_superuser=True))
    answer = client.post(reverse("admin:password_change"), {})
    assert (answer.status_code, "Cette page a expiré" in answer.content.decode()) == (403, True)


def test_a_breakdown_is_said_without_asking_the_database() -> None:
    assert "Une erreur s’est produite" in render_to_string("500.html")
