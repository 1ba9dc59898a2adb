"""Links of mails: used once, for a while, by whoever reads the mail of today's «gestionnaire d'identification»."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import localdate
from post_office.models import Email
from time_machine import travel

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.customers import logins
from apps.customers.models import Contact, Customer, CustomerLogin
from apps.jobs.choices import Queue
from apps.jobs.kinds import chores
from apps.portal import recovery
from apps.portal.models import Recovery
from tests.factories import ContactFactory, IntegratorFactory, UserFactory
from tests.portal.entering import NEW, a_customer, choose, invite, link_in, sign_in, who, with_password

pytestmark = pytest.mark.django_db

SAME_PAGE = "/espace-client/mot-de-passe-oublie/envoi/"


@pytest.fixture(autouse=True)
def integrator() -> None:
    IntegratorFactory(mail_sender="contact@telecom.example")


@pytest.fixture
def customer() -> Customer:
    return a_customer(login="C070001", number="C070001")


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR="192.0.2.7")


def forget_last_link(customer: Customer) -> None:
    """As if the last link had been sent an hour ago, which makes it another link."""
    access = CustomerLogin.objects.get(customer=customer)
    access.invited_at -= timedelta(hours=1)
    access.save()


def ask(browser: Client, email: str) -> Any:
    return browser.post(reverse("portal:recover"), {"email": email})


def answered() -> None:
    while recovery.answer_next():
        pass


def worthless(browser: Client, link: str) -> bool:
    answer = browser.get(link, follow=True)
    return answer.status_code == 200 and "Ce lien n’est plus valable" in answer.content.decode()


# --- A first password


def test_a_first_password_is_chosen_and_one_is_in(browser: Client, customer: Customer) -> None:
    answer = choose(browser, invite(customer))
    assert (answer.status_code, answer["Location"]) == (302, reverse("portal:home"))
    assert who(browser) == customer.access.user_id
    assert sign_in(Client(), "C070001", NEW).status_code == 302


def test_the_token_leaves_the_address_before_anything_is_shown(browser: Client, customer: Customer) -> None:
    link = invite(customer)
    opened = browser.get(link)
    token = link.rstrip("/").rpartition("/")[2]
    assert opened.status_code == 302
    assert token not in opened["Location"]
    page = browser.get(opened["Location"])
    assert token not in page.content.decode()
    assert "C070001" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_looking_at_a_link_does_not_use_it_up(browser: Client, customer: Customer) -> None:
    """Mail filters open links before people do."""
    link = invite(customer)
    for _look in range(3):
        assert Client().get(link).status_code == 302
        assert Client().head(link).status_code == 302
    assert choose(browser, link).status_code == 302
    assert who(browser)


@pytest.mark.parametrize("password", ["court", "1234567890123", "motdepasse", "C070001-c0", "acces@client.example"])
def test_bad_passwords_are_refused_and_the_link_stays(browser: Client, customer: Customer, password: str) -> None:
    link = invite(customer)
    assert choose(browser, link, password).status_code == 200
    assert who(browser) is None
    assert choose(browser, link).status_code == 302
    assert User.objects.get(pk=customer.access.user_id).email == ""


def test_two_different_passwords_are_refused(browser: Client, customer: Customer) -> None:
    opened = browser.get(invite(customer))
    answer = browser.post(opened["Location"], {"new_password1": NEW, "new_password2": NEW + "x"})
    assert answer.status_code == 200
    assert who(browser) is None


# --- A link is worth nothing…


def test_a_second_time(browser: Client, customer: Customer) -> None:
    link = invite(customer)
    choose(Client(), link)
    assert worthless(browser, link)


def test_to_the_second_of_two_who_hold_the_same_form(customer: Customer) -> None:
    link = invite(customer)
    first, second = Client(), Client()
    form = first.get(link)["Location"]
    second.get(link)
    answers = {"new_password1": NEW, "new_password2": NEW}
    assert first.post(form, answers).status_code == 302
    late = second.post(form, {"new_password1": "tout autre chose 99", "new_password2": "tout autre chose 99"})
    assert "Ce lien n’est plus valable" in late.content.decode()
    assert sign_in(Client(), "C070001", NEW).status_code == 302


def test_to_whoever_is_overtaken_between_the_form_and_the_lock(customer: Customer) -> None:
    link = invite(customer)
    token = link.rstrip("/").rpartition("/")[2]
    user = customer.access.user
    logins.choose_password(user=user, token=token, password=NEW)
    with pytest.raises(DomainError):
        logins.choose_password(user=user, token=token, password="tout autre chose 99")


def test_after_a_day(browser: Client, customer: Customer) -> None:
    with travel(timezone.now(), tick=False) as clock:
        link = invite(customer)
        clock.shift(timedelta(hours=23, minutes=59))
        assert Client().get(link).status_code == 302
        clock.shift(timedelta(minutes=2))
        assert worthless(browser, link)


def test_when_a_newer_one_is_sent(browser: Client, customer: Customer) -> None:
    with travel(timezone.now(), tick=False) as clock:
        old = invite(customer)
        clock.shift(timedelta(minutes=2))
        new = invite(customer)
    assert worthless(browser, old)
    assert choose(browser, new).status_code == 302


def test_when_the_email_of_identification_changes(browser: Client, customer: Customer) -> None:
    link = invite(customer)
    Contact.objects.filter(customer=customer).update(email="somebody-else@client.example")
    assert worthless(browser, link)


def test_when_the_person_is_gone(browser: Client, customer: Customer) -> None:
    link = invite(customer)
    customer.contacts.all().delete()
    assert worthless(browser, link)


def test_when_the_customer_is_closed(browser: Client, customer: Customer) -> None:
    link = invite(customer)
    Customer.objects.filter(pk=customer.pk).update(closed_on=localdate())
    assert worthless(browser, link)


def test_when_the_access_is_withdrawn_even_if_it_is_opened_again(browser: Client, customer: Customer) -> None:
    link = invite(customer)
    logins.withdraw_access(customer=customer, actor=UserFactory())
    assert worthless(browser, link)
    logins.open_access(customer=customer, actor=UserFactory(), at=timezone.now())
    assert worthless(browser, link)


def test_for_another_customer_or_for_staff(browser: Client, customer: Customer) -> None:
    other = a_customer(email="b@b.example")
    with_password(other)
    token = invite(customer).rstrip("/").rpartition("/")[2]
    for user in (other.access.user, UserFactory(), UserFactory(is_superuser=True)):
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        assert worthless(browser, reverse("portal:choose", args=[uid, token]))


@pytest.mark.parametrize("uid", ["MQ", "xx", "é", "%00", "9" * 400, "LTE", "MTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"])
@pytest.mark.parametrize("token", ["x-y", "choisir", "a", "'; <b>{{", "-"])
def test_made_up(browser: Client, customer: Customer, uid: str, token: str) -> None:
    assert worthless(browser, reverse("portal:choose", args=[uid, token]))


# --- Recovery


def test_a_forgotten_password_is_replaced_and_old_sessions_end(browser: Client, customer: Customer) -> None:
    with_password(customer)
    old = Client()
    sign_in(old, "C070001")
    assert ask(browser, "Acces@Client.example")["Location"] == SAME_PAGE
    assert not Email.objects.exists()
    answered()
    mail = Email.objects.get()
    assert (mail.to, mail.bcc) == (["acces@client.example"], [])
    assert choose(browser, link_in(mail)).status_code == 302
    assert old.get(reverse("portal:home")).status_code == 302
    assert sign_in(Client(), "C070001").status_code == 200
    assert sign_in(Client(), "C070001", NEW).status_code == 302


def test_recovery_lifts_the_lock(browser: Client, customer: Customer) -> None:
    with_password(customer)
    for n in range(6):
        sign_in(browser, "C070001", f"guess {n}")
    ask(browser, "acces@client.example")
    answered()
    choose(Client(), link_in(Email.objects.get()))
    assert sign_in(browser, "C070001", NEW).status_code == 302


def test_it_goes_to_the_identification_manager_of_today_only(browser: Client, customer: Customer) -> None:
    with_password(customer)
    Contact.objects.filter(customer=customer, email="acces@client.example").update(email="new@client.example")
    for email in ("acces@client.example", "new@client.example", *customer.contacts.values_list("email", flat=True)):
        ask(browser, email)
    answered()
    assert [mail.to for mail in Email.objects.all()] == [["new@client.example"]]


def test_nobody_else_gets_anything_and_is_told_the_same(browser: Client, customer: Customer) -> None:
    closed = a_customer(email="closed@b.example")
    with_password(closed)
    Customer.objects.filter(pk=closed.pk).update(closed_on=localdate())
    gone = a_customer(email="gone@b.example")
    with_password(gone)
    logins.withdraw_access(customer=gone, actor=None)
    UserFactory(email="staff@b.example")
    billed = a_customer(email="identified@b.example")
    with_password(billed)
    ContactFactory(customer=billed, role="billing", email="billed@b.example")
    for email in (
        "billed@b.example",
        "closed@b.example",
        "gone@b.example",
        "acces@client.example",
        "staff@b.example",
        "x@y.example",
    ):
        answer = ask(browser, email)
        assert (answer.status_code, answer["Location"]) == (302, SAME_PAGE)
    answered()
    assert not Email.objects.exists()


def test_a_known_and_an_unknown_email_cost_the_same_questions(customer: Customer) -> None:
    with_password(customer)
    ask(Client(), "warm@up.example")
    asked = []
    for email in ("acces@client.example", "nobody@client.example"):
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), email)
        asked.append([query["sql"].split()[0] for query in queries])
    assert asked[0] == asked[1]
    assert not Email.objects.exists()


def test_what_was_typed_is_forgotten_once_it_is_answered(browser: Client, customer: Customer) -> None:
    ask(browser, "nobody@client.example")
    answered()
    row = Recovery.objects.get()
    assert row.email == ""
    assert "nobody" not in row.digest
    assert row.answered_at


def test_one_email_is_asked_for_three_times_an_hour(browser: Client, customer: Customer) -> None:
    with_password(customer)
    with travel(timezone.now(), tick=False) as clock:
        for minute in range(6):
            assert ask(Client(REMOTE_ADDR=f"192.0.2.{minute}"), "acces@client.example")["Location"] == SAME_PAGE
            answered()
            clock.shift(timedelta(minutes=2))
        assert Email.objects.count() == 3
        clock.shift(timedelta(hours=1))
        ask(browser, "ACCES@client.example")
        answered()
        assert Email.objects.count() == 4


def test_one_client_asks_twenty_times_an_hour(browser: Client) -> None:
    for number in range(25):
        assert ask(browser, f"x{number}@y.example")["Location"] == SAME_PAGE
    assert Recovery.objects.count() == 20
    ask(Client(REMOTE_ADDR="192.0.2.8"), "z@y.example")
    assert Recovery.objects.count() == 21


def test_ten_requests_at_once_send_one_link(customer: Customer) -> None:
    with_password(customer)
    for number in range(3):
        ask(Client(REMOTE_ADDR=f"192.0.2.{number}"), "acces@client.example")
    answered()
    assert Email.objects.count() == 1
    assert Recovery.objects.filter(answered_at=None).count() == 0


def test_a_request_that_fails_keeps_no_other_waiting(
    browser: Client, customer: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    with_password(customer)
    ask(browser, "acces@client.example")
    IntegratorFactory().__class__.objects.update(mail_sender="", email="")
    answered()
    assert "was not answered" in caplog.text
    assert "acces@client.example" not in caplog.text
    assert not Recovery.objects.filter(answered_at=None).exists()
    assert CustomerLogin.objects.get(customer=customer).invited_at is None


def test_a_request_that_no_worker_saw_for_an_hour_is_not_answered(browser: Client, customer: Customer) -> None:
    with_password(customer)
    with travel(timezone.now(), tick=False) as clock:
        ask(browser, "acces@client.example")
        clock.shift(timedelta(hours=2))
        answered()
    assert not Email.objects.exists()


def test_old_requests_are_deleted_and_workers_see_to_both() -> None:
    Recovery.objects.create(asked_at=timezone.now() - timedelta(days=2), digest="x", answered_at=timezone.now())
    assert recovery.forget_old() is True
    assert recovery.forget_old() is False
    codes = {chore.code for chore in chores(frozenset({Queue.MAIL, Queue.DEFAULT}))}
    assert {"portal.recover", "portal.forget"} <= codes


@pytest.mark.parametrize("typed", ["", "x", "a\0b@c.example", "a@b@c", "x" * 300 + "@y.example", "'; <b>{{"])
def test_what_is_no_email_is_refused_on_the_spot(browser: Client, typed: str) -> None:
    assert ask(browser, typed).status_code == 200
    assert not Recovery.objects.exists()


# --- The address of the links


@pytest.mark.parametrize(
    ("address", "found"),
    [("https://ism.example", []), ("http://ism.example", ["portal.W002"]), ("http://127.0.0.1:8000", ["portal.W001"])],
)
def test_production_is_told_of_links_that_lead_nowhere_or_go_in_clear(
    settings: Any, address: str, found: list[str]
) -> None:
    settings.PUBLIC_URL = address
    told = run_checks(tags=["security"], include_deployment_checks=True)
    assert [one.id for one in told if str(one.id).startswith("portal.")] == found
