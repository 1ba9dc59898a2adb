"""A customer's account in the customer space: opened, invited to, recovered, withdrawn.

The account is a :class:`~apps.accounts.models.User` whose name, ``client:<pk>``, nobody types and no form accepts:
customers sign in by ``Customer.login``. It has no password until its «gestionnaire d'identification» chooses one by a
link that goes to that person's e-mail alone. A closed customer keeps its account, which lets nobody in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import Audience
from apps.accounts.models import User
from apps.accounts.services import end_sessions, lift_lock
from apps.core.exceptions import DomainError
from apps.core.slots import contribute, contributions
from apps.customers.choices import ContactRole
from apps.customers.closing import CLOSED
from apps.customers.mails import ACCOUNT_OPENED, PASSWORD_RECOVERY, Invited
from apps.customers.models import Contact, Customer, CustomerLogin
from apps.messaging.models import Delivery
from apps.messaging.services import queue_mail

#: The slot of whoever has the pages: one object with ``choose(uid, token)`` and ``sign_in()``, paths of this site.
PAGES: Final = "customers.space"
#: Two clicks are one wish: no second link within so long.
AGAIN_AFTER: Final = timedelta(minutes=1)
#: How many logins that differ by capitals only are looked at.
MOST_ALIKE: Final = 20

PREFIX: Final = "client:"
NOBODY: Final = f"{PREFIX}?"


class PasswordLinks(PasswordResetTokenGenerator):
    """What proves that somebody read the mail: good for PASSWORD_RESET_TIMEOUT seconds and one choice.

    It dies with the password it replaces, with a sign-in, when a newer link is sent, when the customer is closed, and
    when another e-mail becomes that of the «gestionnaire d'identification».
    """

    key_salt = "apps.customers.logins.PasswordLinks"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        access = CustomerLogin.objects.select_related("customer").get(user=user)
        sent = access.invited_at.isoformat() if access.invited_at else ""
        facts = (super()._make_hash_value(user, timestamp), sent, identification_email(access.customer))
        return "|".join([*facts, str(user.sessions_ended)])


password_links = PasswordLinks()


# --- Who is who


def username_of(login: str) -> str:
    """The name of the account that somebody who types ``login`` means, capitals or not; else a name of nobody's.

    Either way it is one question to the database, and a name under which failures are counted.
    """
    accesses = CustomerLogin.objects.filter(customer__login__iexact=login, customer__closed_on=None)
    alike = dict(accesses.values_list("customer__login", "user__username")[:MOST_ALIKE])
    if login in alike:
        return str(alike[login])
    return str(next(iter(alike.values()))) if len(alike) == 1 else f"{NOBODY}{login.casefold()}"


def user_of_link(uid: str) -> User | None:
    """The account that a link is for; None where there is none that may be let in."""
    try:
        pk = int(urlsafe_base64_decode(uid).decode("ascii"))
        return User.objects.get(
            pk=pk, audience=Audience.CUSTOMER, is_active=True, customer_login__customer__closed_on=None
        )
    except (ValueError, OverflowError, User.DoesNotExist):
        return None


def identification_email(customer: Customer) -> str:
    """That of the «gestionnaire d'identification»; empty without one. Reads prefetched contacts."""
    return next((one.email for one in customer.contacts.all() if one.role == ContactRole.IDENTIFICATION), "")


# --- What the integrator does


@transaction.atomic
def open_access(*, customer: Customer, actor: Any, at: datetime) -> CustomerLogin:
    """The account of ``customer``, made where there is none, and open. DomainError for a closed customer."""
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    _refuse_closed(locked)
    access = CustomerLogin.objects.select_related("user", "customer").filter(customer=locked).first()
    if access is None:
        user = User(username=f"{PREFIX}{locked.pk}", audience=Audience.CUSTOMER, date_joined=at)
        user.set_unusable_password()
        user.save()
        access = CustomerLogin(customer=locked, user=user)
        _save(access, actor)
    elif not access.user.is_active:
        access.user.is_active = True
        access.user.save(update_fields=["is_active"])
    return access


def refuse_credentials(customer: Customer) -> None:
    """DomainError where no link can be sent to ``customer``. Asks nothing of the database for prefetched contacts."""
    _refuse_closed(customer)
    if not identification_email(customer):
        raise DomainError(_("There is no site identification manager with an e-mail: nobody to send the link to."))
    if not settings.PUBLIC_URL:
        raise DomainError(_("The public address of this installation is not set: links would lead nowhere."))


@transaction.atomic
def send_credentials(*, customer: Customer, actor: Any, at: datetime, sending: str = "") -> Delivery:
    """Mail the login and a link to choose a password, to the «gestionnaire d'identification» alone.

    Links that were sent before are worth nothing from now on. A password that was chosen before stays until another
    is. ``sending`` names what sends to many: a customer gets one link by it, however often it is tried. DomainError:
    closed, nobody to send it to, a link sent this very minute.
    """
    refuse_credentials(customer)
    open_access(customer=customer, actor=actor, at=at)
    access = _locked(customer)
    key = f"{ACCOUNT_OPENED}:{access.pk}:{sending or at.isoformat()}"
    if sending and Delivery.objects.filter(key=key).exists():
        raise AlreadySent(_("The link has been sent by this very operation already."))
    return _send_link(ACCOUNT_OPENED, access, key=key, actor=actor, at=at)


