"""The access of a customer to its space, as the back office shows it: sent to one or to many, withdrawn, looked at."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.services import is_locked_out
from apps.core import french
from apps.core.admin import DialogForm, ServiceDialog
from apps.core.exceptions import DomainError
from apps.core.slots import ListColumn, Panel, contribute
from apps.customers import logins
from apps.customers.models import Customer, CustomerLogin
from apps.customers.pasting import find_customers
from apps.jobs.bulk.kinds import Becomes, BulkKind, Parameters, register

PERMISSION: Final = "customers.send_credentials"


def access_of(customer: Customer) -> CustomerLogin | None:
    """None for a customer that has never had one."""
    return getattr(customer, "access", None)


# --- For one customer


def effects_of_sending(customer: Customer) -> Iterator[str]:
    """What sending does; DomainError where it cannot be done."""
    logins.refuse_credentials(customer)
    yield _("%(email)s, the site identification manager, gets the login %(login)s and a link to choose a password.") % {
        "email": logins.identification_email(customer),
        "login": customer.login,
    }
    access = access_of(customer)
    if access is None:
        yield _("The access to the customer space is opened.")
        return
    if not access.user.is_active:
        yield _("The access, which has been withdrawn, is opened again.")
    elif access.invited_at:
        yield _("Links that were sent before are no longer valid.")
    if access.user.has_usable_password():
        yield _("The customer has chosen a password already: it stays valid until another one is chosen.")


send = ServiceDialog(
    title=gettext_lazy("Send the credentials"),
    permission=PERMISSION,
    when=lambda customer: customer.closed_on is None,
    preview=lambda customer, answers: list(effects_of_sending(customer)),
    service=lambda customer, actor, answers: logins.send_credentials(customer=customer, actor=actor, at=timezone.now()),
    done=gettext_lazy("The credentials are on their way: see the outbox."),
    icon="key",
)


def _is_open(customer: Customer) -> bool:
    access = access_of(customer)
    return access is not None and access.user.is_active


withdraw = ServiceDialog(
    title=gettext_lazy("Withdraw the access"),
    permission=PERMISSION,
    when=_is_open,
    preview=lambda customer, answers: [
        _("Nobody signs in for this customer any more; whoever is signed in is out at once."),
        _("The password is forgotten: to open the access again, send the credentials."),
    ],
    service=lambda customer, actor, answers: logins.withdraw_access(customer=customer, actor=actor),
    done=gettext_lazy("The access to the customer space is withdrawn."),
    icon="lock",
)


def shown(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    access = access_of(customer)
    return {
        "customer": customer,
        "access": access,
        "email": logins.identification_email(customer),
        "is_locked": access is not None and is_locked_out(access.user),
    }


ACCESS = Panel(
    title=gettext_lazy("Access to the customer space"),
    template="customers/access.html",
    context=shown,
    permission="customers.view_customer",
    order=90,
)


# --- For many


def with_access(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """With what is asked of each: its contacts, its account."""
    accesses = CustomerLogin.objects.select_related("user")
    return customers.prefetch_related("contacts", Prefetch("access", queryset=accesses))


def state_of(customer: Customer) -> str:
    access = access_of(customer)
    if access is None:
        return _("No access")
    if not access.user.is_active:
        return _("Access withdrawn")
    if access.user.has_usable_password():
        return _("Password chosen")
    return _("Link sent on %(day)s") % {"day": french.day(timezone.localdate(access.invited_at or access.created_at))}


def plan(customer: Customer, parameters: Parameters) -> Becomes:
    logins.refuse_credentials(customer)
    return Becomes(state_of(customer), _("Link sent to %(email)s") % {"email": logins.identification_email(customer)})


def apply(customer: Customer, parameters: Parameters, actor: Any) -> None:
    logins.send_credentials(customer=customer, actor=actor, at=timezone.now(), sending=parameters.get("sending", ""))


SEND: Final = BulkKind(
    code="customers.send_credentials",
    title=gettext_lazy("Send the credentials"),
    description=gettext_lazy(
        "Each site identification manager gets a link to choose a password. "
        "Links that were sent before are no longer valid; passwords that have been chosen stay."
    ),
    model="customers.Customer",
    permission=PERMISSION,
    form=DialogForm,
    parameters=lambda answers: {"sending": uuid.uuid4().hex},
    find=find_customers,
    plan=plan,
    apply=apply,
    rows=with_access,
)


# --- Among the sign-ins


def with_customer(sign_ins: QuerySet[Any]) -> QuerySet[Any]:
    named = CustomerLogin.objects.filter(user=OuterRef("user")).values(
        named=Concat("customer__number", Value(" "), "customer__name")
    )
    return sign_ins.annotate(customer_signed_in=Subquery(named))


def send_with_creation(customer: Customer, *, actor: Any) -> str:
    """For a customer that has just been entered. Why nothing was sent; empty where it was."""
    try:
        logins.send_credentials(customer=customer, actor=actor, at=timezone.now())
    except DomainError as refusal:
        return str(refusal)
    return ""


def register_screens() -> None:
    register(SEND)
    column = ListColumn(
        name="customer_signed_in",
        title=gettext_lazy("customer"),
        annotate=with_customer,
        permission="customers.view_customer",
    )
    contribute("accounts.signin.columns", column)
