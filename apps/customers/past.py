"""The history of a customer as one story: its record, contacts, addresses and mandates, who changed what and why.

Other apps add to it through the slot :data:`SLOT` (:mod:`apps.core.admin.past`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final

from django.db.models import Field
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import french
from apps.core.admin.journal import entries_of
from apps.core.admin.past import TEMPLATE, Event, Past, past_of, value_told
from apps.core.identifiers import mask_iban
from apps.core.slots import Panel, contribute
from apps.customers import dialogs
from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Address, Contact, Customer, Mandate
from apps.documents.models import PaymentTerms

SLOT: Final = "customers.customer.past"
#: Of each table: nothing that happens to a customer comes near.
VERSIONS_SHOWN: Final = 200
#: What one save writes to several tables is told as one.
AT_ONCE: Final = timedelta(seconds=2)
#: What never changes, or is what the whole event is called by.
UNTOLD: Final = {"id", "customer", "role", "created_at", "closed_on"}


def record_versions(customer: Customer) -> Iterator[Event]:
    """Every change of its record, its contacts and its addresses."""
    told = [
        *_told(Customer, customer.history, customer.pk),
        *_told(Contact, Contact.history.filter(customer_id=customer.pk)),
        *_told(Address, Address.history.filter(customer_id=customer.pk)),
    ]
    told.sort(key=lambda one: (one.version.history_date, one.version.history_id))
    for group in _together(told):
        first = group[0].version
        what, colour = _called(group)
        yield Event(
            at=first.history_date,
            what=what,
            colour=colour,
            who=str(first.history_user or ""),
            why=first.history_change_reason or "",
            details=tuple(detail for one in group for detail in one.details),
        )


def mandate_versions(customer: Customer) -> Iterator[Event]:
    """Mandates that were signed, amended and revoked; accounts are masked."""
    for told in _told(Mandate, Mandate.history.filter(customer_id=customer.pk)):
        version = told.version
        is_new = version.history_type == "+"
        yield Event(
            at=version.history_date,
            what=(_("Mandate %(reference)s signed") if is_new else _("Mandate %(reference)s changed"))
            % {"reference": version.reference},
            colour="info" if is_new else "",
            who=str(version.history_user or ""),
            why=version.history_change_reason or "",
            details=told.details,
        )


def entries(customer: Customer) -> Iterator[Event]:
    """What was done by buttons and made no version of the record."""
    versioned = (str(dialogs.close.title), str(dialogs.reopen.title))
    done = entries_of(customer).exclude(change_message__startswith="[").exclude(change_message="")
    for entry in done.exclude(change_message__in=versioned).select_related("user").order_by("-pk")[:VERSIONS_SHOWN]:
        yield Event(at=entry.action_time, what=entry.get_change_message(), who=str(entry.user))


@dataclass(frozen=True, slots=True)
class _Told:
    """A version of a row, the one before it if it is known, and what changed between them."""

    version: Any
    before: Any
    details: tuple[str, ...]


def _told(model: Any, history: Any, pk: int | None = None) -> Iterator[_Told]:
    """Versions of rows; those that changed nothing are left out."""
    latest = history.select_related("history_user").order_by("-history_date", "-history_id")[:VERSIONS_SHOWN]
    versions = sorted(latest, key=lambda one: (one.id, one.history_date, one.history_id))
    names = _names_of_terms(versions) if model is Customer else {}
    for previous, version in pairwise([None, *versions]):
        before = previous if previous is not None and previous.id == version.id else None
        if version.history_type == "+":
            yield _Told(version, None, () if pk else (_row_told(model, version, _("%(row)s: %(value)s")),))
        elif version.history_type == "-":
            yield _Told(version, before, (_row_told(model, version, _("%(row)s taken away: %(value)s")),))
        elif before is None:
            yield _Told(version, None, ())
        elif (changes := tuple(_changes(model, before, version, names))) or _closed_or_reopened(before, version):
            yield _Told(version, before, changes)


def _together(told: Sequence[_Told]) -> Iterator[list[_Told]]:
    group: list[_Told] = []
    for one in told:
        if group and not _belongs(group[0].version, one.version):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _belongs(first: Any, version: Any) -> bool:
    same = (first.history_user_id, first.history_change_reason) == (
        version.history_user_id,
        version.history_change_reason,
    )
    return same and version.history_date - first.history_date <= AT_ONCE


def _called(group: Sequence[_Told]) -> tuple[str, str]:
    """What a change is called, and its colour."""
    for one in group:
        if not hasattr(one.version, "closed_on"):
            continue  # of a row that belongs to the customer
        if one.version.history_type == "+":
            return _("Customer created"), "info"
        if one.before is not None and _closed_or_reopened(one.before, one.version):
            if one.version.closed_on is None:
                return _("Reopened"), "success"
            return _("Closed from %(day)s") % {"day": french.day(one.version.closed_on)}, "warning"
    return _("Record changed"), ""


def _closed_or_reopened(before: Any, version: Any) -> bool:
    return bool(getattr(before, "closed_on", None) != getattr(version, "closed_on", None))


def _changes(model: Any, before: Any, version: Any, names: dict[int, str]) -> Iterator[str]:
    """«Rue (Adresse de livraison) : 3 QUAI DU PORT → 5 QUAI DU PORT»."""
    role = str(_role(model, version))
    for field in model._meta.concrete_fields:
        old, new = getattr(before, field.attname), getattr(version, field.attname)
        if field.name in UNTOLD or old == new:
            continue
        label = str(capfirst(field.verbose_name))
        label = f"{label} ({role})" if role else label
        values = (_value(field, old, names), _value(field, new, names))
        yield _("%(field)s: %(old)s → %(new)s") % {"field": label, "old": values[0], "new": values[1]}


def _value(field: Field[Any, Any], value: Any, names: dict[int, str]) -> str:
    if field.name == "iban" and value:
        return mask_iban(value)
    return names.get(value, str(value)) if field.is_relation and value else value_told(field, value)


def _row_told(model: Any, version: Any, sentence: str) -> str:
    if model is Mandate:
        return str(mask_iban(version.iban))
    shown = version.email if model is Contact else f"{version.street}, {version.postal_code} {version.city}"
    return sentence % {"row": _role(model, version), "value": shown}


def _role(model: Any, version: Any) -> Any:
    if model is Contact:
        return ContactRole(version.role).label
    return AddressRole(version.role).label if model is Address else ""


def _names_of_terms(versions: Sequence[Any]) -> dict[int, str]:
    named = {version.payment_terms_id for version in versions} - {None}
    return {terms.pk: str(terms) for terms in PaymentTerms.objects.filter(pk__in=named)} if named else {}


PAST = Panel(
    title=gettext_lazy("History"),
    template=TEMPLATE,
    context=partial(past_of, slot=SLOT),
    permission="customers.view_customer",
    order=900,
)


def register() -> None:
    contribute(SLOT, Past(record_versions, "customers.view_customer", order=10))
    contribute(SLOT, Past(mandate_versions, "customers.view_mandate", order=20))
    contribute(SLOT, Past(entries, "admin.view_logentry", order=30))
