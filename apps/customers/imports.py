"""Files of customers, as another system lists them (DOMAIN §6, §9, §13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.core.cells import parse_date, parse_yes_no
from apps.core.charset import Charset
from apps.core.csvfiles import Fault
from apps.core.identifiers import check_bic, check_iban, check_siren, check_vat_number
from apps.core.imports import (
    ROWS_PER_UPDATE,
    Column,
    Importer,
    Key,
    Known,
    Plan,
    Reading,
    Record,
    email,
    in_batches,
    one_of,
    text,
)
from apps.customers.choices import AddressRole, ContactRole, VatRegime
from apps.customers.models import Address, Contact, Customer, Mandate
from apps.customers.rules import FRANCE, Holders, Refused, country, doubted, mandate_reference, refused
from apps.customers.services import sign_mandates
from apps.documents.choices import PaymentMode

# --- How cells are read

# How files name the payment modes.
PAYMENT_MODES = {
    "PRELEVEMENT": PaymentMode.DIRECT_DEBIT,
    "VIREMENT": PaymentMode.TRANSFER,
    "CHEQUE": PaymentMode.CHEQUE,
    "CARTE": PaymentMode.CARD,
    "LCR": PaymentMode.LCR,
    "ESPECES": PaymentMode.CASH,
}

# --- What a line is made of, and where it is kept

_OWN = {"number", "name", "legal_name", "siren", "vat_number", "vat_regime", "login", "payment_mode"}
_ADDRESS = {"street", "postal_code", "city", "country"}
_EMAILS = {"billing_email": ContactRole.BILLING, "identification_email": ContactRole.IDENTIFICATION}
_MANDATE = {"reference", "iban", "bic", "signed_on"}


def with_all_filed(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """The customers with those of their rows that a file speaks of."""
    return customers.prefetch_related(
        Prefetch("addresses", Address.objects.filter(role=AddressRole.MAIN), "main_addresses"),
        Prefetch("contacts", Contact.objects.order_by("pk"), "people"),
        Prefetch("mandates", Mandate.objects.filter(revoked_on=None), "mandates_in_force"),
    )


class CustomerImporter(Importer[Customer]):
    """Customers known by their number, each with its main address, its two contacts and its mandate.

    What a line leaves empty is emptied, but for three things that only a person takes away: an empty e-mail,
    mandate or login leaves what a known customer has. A mandate under the same reference (RUM) is amended; a
    new reference is a new mandate and revokes the old one. Whole mandates are taken whatever the payment
    mode, and required for direct debit. A login, an e-mail of identification or a RUM that another customer
    has is refused, even if the same file takes it away from there.
    """

    columns = (
        Column(header="NUM_CLIENT", field="number", read=text(20)),
        Column(header="RAISON_SOCIALE", field="name", read=Charset().check),
        Column(header="NOM_LEGAL", field="legal_name", read=text(120), empty="", required=False),
        Column(header="SIREN", field="siren", read=check_siren, empty="", required=False),
        Column(header="TVA_INTRA", field="vat_number", read=check_vat_number, empty=""),
        Column(header="ADRESSE", field="street", read=Charset().check),
        Column(header="CODE_POSTAL", field="postal_code", read=text(10)),
        Column(header="VILLE", field="city", read=Charset().check),
        Column(header="PAYS", field="country", read=country, empty=FRANCE),
        Column(header="EMAIL_FACTURATION", field="billing_email", read=email, empty=None, required=False),
        Column(
            header="EMAIL_IDENTIFICATION",
            field="identification_email",
            read=email,
            empty=None,
            required=False,
        ),
        Column(header="IDENTIFIANT", field="login", read=text(40), empty=None, required=False),
        Column(header="MODE_PAIEMENT", field="payment_mode", read=one_of(PAYMENT_MODES)),
        Column(header="IBAN", field="iban", read=check_iban, empty="", secret=True),
        Column(header="BIC", field="bic", read=check_bic, empty=""),
        Column(header="RUM", field="reference", read=mandate_reference, empty=None),
        Column(header="DATE_MANDAT", field="signed_on", read=parse_date, empty=None),
        Column(header="FACTURE_DETAILLEE", field="call_detail", read=parse_yes_no, empty=True, required=False),
        Column(
            header="REGIME_TVA",
            field="vat_regime",
            read=one_of({regime.value: regime for regime in VatRegime}),
        ),
    )
    key = ("number",)
    changes = (Customer, "number")
    unique = (("login",), ("identification_email",), ("reference",))

    def complete(self, values: dict[str, Any]) -> None:
        if "login" in values and values["login"] is None:
            values["login"] = values.get("number")

    def check(self, record: Record) -> Iterator[Fault]:
        return _faults(record, refused(record.values, today=self.today))

    def warn(self, record: Record) -> Iterator[Fault]:
        return _faults(record, doubted(record.values))

    def hold(self, reading: Reading) -> None:
        """With a customer, what the file says of it is in rows that have screens of their own."""
        super().hold(reading)
        numbers = [record["number"] for record in reading.records if record.key]
        for part in (Address, Contact, Mandate):
            rows: Any = part._default_manager.select_for_update(of=("self",), no_key=True).order_by("pk")
            list(in_batches(rows.values_list("pk", flat=True), "customer__number", numbers))

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[Customer]]:
        lines = {record["number"]: record for record in records if record.key}
        customers = in_batches(with_all_filed(Customer.objects.all()), "number", lines)
        return {(one.number,): Known(one, _as_compared(one, lines[one.number])) for one in customers}

    def check_all(self, records: Sequence[Record], known: Mapping[Key, Known[Customer]]) -> Iterator[Fault]:
        def given(name: str) -> Iterator[str]:
            return (record[name] for record in records if record.get(name))

        holders = Holders.of(logins=given("login"), emails=given("identification_email"), references=given("reference"))
        for record in records:
            if record.key is None:
                continue
            has = known[record.key].values if record.key in known else {}
            said = {name: record.get(name) for (name,) in self.unique if record.get(name) != has.get(name)}
            yield from _faults(record, holders.refused(said, number=record["number"]))

    def write(self, plan: Plan[Customer], *, actor: Any, source: str) -> None:
        history = self.history(actor=actor, source=source)
        differing = {name for change in plan.changed for name in change.differences}
        save = partial(_save, differing=differing, history=history)
        said = [
            *(_Said(Customer(), record, record.values.keys()) for record in plan.new),
            *(_Said(change.row, change.record, change.differences.keys()) for change in plan.changed),
        ]
        save(Customer, [one.own() for one in said if one.speaks_of(Customer)])
        save(Address, [one.address() for one in said if one.speaks_of(Address)])
        save(Contact, [contact for one in said for contact in one.contacts()])
        mandates = [one.mandate() for one in said if one.speaks_of(Mandate) and one.record["reference"]]
        save(Mandate, [mandate for mandate in mandates if mandate.pk])
        signed = [mandate for mandate in mandates if not mandate.pk]
        sign_mandates(mandates=signed, today=self.today, actor=actor, reason=source)


def _faults(record: Record, refusals: Refused) -> Iterator[Fault]:
    return (record.fault(name, refusal.code, **refusal.params) for name, refusal in refusals)


def as_filed(customer: Any) -> dict[str, Any]:
    """A customer, one of :func:`with_all_filed`, as a file says it, by the names of the fields."""
    address, mandate = _first(customer.main_addresses), _first(customer.mandates_in_force)
    values = {name: getattr(customer, name) for name in _OWN}
    values["call_detail"] = not customer.without_call_detail
    values |= {name: getattr(address, name, None) for name in _ADDRESS}
    values |= {name: getattr(mandate, name, None) for name in _MANDATE}
    return values | {name: _first(emails) for name, emails in _emails(customer).items()}


def _emails(customer: Any) -> dict[str, list[str]]:
    """By field, the addresses of whoever has its role: several people may get the invoices, a file names one."""
    return {
        name: [contact.email for contact in customer.people if contact.role == role] for name, role in _EMAILS.items()
    }


def _as_compared(customer: Any, record: Record) -> dict[str, Any]:
    """A known customer as a file would say it; what ``record`` leaves to the customer, as ``record`` says it."""
    values = as_filed(customer)
    for name, emails in _emails(customer).items():
        if record.get(name) in [None, *emails]:
            values[name] = record.get(name)
    if not record.row.values["IDENTIFIANT"]:
        values["login"] = record.get("login")
    if not record.row.values["RUM"]:
        values |= {name: record.get(name) for name in _MANDATE}
    return values


def _first(rows: Sequence[Any]) -> Any:
    return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a line says of its customer: of a known one, the fields ``names`` that differ."""

    customer: Any
    record: Record
    names: Set[str]

    def speaks_of(self, model: type[Model]) -> bool:
        return not self.names.isdisjoint(_ATTRIBUTES[model])

    def own(self) -> Customer:
        if "call_detail" in self.names:
            self.customer.without_call_detail = not self.record["call_detail"]
        return self._fill(self.customer, _OWN)

    def address(self) -> Address:
        there = _first(self._there("main_addresses"))
        return self._fill(there or Address(customer=self.customer, role=AddressRole.MAIN), _ADDRESS)

    def contacts(self) -> Iterator[Contact]:
        """The contacts whose e-mail is new."""
        for name, role in _EMAILS.items():
            if name in self.names and self.record[name]:
                there = _first([contact for contact in self._there("people") if contact.role == role])
                contact = there or Contact(customer=self.customer, role=role)
                contact.email = self.record[name]
                yield contact

    def mandate(self) -> Mandate:
        """The mandate in force if the line amends it, else a new one."""
        there = _first(self._there("mandates_in_force"))
        if there and there.reference == self.record["reference"]:
            return self._fill(there, _MANDATE)
        return Mandate(customer=self.customer, **{name: self.record[name] for name in _MANDATE})

    def _there(self, part: str) -> Sequence[Any]:
        """Rows of a known customer; a new one has none."""
        return getattr(self.customer, part, ())

    def _fill[M: Model](self, row: M, names: Set[str]) -> M:
        for name in names & self.names:
            setattr(row, name, self.record[name])
        return row


# Where a row keeps what a file says: by model, the fields of the file with their attributes.
_ATTRIBUTES: Mapping[type[Model], Mapping[str, str]] = {
    Customer: {"call_detail": "without_call_detail"} | {name: name for name in _OWN},
    Address: {name: name for name in _ADDRESS},
    Contact: dict.fromkeys(_EMAILS, "email"),
    Mandate: {name: name for name in _MANDATE},
}


def _save[M: Model](model: type[M], rows: Sequence[M], *, differing: Set[str], history: Mapping[str, Any]) -> None:
    """Create the rows that are new and write, of the others, what differs; in few queries, with their history."""
    new, there = [row for row in rows if not row.pk], [row for row in rows if row.pk]
    bulk_create_with_history(new, model, **history)
    attributes = {attribute for name, attribute in _ATTRIBUTES[model].items() if name in differing}
    bulk_update_with_history(there, model, sorted(attributes), batch_size=ROWS_PER_UPDATE, **history)
