"""Who signs in to the demonstration: its superuser, somebody of each role, and a customer.

Passwords are drawn at random and kept, readable by their owner only, so that they can be told again as long as they
hold.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.models import Invoice
from apps.core.roles import Role
from apps.customers.logins import open_access
from apps.customers.models import Customer, CustomerLogin

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when it is copied by hand
OWNER = "admin"
#: Under which the password of a customer is kept: no account of the staff is called so.
CUSTOMER = "espace-client"
#: User name, first name, last name and role of those who work there.
STAFF = (
    ("administrateur", "Agnès", "Moreau", Role.ADMINISTRATOR),
    ("commercial", "Karim", "Benali", Role.SALES),
    ("support", "Sophie", "Lambert", Role.SUPPORT),
    ("facturation", "Fabrice", "Nguyen", Role.BILLING),
    ("comptable", "Claire", "Dubois", Role.ACCOUNTANT),
    ("lecture", "Louis", "Garnier", Role.READER),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in; the password is empty where it was changed since."""

    user: User
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """A customer who can enter its space; the password is empty where it was changed since."""

    customer: Customer
    password: str


def installed_people() -> list[Account]:
    """The superuser first, then one person per role; made where they are not there."""
    owner = User.objects.filter(username=OWNER).first()
    if owner is None:
        # Kept before it is used: whoever is interrupted in between finds the same one again.
        owner = User.objects.create_superuser(OWNER, f"{OWNER}@example.org", _kept_password(OWNER))
    staff = [_member(*member) for member in STAFF]
    return [Account(owner, _("superuser"), _told(owner)), *staff]


def _member(username: str, first_name: str, last_name: str, role: Role) -> Account:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(
            username,
            f"{username}@example.org",
            _kept_password(username),
            first_name=first_name,
            last_name=last_name,
            is_staff=True,
        )
        user.groups.add(Group.objects.get(name=role.value))
    return Account(user, role.value, _told(user))


def installed_customer() -> CustomerAccount | None:
    """The account of a customer who gets detailed invoices; made where none has an account yet."""
    access = CustomerLogin.objects.select_related("customer", "user").order_by("pk").first()
    if access is None:
        detailed = Invoice.objects.issued().filter(customer__closed_on=None, customer__without_call_detail=False)
        invoice = detailed.select_related("customer").order_by("position").first()
        if invoice is None:
            return None
        access = open_access(customer=invoice.customer, actor=None, at=timezone.now())
        access.user.set_password(_kept_password(CUSTOMER))
        access.user.save(update_fields=["password"])
    return CustomerAccount(access.customer, _told(access.user, CUSTOMER))


def _told(user: User, kept_as: str = "") -> str:
    path = _password_file(kept_as or user.username)
    password = path.read_text() if path.exists() else ""
    return password if user.check_password(password) else ""


def _kept_password(username: str) -> str:
    path = _password_file(username)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write("".join(secrets.choice(READABLE) for _sign in range(12)))
        draft.replace(path)
    return path.read_text()


def _password_file(username: str) -> Path:
    name = "password" if username == OWNER else f"password-{username}"
    return Path(settings.PRIVATE_ROOT) / "demo" / name
