"""Browsers of customers who are signed in to their space."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.choices import Audience
from apps.customers.models import Customer, CustomerLogin
from tests.factories import UserFactory

SignInTo = Callable[[Customer], Client]


@pytest.fixture
def sign_in_to() -> SignInTo:
    """A browser in which this customer is signed in; a new one each time."""

    def signed_in(customer: Customer) -> Client:
        access = CustomerLogin.objects.filter(customer=customer).select_related("user").first()
        if access is None:
            user = UserFactory(username=f"client:{customer.pk}", is_staff=False, audience=Audience.CUSTOMER)
            access = CustomerLogin.objects.create(customer=customer, user=user)
        client = Client()
        client.force_login(access.user)
        return client

    return signed_in
