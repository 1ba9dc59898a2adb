"""No page leads its reader to «Vous n’avez pas ce droit»: for each role, every link of every page that it may see."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin as django_admin
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.roles import Role
from tests.admin import rows
from tests.people import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.screens]

LINK = re.compile(r'href="(/admin/[^"#]*)"')


def pages_of(client: Client) -> dict[str, str]:
    """What the home page, and of each model its list and the page of a row, hold, where this person may see them."""
    found = [reverse("admin:index")]
    for model in django_admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        row = model._default_manager.order_by("pk").last()
        if row is not None:
            found.append(reverse(f"{name}_change", args=[row.pk]))
    answers = {page: client.get(page, follow=True) for page in found}
    return {page: answer.content.decode() for page, answer in answers.items() if answer.status_code == 200}


@pytest.mark.parametrize("role", list(Role), ids=[role.name.lower() for role in Role])
def test_nobody_is_led_to_a_page_that_refuses_them(sign_in_as: SignIn, role: Role) -> None:
    rows.make(2)
    for model in django_admin.site._registry:
        for name in {"created_by", "loaded_by"} & {field.name for field in model._meta.fields}:
            model._default_manager.filter(**{name: None}).update(**{name: User.objects.earliest("pk")})
    client = sign_in_as(role)
    led: dict[str, str] = {}
    pages = pages_of(client)
    for page, content in pages.items():
        for link in LINK.findall(content):
            led.setdefault(link.replace("&amp;", "&"), page)
    unseen = led.keys() - pages.keys()
    refused = {link: led[link] for link in unseen if client.get(link).status_code == 403}
    assert refused == {}
