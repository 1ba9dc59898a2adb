"""Access to the customer space is sent, sent anew and withdrawn in the back office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.timezone import localdate
from post_office.models import Email

from apps.accounts.choices import Audience, Outcome
from apps.accounts.models import SignIn, User
from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.customers import logins
from apps.customers.invitations import SEND, find_customers, plan, state_of, with_access
from apps.customers.models import Customer, CustomerLogin
from apps.messaging.checking import check_texts
from apps.messaging.events import event
from apps.messaging.models import Delivery
from apps.messaging.services import resend, templates
from tests.customers.filled_in import ADD, NEW, changed, errors, page
from tests.factories import CustomerFactory, IntegratorFactory, UserFactory
from tests.jobs import bulk
from tests.reading import plain, said, text_of

pytestmark = pytest.mark.django_db

SignInAs = Callable[..., Client]


@pytest.fixture(autouse=True)
def integrator() -> None:
    IntegratorFactory(mail_sender="contact@telecom.example", trade_name="Télécom Démo")


@pytest.fixture
def customer() -> Customer:
    made: Customer = CustomerFactory(
        number="C070010", login="durand", name="ATELIER DURAND", legal_name="", identification__email="luc@d.example"
    )
    return made


def dialog(customer: Customer, button: str = "send_credentials") -> str:
    return reverse(f"admin:customers_customer_{button}", args=[customer.pk])


def send(client: Client, customer: Customer) -> Any:
    return client.post(dialog(customer), {"_form_submitted": "1"})


def sent(customer: Customer) -> Email:
    logins.send_credentials(customer=customer, actor=UserFactory(), at=timezone.now())
    return Email.objects.latest("pk")


def later(customer: Customer, by: timedelta = timedelta(minutes=5)) -> None:
    """As if the link had been sent so long ago."""
    access = CustomerLogin.objects.get(customer=customer)
    access.invited_at -= by
    access.save()


# --- The mail


def test_the_mail_holds_the_login_and_a_link_and_goes_to_one_person(customer: Customer, settings: Any) -> None:
    settings.PUBLIC_URL = "https://ism.example"
    mail = sent(customer)
    assert (mail.to, mail.cc, mail.bcc) == (["luc@d.example"], [], [])
    for text in (plain(mail.message), plain(mail.html_message)):
        assert "durand" in text
        assert "https://ism.example/espace-client/mot-de-passe/" in text
        assert "24 heures" in text
        assert "ATELIER DURAND" in text
    assert mail.subject == "Votre accès à l’espace client Télécom Démo"
    access = customer.access
    assert not access.user.has_usable_password()
    assert (access.user.username, access.user.audience) == (f"client:{customer.pk}", Audience.CUSTOMER)
    assert access.history.latest().history_user is not None


def test_its_text_is_shown_to_nobody() -> None:
    assert event("account_opened").confidential
    assert event("password_recovery").confidential


def test_nobody_has_a_copy_of_it_sent_to_himself(customer: Customer) -> None:
    mail = sent(customer)
    for to in (["me@office.example"], None):
        with pytest.raises(DomainError):
            resend(delivery=Delivery.objects.get(email=mail), actor=UserFactory(), to=to)
    assert Delivery.objects.count() == 1


def test_the_link_never_begins_with_what_a_browser_says(customer: Customer, sign_in_as: SignInAs) -> None:
    client = sign_in_as(Role.SALES)
    client.post(dialog(customer), {"_form_submitted": "1"}, headers={"host": "localhost"})
    assert "http://127.0.0.1:8000/espace-client/" in Email.objects.get().message


def test_an_account_is_made_once(customer: Customer) -> None:
    first = logins.open_access(customer=customer, actor=None, at=timezone.now())
    assert logins.open_access(customer=customer, actor=None, at=timezone.now()) == first
    assert User.objects.filter(audience=Audience.CUSTOMER).count() == 1


def test_two_clicks_send_one_link(customer: Customer, sign_in_as: SignInAs) -> None:
    client = sign_in_as(Role.SALES)
    assert send(client, customer).status_code == 302
    assert "vient d’être envoyé" in said(send(client, customer))
    assert Email.objects.count() == 1
    later(customer)
    assert send(client, customer).status_code == 302


def test_without_anybody_to_send_it_to_nothing_is_sent(customer: Customer, sign_in_as: SignInAs) -> None:
    customer.contacts.all().delete()
    client = sign_in_as(Role.SALES)
    assert "Aucun gestionnaire d’identification" in said(client.get(dialog(customer)))
    assert send(client, customer).status_code == 200
    assert not Delivery.objects.exists()
    assert not CustomerLogin.objects.exists()


def test_a_closed_customer_gets_none(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(closed_on=localdate())
    customer.refresh_from_db()
    with pytest.raises(DomainError):
        sent(customer)
    assert not CustomerLogin.objects.exists()


def test_without_a_sender_nothing_is_kept(customer: Customer) -> None:
    IntegratorFactory().__class__.objects.update(mail_sender="", email="")
    with pytest.raises(DomainError):
        sent(customer)
    assert not CustomerLogin.objects.exists()


# --- The page of the customer


def test_the_dialog_says_what_it_does(customer: Customer, sign_in_as: SignInAs) -> None:
    client = sign_in_as(Role.SUPPORT)
    first = said(client.get(dialog(customer)))
    assert "luc@d.example" in first
    assert "L’accès à l’espace client est ouvert." in first
    assert not CustomerLogin.objects.exists()
    sent(customer)
    user = customer.access.user
    user.set_password("x")
    user.save()
    again = said(client.get(dialog(customer)))
    assert "Les liens envoyés auparavant ne sont plus valables." in again
    assert "a déjà choisi un mot de passe" in again
    logins.withdraw_access(customer=customer, actor=None)
    assert "rouvert" in said(client.get(dialog(customer)))


def test_the_page_tells_how_the_access_stands(customer: Customer, sign_in_as: SignInAs) -> None:
    client = sign_in_as(Role.READER)

    def shown() -> str:
        return text_of(client.get(reverse("admin:customers_customer_change", args=[customer.pk])))

    assert "n’a pas d’accès à l’espace client" in shown()
    sent(customer)
    assert "Pas encore choisi" in shown()
    user = customer.access.user
    user.set_password("x")
    user.save()
    assert "Choisi par le client" in shown()
    AccessAttempt.objects.create(username=user.username, failures_since_start=5, attempt_time=timezone.now())
    assert "Bloqué par des échecs de connexion" in shown()
    logins.withdraw_access(customer=customer, actor=None)
    assert "Accès désactivé" in shown()


def test_an_access_is_withdrawn_and_the_journal_says_who_did_it(customer: Customer, sign_in_as: SignInAs) -> None:
    sent(customer)
    client = sign_in_as(Role.SUPPORT)
    assert client.post(dialog(customer, "withdraw_access"), {"_form_submitted": "1"}).status_code == 302
    user = User.objects.get(customer_login__customer=customer)
    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert LogEntry.objects.filter(object_id=str(customer.pk)).exists()
    with pytest.raises(DomainError):
        logins.withdraw_access(customer=customer, actor=None)
    later(customer)
    sent(customer)
    assert User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize("role", [Role.BILLING, Role.ACCOUNTANT, Role.READER])
def test_others_do_not_send_it(customer: Customer, sign_in_as: SignInAs, role: Role) -> None:
    client = sign_in_as(role)
    assert send(client, customer).status_code == 403
    assert client.post(dialog(customer, "withdraw_access")).status_code == 403
    assert not CustomerLogin.objects.exists()


# --- The box of the form


def test_the_box_is_not_ticked_by_itself(seller: Client) -> None:
    text = page(seller).content.decode()
    assert "Envoyer les identifiants par e-mail" in text
    assert seller.post(reverse(ADD), NEW).status_code == 302
    assert not Email.objects.exists()


def test_a_ticked_box_sends_the_credentials(seller: Client) -> None:
    answer = seller.post(reverse(ADD), {**NEW, "send_credentials": "on"}, follow=True)
    assert "acces@example.org" in text_of(answer)
    assert Email.objects.get().to == ["acces@example.org"]
    assert Customer.objects.get(number="C070010").access.invited_at


def test_a_ticked_box_needs_an_email(seller: Client) -> None:
    answers = {**NEW, "send_credentials": "on", "identification_email": "", "identification_name": ""}
    assert "identification_email" in errors(seller.post(reverse(ADD), answers))


def test_a_customer_is_created_even_if_the_mail_cannot_be(seller: Client) -> None:
    IntegratorFactory().__class__.objects.update(mail_sender="", email="")
    answer = seller.post(reverse(ADD), {**NEW, "send_credentials": "on"}, follow=True)
    assert "Les identifiants n’ont pas été envoyés" in text_of(answer)
    assert Customer.objects.filter(number="C070010").exists()
    assert not CustomerLogin.objects.exists()


def test_changing_a_customer_sends_nothing(seller: Client, customer: Customer) -> None:
    assert "send_credentials" not in page(seller, customer).context["adminform"].form.fields
    changed(seller, customer, send_credentials="on")
    assert not Email.objects.exists()


# --- Many at once


def test_many_get_theirs_and_each_refusal_says_why(customer: Customer, sign_in_as: SignInAs) -> None:
    orphan = CustomerFactory(identification=None)
    named = find_customers([" C070010 ", orphan.number, "C999999"])
    assert named[:2] == [customer, orphan]
    assert isinstance(named[2], str)
    rows = {one.pk: one for one in with_access(Customer.objects.all())}
    becomes = plan(rows[customer.pk], {})
    assert (becomes.before, becomes.after) == ("Aucun accès", "Lien envoyé à luc@d.example")
    with pytest.raises(DomainError):
        plan(rows[orphan.pk], {})
    SEND.apply(customer, {}, UserFactory())
    customer.refresh_from_db()
    assert state_of(customer).startswith("Lien envoyé le")


def test_the_list_offers_it_to_whoever_may(customer: Customer, sign_in_as: SignInAs) -> None:
    address = reverse("admin:customers_customer_changelist")
    assert SEND.code in sign_in_as(Role.SALES).get(address).content.decode()
    assert SEND.code not in sign_in_as(Role.BILLING).get(address).content.decode()
    assert bulk.CONFIRMED


# --- The journal of sign-ins


def test_sign_ins_name_the_customer_and_their_filter_lists_the_office_only(customer: Customer, admin: Client) -> None:
    user = logins.open_access(customer=customer, actor=None, at=timezone.now()).user
    SignIn.objects.create(at=timezone.now(), outcome=Outcome.SUCCESS, user=user, username=user.username)
    text = text_of(admin.get(reverse("admin:accounts_signin_changelist")))
    assert "C070010 ATELIER DURAND" in text
    assert f"client:{customer.pk}" not in text
    assert user.username not in text_of(admin.get(reverse("admin:admin_logentry_changelist")))


# --- The integrator's own text of it


@pytest.mark.parametrize("part", ["text", "html"])
@pytest.mark.parametrize("written", ["Bonjour {{ login }}", "{% if hours == 1 %}{{ link }}{% endif %}{{ login }}"])
def test_a_text_without_the_link_is_not_kept(part: str, written: str) -> None:
    opened = event("account_opened")
    with translation.override("fr"):
        faults = check_texts(opened, replace(opened.shipped, **{part: written}))
    assert [(fault.field, "{{ link }}" in fault.reason) for fault in faults] == [(part, True)]


def test_a_text_that_has_lost_the_link_is_not_what_the_customer_gets(customer: Customer, settings: Any) -> None:
    settings.PUBLIC_URL = "https://ism.example"
    opened = event("account_opened")
    own = templates.create_template(event=opened, name="La nôtre", texts=opened.shipped, actor=None, at=timezone.now())
    templates.put_in_use(template=own, actor=None, at=timezone.now())
    own.versions.update(html="<p>Bienvenue {{ login }}</p>", text="Bienvenue {{ login }}")
    mail = sent(customer)
    assert "https://ism.example/espace-client/mot-de-passe/" in plain(mail.message)
    assert "https://ism.example/espace-client/mot-de-passe/" in plain(mail.html_message)
