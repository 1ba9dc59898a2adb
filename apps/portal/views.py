"""The home page of the customer space, and what the integrator knows of the customer.

Whatever a page shows is looked up from the customer who is signed in.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.core.identifiers import mask_iban
from apps.core.periods import Month
from apps.customers.models import Customer
from apps.portal.access import for_customers
from apps.portal.branding import brand
from apps.portal.invoices import seen_invoices
from apps.usage.consumption import Consumption, consumption_of_lines, last_load

INVOICES_ON_HOME = 3


@for_customers
def home(request: HttpRequest, customer: Customer) -> HttpResponse:
    today = localdate()
    return render(
        request,
        "portal/home.html",
        {
            "customer": customer,
            "invoices": seen_invoices(customer)[:INVOICES_ON_HOME],
            "line_count": customer.lines.serving_on(today).count(),
            "consumption": latest_consumption(customer, Month.of(today)),
            "loaded_at": last_load(),
        },
    )


def latest_consumption(customer: Customer, current: Month) -> Consumption:
    """What all lines of the customer used this month; last month, as long as nothing of this one is known."""
    known = consumption_of_lines(customer.lines.all(), current)
    return known if known.records else consumption_of_lines(customer.lines.all(), current.previous())


@for_customers
def account(request: HttpRequest, customer: Customer) -> HttpResponse:
    mandate = customer.mandates.filter(revoked_on=None).first()
    email = brand(request).email
    subject = _("Customer %(number)s: change of my details") % {"number": customer.number}
    return render(
        request,
        "portal/account.html",
        {
            "customer": customer,
            "addresses": customer.addresses.order_by("pk"),
            "contacts": customer.contacts.order_by("pk"),
            "mandate": mandate,
            "iban": mask_iban(mandate.iban) if mandate else "",
            "ask": f"mailto:{email}?{urlencode({'subject': subject}, quote_via=quote)}" if email else "",
        },
    )
