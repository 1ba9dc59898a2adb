"""The form of a customer for tests: what is filled in, what a browser sends, what is answered."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from apps.customers.choices import ContactRole, CustomerKind, VatRegime
from apps.customers.models import Customer
from apps.documents.choices import PaymentMode
from tests.customers.client_files import IBAN

ADD = "admin:customers_customer_add"
CHANGE = "admin:customers_customer_change"

NEW = {
    "number": "C070010",
    "kind": CustomerKind.COMPANY,
    "name": "Atelier Durand",
    "legal_name": "L’Atelier Durand & Fils",
    "street": "28 rue des acacias",
    "complement": "",
    "postal_code": "66805",
    "city": "Villeneuve",
    "country": "fr",
    "siren": "122 829 856",
    "siret": "",
    "vat_regime": VatRegime.METROPOLE,
    "vat_number": "fr63 122829856",
    "billing_name": "Anne Durand",
    "billing_phone": "04 68 00 00 00",
    "billing_email": "Compta@example.org",
    "further_emails": "un@example.org, deux@example.org",
    "login": "",
    "identification_name": "Luc Durand",
    "identification_phone": "",
    "identification_email": "acces@example.org",
    "payment_mode": PaymentMode.TRANSFER,
    "without_call_detail": "on",
    "purchase_order": "BC-2026-11",
    "cost_centre": "SIEGE",
    "auxiliary_account": "411DURAND",
    "electronic_address": "0225:122829856",
}
BY_DEBIT = {
    "payment_mode": PaymentMode.DIRECT_DEBIT,
    "iban": IBAN,
    "bic": "bnpafrpp",
    "reference": "RUM-1",
    "signed_on": "2026-01-15",
}
DELIVERED = {
    "delivery_differs": "on",
    "delivery_street": "3 quai du port",
    "delivery_postal_code": "13002",
    "delivery_city": "Marseille",
    "delivery_country": "FR",
}


def page(client: Client, customer: Customer | None = None) -> Any:
    return client.get(reverse(CHANGE, args=[customer.pk]) if customer else reverse(ADD))


def shown(response: Any) -> dict[str, Any]:
    """What a browser would send back of a page, as it stands."""
    form, posted = response.context["adminform"].form, {}
    for name in form.fields:
        bound = form[name]
        values = [(bound.html_name, bound.value())]
        if bound.field.show_hidden_initial:
            values.append((bound.html_initial_name, bound.initial))
        for key, value in values:
            said = bound.field.prepare_value(value)
            if said not in (None, False, ""):
                posted[key] = said if said is not True else "True" if key.startswith("initial-") else "on"
            elif bound.field.show_hidden_initial and key.startswith("initial-"):
                posted[key] = ""
    return posted | {f"mandates-{count}_FORMS": "0" for count in ("TOTAL", "INITIAL")}


def created(client: Client, **changes: Any) -> Customer:
    response = client.post(reverse(ADD), NEW | changes)
    assert response.status_code == 302, response.context["adminform"].form.errors
    return Customer.objects.latest("pk")


def changed(client: Client, customer: Customer, **changes: Any) -> Customer:
    response = client.post(reverse(CHANGE, args=[customer.pk]), shown(page(client, customer)) | changes)
    assert response.status_code == 302, response.context["adminform"].form.errors
    return Customer.objects.get(pk=customer.pk)


def errors(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200, "nothing was refused"
    return {name: list(said) for name, said in response.context["adminform"].form.errors.items()}


def refused(client: Client, **changes: Any) -> dict[str, list[str]]:
    """Why a new customer is refused; nothing of it is kept."""
    found = errors(client.post(reverse(ADD), NEW | changes))
    assert not Customer.objects.filter(number=NEW["number"]).exists()
    return found


def email_of(customer: Customer, role: ContactRole) -> list[str]:
    return list(customer.contacts.filter(role=role).order_by("pk").values_list("email", flat=True))
