"""Two who deactivate each other at the same moment: one of them stays."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from apps.accounts.exceptions import NobodyInCharge
from apps.accounts.models import User
from apps.accounts.services import check_somebody_stays_in_charge, in_charge
from tests.factories import UserFactory

PATIENCE = 20  # seconds


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_is_refused() -> None:
    one, other = UserFactory(is_superuser=True), UserFactory(is_superuser=True)
    begun, checked, refused = threading.Event(), threading.Event(), []

    def deactivate_one() -> None:
        """Begins while the other has been found to be dispensable, and is not yet gone."""
        try:
            checked.wait(PATIENCE)
            begun.set()
            with transaction.atomic():
                check_somebody_stays_in_charge(without=one)
                User.objects.filter(pk=one.pk).update(is_active=False)
        except NobodyInCharge:
            refused.append(one)
        finally:
            connection.close()

    second = threading.Thread(target=deactivate_one)
    second.start()
    with transaction.atomic():
        check_somebody_stays_in_charge(without=other)
        checked.set()
        begun.wait(PATIENCE)
        second.join(0.5)  # it waits for the lock
        assert second.is_alive()
        User.objects.filter(pk=other.pk).update(is_active=False)
    second.join(PATIENCE)
    assert refused == [one]
    assert list(in_charge()) == [one]
