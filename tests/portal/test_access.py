"""Customers sign in by their login, and nobody learns which logins there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from time_machine import travel

from apps.accounts.choices import Audience, Outcome
from apps.accounts.models import SignIn, User
from apps.core.exceptions import DomainError
from apps.customers import logins
from apps.customers.closing import close_customer, reopen_customer
from apps.customers.models import Customer
from apps.portal.entry import is_of_the_space
from tests.factories import CustomerFactory, IntegratorFactory, UserFactory
from tests.portal.entering import NEW, PASSWORD, a_customer, invite, sign_in, who, with_password
from tests.reading import text_of

pytestmark = pytest.mark.django_db

REFUSED = "ne vont pas ensemble"


@pytest.fixture(autouse=True)
def integrator() -> None:
    IntegratorFactory(mail_sender="contact@telecom.example")


@pytest.fixture
def customer() -> Customer:
    made = a_customer(login="C070001", number="C070001")
    with_password(made)
    return made


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR="192.0.2.7")


# --- A customer that is closed


def test_a_customer_that_was_closed_and_is_reopened_signs_in_again(browser: Client, customer: Customer) -> None:
    sign_in(browser, "C070001")
    elsewhere = with_password(a_customer(login="C070002", email="b@client.example"))
    other = Client()
    other.force_login(elsewhere)
    today = localdate()
    close_customer(customer=customer, on=today, today=today, reason="", actor=None)
    reopen_customer(customer=customer, reason="", actor=None)
    assert browser.get(reverse("portal:home")).status_code == 302
    assert other.get(reverse("portal:home")).status_code == 200
    assert sign_in(browser, "C070001")["Location"] == reverse("portal:home")
    assert browser.get(reverse("portal:home")).status_code == 200


def test_a_link_does_not_outlive_the_closing(customer: Customer) -> None:
    link = invite(customer)
    today = localdate()
    close_customer(customer=customer, on=today, today=today, reason="", actor=None)
    reopen_customer(customer=customer, reason="", actor=None)
    assert "n’est plus valable" in text_of(Client().get(link, follow=True))


# --- In and out


def test_a_customer_signs_in_and_comes_home(browser: Client, customer: Customer) -> None:
    answer = sign_in(browser, "C070001")
    assert (answer.status_code, answer["Location"]) == (302, reverse("portal:home"))
    assert who(browser) == customer.access.user_id
    assert browser.get(reverse("portal:home")).status_code == 200
    assert browser.get(reverse("portal:sign_in"))["Location"] == reverse("portal:home")


def test_small_letters_and_spaces_around_a_login_do_not_matter(browser: Client, customer: Customer) -> None:
    assert sign_in(browser, " c070001 ").status_code == 302


def test_of_two_logins_that_differ_by_capitals_only_each_is_itself(browser: Client) -> None:
    small, large = a_customer(login="dupont", email="a@b.example"), a_customer(login="DUPONT", email="b@b.example")
    with_password(small), with_password(large)
    sign_in(browser, "DUPONT")
    assert who(browser) == large.access.user_id
    assert sign_in(Client(), "Dupont").status_code == 200


def test_a_customer_signs_out_by_post_only(browser: Client, customer: Customer) -> None:
    sign_in(browser, "C070001")
    assert browser.get(reverse("portal:sign_out")).status_code == 405
    assert who(browser)
    answer = browser.post(reverse("portal:sign_out"), follow=True)
    assert "Vous êtes déconnecté" in answer.content.decode()
    assert who(browser) is None
    assert list(SignIn.objects.order_by("pk").values_list("outcome", flat=True)) == [Outcome.SUCCESS, Outcome.OUT]


def test_signing_out_of_the_space_leaves_the_back_office_alone(admin: Client) -> None:
    admin.post(reverse("portal:sign_out"))
    assert admin.get(reverse("admin:index")).status_code == 200


def test_a_sign_in_gives_the_session_another_key(browser: Client, customer: Customer) -> None:
    """A key that somebody planted in the browser beforehand opens nothing."""
    session = browser.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    sign_in(browser, "C070001")
    assert browser.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_signing_in_as_a_customer_ends_the_staff_session_of_the_browser(admin: Client, customer: Customer) -> None:
    was = admin.session.session_key
    sign_in(admin, "C070001")
    assert who(admin) == customer.access.user_id
    assert not Session.objects.filter(session_key=was).exists()
    assert admin.get(reverse("admin:index")).status_code == 302


def test_forms_without_their_token_are_refused(customer: Customer) -> None:
    strict = Client(enforce_csrf_checks=True)
    for name in ("sign_in", "sign_out", "recover"):
        assert strict.post(reverse(f"portal:{name}"), {"username": "C070001", "password": PASSWORD}).status_code == 403
    assert who(strict) is None


def test_an_idle_session_ends_and_says_so_in_the_space(browser: Client, customer: Customer) -> None:
    start = timezone.now()
    with travel(start, tick=False) as clock:
        sign_in(browser, "C070001")
        clock.shift(timedelta(hours=3))
        page = browser.get(reverse("portal:home"), follow=True)
    assert page.redirect_chain[0][0].startswith(reverse("portal:sign_in"))
    assert "Votre session est terminée." in page.content.decode()


# --- Where one is led


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/espace-client/",
        "/admin/",
        "/espace-client/../admin/",
        "/espace-client/%2e%2e/admin/",
        "/espace-client/%2E%2E%2fadmin/",
        "javascript:alert(1)",
        "\\\\evil.example\\espace-client\\",
        "/files/invoice/1/",
        "/espace-client/no/such/page/",
        "http://[",
    ],
)
def test_nobody_is_led_out_of_the_space(browser: Client, customer: Customer, elsewhere: str) -> None:
    assert sign_in(browser, "C070001", next=elsewhere)["Location"] == reverse("portal:home")
    assert not is_of_the_space(elsewhere) or elsewhere.startswith(("//", "https:"))  # those are Django's to refuse


def test_one_comes_back_to_the_page_one_came_from(browser: Client, customer: Customer) -> None:
    page = reverse("portal:change_password")
    asked = browser.get(page)
    assert asked["Location"] == f"{reverse('portal:sign_in')}?next={page}"
    shown = browser.get(asked["Location"]).content.decode()
    assert f'name="next" value="{page}"' in shown
    assert sign_in(browser, "C070001", next=page)["Location"] == page


# --- Who does not get in


def test_whatever_is_wrong_is_told_in_one_sentence(customer: Customer) -> None:
    closed = a_customer(login="CLOSED", email="c@b.example", closed_on=None)
    with_password(closed)
    Customer.objects.filter(pk=closed.pk).update(closed_on=localdate())
    withdrawn = a_customer(login="WITHDRAWN", email="w@b.example")
    with_password(withdrawn)
    User.objects.filter(customer_login__customer=withdrawn).update(is_active=False)
    staff = UserFactory(username="lea")
    staff.set_password(PASSWORD)
    staff.save()
    with_password(a_customer(login="O'BRIEN", email="o@b.example"))
    a_customer(login="UNINVITED", email="u@b.example")
    told = set()
    for login, password in (
        ("C070001", "wrong"),
        ("NOBODY", PASSWORD),
        ("CLOSED", PASSWORD),
        ("WITHDRAWN", PASSWORD),
        ("UNINVITED", PASSWORD),
        ("lea", PASSWORD),
        (f"client:{customer.pk}", PASSWORD),
        (f"client:?{customer.login}", PASSWORD),
        ("C07000%", PASSWORD),
        ("C07000_", PASSWORD),
    ):
        browser = Client()
        answer = sign_in(browser, login, password)
        assert answer.status_code == 200, login
        assert who(browser) is None, login
        told.add(tuple(answer.context["form"].non_field_errors()))
    (only,) = told
    assert REFUSED in only[0]


@pytest.mark.parametrize("typed", ["a\0b", "x" * 5000, "'; <b>{{", "%", "𝔘" * 100])
def test_nonsense_is_refused_and_breaks_nothing(browser: Client, customer: Customer, typed: str) -> None:
    assert sign_in(browser, typed, typed).status_code == 200
    assert who(browser) is None


def test_a_customer_is_nobody_in_the_back_office(customer: Customer) -> None:
    """Its name and password are refused as any wrong ones, and counted as such."""
    browser = Client()
    user = customer.access.user
    answers = [
        browser.post(reverse("admin:login"), {"username": name, "password": PASSWORD})
        for name in (user.username, "nobody")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (answer.context["form"].non_field_errors() for answer in answers)
    assert first == second
    assert who(browser) is None
    assert AccessAttempt.objects.filter(username=user.username).exists()


def test_a_customer_who_is_in_is_answered_like_nobody_elsewhere(browser: Client, customer: Customer) -> None:
    sign_in(browser, "C070001")
    nobody = Client()
    for address in ("/admin/", "/admin/customers/customer/", "/files/invoice/1/", "/files/x/1/", "/jobs/1/progress/"):
        mine, theirs = browser.get(address), nobody.get(address)
        assert (mine.status_code, mine.get("Location")) == (theirs.status_code, theirs.get("Location")), address
    page = browser.post(reverse("admin:login"), {"username": "x", "password": "y"}).content.decode()
    assert "client:" not in page


def test_the_sentence_of_the_back_office_is_the_same_for_a_customer_who_is_in(browser: Client) -> None:
    customer = a_customer(login="C1")
    with_password(customer)
    sign_in(browser, "C1")
    assert browser.get(reverse("admin:login")).status_code == 200


# --- The lock


def test_the_fifth_failure_locks_the_login_in_the_look_of_the_space(browser: Client, customer: Customer) -> None:
    answers = [sign_in(browser, "C070001", f"guess {n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    locked = sign_in(browser, "c070001")
    assert locked.status_code == 429
    page = locked.content.decode()
    assert "Réessayez dans 15 minutes" in page
    assert reverse("portal:recover") in page
    assert "/admin/" not in page
    assert SignIn.objects.latest("pk").outcome == Outcome.LOCKED


def test_an_unknown_login_is_locked_as_a_known_one(browser: Client, customer: Customer) -> None:
    known = [sign_in(browser, "C070001", f"guess {n}") for n in range(6)]
    unknown = [sign_in(browser, "NOBODY" if n % 2 else "nobody", f"guess {n}") for n in range(6)]
    assert [page.status_code for page in known] == [page.status_code for page in unknown]


def test_other_customers_are_not_locked(browser: Client, customer: Customer) -> None:
    other = a_customer(login="C070002", email="b@b.example")
    with_password(other)
    for n in range(6):
        sign_in(browser, "C070001", f"guess {n}")
    assert sign_in(browser, "C070002").status_code == 302


def test_a_known_and_an_unknown_login_cost_the_same_questions(customer: Customer) -> None:
    sign_in(Client(), "WARM", "up")
    asked = []
    for login in ("C070001", "C079999"):
        with CaptureQueriesContext(connection) as queries:
            sign_in(Client(), login, "wrong")
        asked.append([query["sql"].split()[0] for query in queries])
    assert asked[0] == asked[1]


# --- Passwords


def test_a_changed_password_ends_the_other_sessions(browser: Client, customer: Customer) -> None:
    elsewhere = Client()
    sign_in(elsewhere, "C070001")
    sign_in(browser, "C070001")
    answers = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert browser.post(reverse("portal:change_password"), {**answers, "old_password": "x"}).status_code == 200
    assert browser.post(reverse("portal:change_password"), answers).status_code == 302
    assert browser.get(reverse("portal:home")).status_code == 200
    assert elsewhere.get(reverse("portal:home")).status_code == 302
    assert sign_in(Client(), "C070001").status_code == 200
    assert sign_in(Client(), "C070001", NEW).status_code == 302


def test_a_password_is_not_changed_over_a_withdrawal(customer: Customer) -> None:
    """Between the form that knew the old password and the lock, somebody has withdrawn the access."""
    user = User.objects.get(pk=customer.access.user_id)
    logins.withdraw_access(customer=customer, actor=None)
    with pytest.raises(DomainError):
        logins.change_password(user=user, password=NEW)
    logins.open_access(customer=customer, actor=None, at=timezone.now())
    assert not User.objects.get(pk=user.pk).has_usable_password()


def test_closing_the_customer_ends_its_session(browser: Client, customer: Customer) -> None:
    sign_in(browser, "C070001")
    Customer.objects.filter(pk=customer.pk).update(closed_on=localdate())
    for name in ("home", "change_password"):
        assert browser.get(reverse(f"portal:{name}"))["Location"].startswith(reverse("portal:sign_in"))
    assert browser.get(reverse("portal:sign_in")).status_code == 200


def test_withdrawing_the_access_ends_its_session_and_its_password(browser: Client, customer: Customer) -> None:
    sign_in(browser, "C070001")
    logins.withdraw_access(customer=customer, actor=UserFactory())
    assert browser.get(reverse("portal:home")).status_code == 302
    logins.open_access(customer=customer, actor=UserFactory(), at=timezone.now())
    assert browser.get(reverse("portal:home")).status_code == 302
    assert sign_in(browser, "C070001").status_code == 200


def test_staff_are_nobody_in_the_space(admin: Client) -> None:
    assert admin.get(reverse("portal:home"))["Location"].startswith(reverse("portal:sign_in"))
    assert admin.get(reverse("portal:change_password")).status_code == 302


def test_no_form_of_the_back_office_takes_the_name_of_a_customers_account(customer: Customer) -> None:
    with pytest.raises(Exception, match="username"):
        User(username=f"client:{customer.pk + 1}", password="x").full_clean()
    assert customer.access.user.audience == Audience.CUSTOMER
    assert CustomerFactory.build().pk is None


def shown_fields(page: Any) -> set[str]:
    return set(page.context["form"].fields)


def test_the_sign_in_page_helps_password_managers(browser: Client) -> None:
    page = browser.get(reverse("portal:sign_in"))
    assert shown_fields(page) == {"username", "password"}
    text = page.content.decode()
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text
