"""Customers at the doors of their space: accounts, links out of mails, sign-ins."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from apps.accounts.models import User
from apps.customers import logins
from apps.customers.models import Customer
from tests.factories import CustomerFactory, UserFactory

PASSWORD = "un cheval de course 12"
NEW = "une autre phrase longue 34"
LINK = re.compile(r"(https?://\S+/mot-de-passe/\S+)")


def a_customer(*, email: str = "acces@client.example", **fields: Any) -> Customer:
    """With a «gestionnaire d'identification», and no account yet."""
    customer: Customer = CustomerFactory(identification__email=email, **fields)
    return customer


def with_password(customer: Customer, password: str = PASSWORD) -> User:
    """The account of ``customer``, whose password has been chosen."""
    access = logins.open_access(customer=customer, actor=None, at=timezone.now())
    access.user.set_password(password)
    access.user.save()
    return access.user


def invite(customer: Customer) -> str:
    """The link that its mail brings."""
    logins.send_credentials(customer=customer, actor=UserFactory(), at=timezone.now())
    return link_in(Email.objects.latest("pk"))


def link_in(email: Email) -> str:
    """As the browser asks for it: the address behind that of this installation."""
    found = LINK.search(email.message)
    assert found is not None, email.message
    return found[1].removeprefix(settings.PUBLIC_URL)


def sign_in(browser: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return browser.post(reverse("portal:sign_in"), {"username": login, "password": password, **more})


def choose(browser: Client, link: str, password: str = NEW) -> Any:
    """Open a link of a mail and choose a password there. The last answer."""
    opened = browser.get(link)
    if opened.status_code != 302:
        return opened
    answers = {"new_password1": password, "new_password2": password}
    return browser.post(opened["Location"], answers)


def who(browser: Client) -> int | None:
    """The account that the browser is signed in as."""
    found = browser.session.get("_auth_user_id")
    return int(found) if found else None
