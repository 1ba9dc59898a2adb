"""A worker that sends credentials to many is killed: everybody gets one link, nobody is refused for having had it."""

from __future__ import annotations

import pytest
from django.utils import timezone
from post_office.models import Email

from apps.core.exceptions import DomainError
from apps.customers import logins
from apps.customers.invitations import SEND
from apps.customers.models import Customer, CustomerLogin
from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.bulk.services import choose_rows, confirm_operation, plan_operation
from apps.jobs.worker import free_abandoned
from apps.messaging.models import Delivery
from tests.factories import CustomerFactory, IntegratorFactory, UserFactory
from tests.faults.workers import work_and_die, work_off

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS = 6
MOMENTS = (
    "3 INSERT INTO messaging_delivery",  # some are served
    "1 UPDATE jobs_bulkitem",  # all are, and none of it is written down
    "1 COMMIT UPDATE jobs_job",  # written down, the operation not ended
)


def test_each_customer_gets_one_link_however_often_the_worker_dies() -> None:
    IntegratorFactory(mail_sender="contact@telecom.example")
    CustomerFactory.create_batch(CUSTOMERS)
    camille = UserFactory(is_superuser=True)
    operation = choose_rows(kind=SEND, rows=Customer.objects.order_by("pk"), actor=camille)
    operation = plan_operation(operation=operation, parameters=SEND.parameters({}))
    confirm_operation(operation=operation, edition=operation.edition, actor=camille)
    for moment in MOMENTS:
        work_and_die("default", moment)
        assert free_abandoned() == 1
        told = operation.items.filter(outcome=Outcome.CHANGED).count()
        assert Delivery.objects.count() == CustomerLogin.objects.count() == told, f"after {moment}"
    work_off("default")
    operation.refresh_from_db()
    assert (operation.state, operation.changed, operation.refused) == (BulkState.DONE, CUSTOMERS, 0)
    assert len({email.to[0] for email in Email.objects.all()}) == Email.objects.count() == CUSTOMERS


def test_one_sending_serves_a_customer_once_whatever_the_time() -> None:
    IntegratorFactory(mail_sender="contact@telecom.example")
    customer = CustomerFactory()
    logins.send_credentials(customer=customer, actor=None, at=timezone.now(), sending="one")
    access = CustomerLogin.objects.get()
    access.invited_at -= 2 * logins.AGAIN_AFTER
    access.save()
    with pytest.raises(DomainError, match="par cette opération"):
        logins.send_credentials(customer=customer, actor=None, at=timezone.now(), sending="one")
    logins.send_credentials(customer=customer, actor=None, at=timezone.now(), sending="another")
    assert Delivery.objects.count() == 2
