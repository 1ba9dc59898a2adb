"""What happens to customers beyond a change of their own row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.core.exceptions import DomainError
from apps.core.imports import ROWS_PER_UPDATE, in_batches
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Address, Contact, Customer, Mandate
from apps.customers.parts import ADDRESS, ADDRESSES, CONTACT, CONTACTS, FURTHER, MANDATE, OWN, group, parts_of
from apps.customers.rules import Holders, refused_of_people


def create_customer(*, said: Mapping[str, Any], today: date, actor: Any) -> Customer:
    """A new customer with the contacts, addresses and mandate that ``said`` speaks of, by the names of parts.

    DomainError for parts that the rules refuse, and for what somebody else has been given in this very moment.
    """
    with _unless_somebody_is_quicker():
        return _write(Customer(), said, today=today, actor=actor)


def change_customer(*, customer: Customer, said: Mapping[str, Any], today: date, actor: Any) -> Customer:
    """Change the parts that ``said`` speaks of; the others stay. Each row that changes has it in its history.

    The main rows stay the same rows: another name at the same desk is no new desk. A mandate under its reference is
    amended, another reference is a new mandate, and no mandate at all revokes the one in force.
    """
    with _unless_somebody_is_quicker():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        return _write(locked, said, today=today, actor=actor)


@contextmanager
def _unless_somebody_is_quicker() -> Iterator[None]:
    """A transaction; what the database alone can see, somebody else being given the same now, is refused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise DomainError(_("Another customer has just been given this number, login, e-mail or mandate.")) from None


def refusals_of(customer: Customer, said: Mapping[str, Any], *, today: date) -> Iterator[tuple[str, Refusal]]:
    """What is wrong with the customer that ``said`` would make: of one that is there, nothing that was wrong before."""
    before = parts_of(customer)
    after = {**before, **said}
    known = {(name, refusal.code) for name, refusal in refused_of_people(before, today=today)} if customer.pk else set()
    for name, refusal in refused_of_people(after, today=today):
        if (name, refusal.code) not in known:
            yield name, refusal
    new = {name: value for name, value in after.items() if value and value != before[name]}
    given = {name: [new[name]] if name in new else [] for name in ("login", "identification_email", "reference")}
    holders = Holders.of(logins=given["login"], emails=given["identification_email"], references=given["reference"])
    yield from holders.refused(new, number=customer.number or None)


def _write(customer: Customer, said: Mapping[str, Any], *, today: date, actor: Any) -> Customer:
    if wrong := [sentence(refusal) for _name, refusal in refusals_of(customer, said, today=today)]:
        raise DomainError(_("This customer cannot be saved as it is."), reasons=wrong)
    parts = {**parts_of(customer), **said}
    _save(customer, group(parts, "", OWN), actor=actor)
    for role, prefix in ADDRESSES.items():
        _keep_address(customer, role, parts, prefix, actor=actor)
    for kind, prefix in CONTACTS.items():
        _keep_contacts(customer, kind, parts, prefix, actor=actor)
    _keep_mandate(customer, group(parts, "", MANDATE), today=today, actor=actor)
    return customer


def _save(row: Model, values: Mapping[str, Any], *, actor: Any) -> None:
    """Write a row that is new or differs, with who did it; leave any other alone."""
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user = actor  # type: ignore[attr-defined]  # as simple_history asks for it
    row.save()


def _remove(row: Model, *, actor: Any) -> None:
    """The row goes, its history stays."""
    row._history_user = actor  # type: ignore[attr-defined]
    row.delete()


def _keep_address(customer: Customer, role: AddressRole, parts: Mapping[str, Any], prefix: str, *, actor: Any) -> None:
    address = customer.addresses.filter(role=role).first()
    values = group(parts, prefix, ADDRESS)
    if values["street"] if role == AddressRole.MAIN else parts[f"{prefix}differs"]:
        _save(address or Address(customer=customer, role=role), values, actor=actor)
    elif address is not None and role != AddressRole.MAIN:
        _remove(address, actor=actor)


def _keep_contacts(customer: Customer, role: ContactRole, parts: Mapping[str, Any], prefix: str, *, actor: Any) -> None:
    """The manager is the first of the rows; others are known by their e-mail."""
    there = list(customer.contacts.filter(role=role).order_by("pk"))
    manager = there[0] if there else None
    values = group(parts, prefix, CONTACT)
    if values["email"]:
        _save(manager or Contact(customer=customer, role=role), values, actor=actor)
    elif manager is not None:
        _remove(manager, actor=actor)
    wanted = dict.fromkeys(parts[FURTHER] if role == ContactRole.BILLING else ())
    for contact in there[1:]:
        if contact.email in wanted:
            del wanted[contact.email]
        else:
            _remove(contact, actor=actor)
    for email in wanted:
        _save(Contact(customer=customer, role=role), {"email": email}, actor=actor)


def _keep_mandate(customer: Customer, values: Mapping[str, Any], *, today: date, actor: Any) -> None:
    mandate = customer.mandates.filter(revoked_on=None).first()
    if not values["reference"]:
        if mandate is not None:
            _save(mandate, {"revoked_on": today}, actor=actor)
    elif mandate is not None and mandate.reference == values["reference"]:
        _save(mandate, values, actor=actor)
    else:
        sign_mandates(mandates=[Mandate(customer=customer, **values)], today=today, actor=actor)


@transaction.atomic
def sign_mandates(*, mandates: Sequence[Mandate], today: date, actor: Any, reason: str = "") -> None:
    """Put new mandates, at most one per customer, in force; what each customer had is revoked ``today``.

    A revoked mandate is kept: it is the proof of what was debited under it. ``reason`` goes to the history.
    """
    history = {"default_user": actor, "default_change_reason": reason[:100] or None}
    in_force = Mandate.objects.select_for_update().filter(revoked_on=None).order_by("pk")
    revoked = list(in_batches(in_force, "customer_id", [mandate.customer_id for mandate in mandates]))
    for mandate in revoked:
        mandate.revoked_on = today
    bulk_update_with_history(revoked, Mandate, ["revoked_on"], batch_size=ROWS_PER_UPDATE, **history)
    bulk_create_with_history(mandates, Mandate, **history)