@transaction.atomic
def withdraw_access(*, customer: Customer, actor: Any) -> CustomerLogin:
    """Let nobody in as ``customer`` any more, until credentials are sent anew. Sessions and links end at once.

    The password goes too: whoever knew it is not let in again by a later invitation.
    """
    access = _locked(customer)
    if not access.user.is_active:
        raise DomainError(_("This access has been withdrawn already."))
    access.user.is_active = False
    access.user.set_unusable_password()
    access.user.save(update_fields=["is_active", "password"])
    access._change_reason = "access withdrawn"  # type: ignore[attr-defined]
    _save(access, actor)
    return access


def close_access(*, customer: Customer, actor: Any) -> None:
    """For a customer that is being closed: its sessions and links end for good, even if it is reopened.

    Its password stays, by which it signs in then.
    """
    end_sessions(User.objects.filter(customer_login__customer=customer))


# --- What the customer does


def send_recovery(*, email: str, at: datetime) -> int:
    """Mail a link to whoever identifies a customer by ``email`` and has an account that is open. How many were sent.

    Nobody is told whether there was any.
    """
    contacts = Contact.objects.filter(role=ContactRole.IDENTIFICATION, email__iexact=email).values("customer")
    accesses = CustomerLogin.objects.filter(customer__in=contacts, customer__closed_on=None, user__is_active=True)
    sent = 0
    for access in accesses.select_related("customer").order_by("pk"):
        with transaction.atomic():
            sent += _recover(access.customer, email=email, at=at)
    return sent


def _recover(customer: Customer, *, email: str, at: datetime) -> bool:
    """Send the link, unless the customer was closed, its access withdrawn or its e-mail changed in the meantime."""
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    access = _locked(locked)
    is_theirs = identification_email(locked).casefold() == email.casefold()
    if locked.closed_on is not None or not access.user.is_active or not is_theirs:
        return False
    try:
        _send_link(
            PASSWORD_RECOVERY, access, key=f"{PASSWORD_RECOVERY}:{access.pk}:{at.isoformat()}", actor=None, at=at
        )
    except SentJustNow:
        return False
    return True


@transaction.atomic
def choose_password(*, user: User, token: str, password: str) -> User:
    """Use a link up. Other sessions of the account end; guesses at its old password are forgotten.

    DomainError where the link is worth nothing (any more): of two who use it at the same time, the second.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not password_links.check_token(locked, token):
        raise DomainError(_("This link is no longer valid: ask for another one."))
    locked.set_password(password)
    locked.save(update_fields=["password"])
    lift_lock(locked)
    return locked


@transaction.atomic
def change_password(*, user: User, password: str) -> User:
    """Replace the password that ``user`` has just proved to know, as ``user`` was read then. Other sessions end.

    DomainError where it is another one by now, or none: an access that was withdrawn meanwhile stays so.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not locked.is_active or locked.password != user.password:
        raise DomainError(_("Your access has changed meanwhile: sign in again."))
    locked.set_password(password)
    locked.save(update_fields=["password"])
    return locked


class SentJustNow(DomainError):
    """A link is already on its way."""


class AlreadySent(DomainError):
    """What sends to many has come to this customer before."""


def _send_link(event: str, access: CustomerLogin, *, key: str, actor: Any, at: datetime) -> Delivery:
    customer = access.customer
    if access.invited_at is not None and at - access.invited_at < AGAIN_AFTER:
        raise SentJustNow(_("A link has just been sent to this customer: wait a minute before sending another one."))
    access.invited_at = at
    _save(access, actor)
    (pages,) = contributions(PAGES)
    uid = urlsafe_base64_encode(force_bytes(access.user_id))
    path = pages.choose(uid, password_links.make_token(access.user))
    return queue_mail(
        event=event,
        to=[identification_email(customer)],
        context={
            "customer": Invited(number=customer.number, name=customer.invoice_name),
            "login": customer.login,
            "link": f"{settings.PUBLIC_URL}{path}",
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
            "sign_in": f"{settings.PUBLIC_URL}{pages.sign_in()}",
        },
        key=key,
        actor=actor,
    )


def _locked(customer: Customer) -> CustomerLogin:
    if not list(CustomerLogin.objects.select_for_update().filter(customer=customer).values_list("pk")):
        raise DomainError(_("This customer has no access to the customer space."))
    # Read once it is locked: what is joined to a row that was waited for is as it was before.
    return CustomerLogin.objects.select_related("user", "customer").get(customer=customer)


def _refuse_closed(customer: Customer) -> None:
    if customer.closed_on is not None:
        raise DomainError(_("This customer is closed: nobody signs in for it."))


def _save(access: CustomerLogin, actor: Any) -> None:
    access._history_user = actor  # type: ignore[attr-defined]  # as simple_history asks for it
    access.save()


def register() -> None:
    contribute(CLOSED, close_access)
