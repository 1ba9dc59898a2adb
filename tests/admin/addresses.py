"""Every address that the site answers at, and one real example of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.models import User
from apps.billing.models import Invoice
from apps.branding.models import Integrator
from apps.customers.models import Customer
from apps.jobs.models import Job
from apps.lines.models import Line
from apps.orders.choices import OrderState
from apps.orders.models import Order


@dataclass(frozen=True)
class Address:
    """A pattern of the resolver: ``name`` with its namespace, or its whole ``route`` where it has no name."""

    name: str
    route: str

    def __str__(self) -> str:
        return self.name or self.route


def every_address() -> Iterator[Address]:
    yield from _below(get_resolver().url_patterns, "", "/")


def _below(patterns: list[Any], namespace: str, route: str) -> Iterator[Address]:
    for pattern in patterns:
        whole = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _below(pattern.url_patterns, namespace + inner, whole)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{namespace}{pattern.name}" if pattern.name else "", whole)


ARGUMENT = re.compile(r"[<(]")  # of a path, or of a regular expression


def a_line_of_an_invoice() -> list[int]:
    invoice = Invoice.objects.latest("pk")
    return [invoice.pk, invoice.customer.lines.latest("pk").pk]


#: Pages and dialogs of an order that is still a draft.
ENTERING = ("mobile", "quantity", "validate", "cancel", "remove")


def a_draft(name: str, kind: str) -> str:
    order = Order.objects.filter(kind=kind, state=OrderState.DRAFT).earliest("pk")
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


OF_THE_SITE: dict[str, Callable[[], str]] = {
    "file": lambda: reverse("file", args=["invoice", Invoice.objects.latest("pk").pk]),
    "job_progress": lambda: reverse("job_progress", args=[Job.objects.latest("pk").pk]),
    "logo": lambda: reverse("logo", args=[Integrator.objects.get().logo_digest]),
    "favicon": lambda: reverse("favicon", args=[Integrator.objects.get().favicon_digest]),
    "admin:messaging_emailtemplate_customise": lambda: reverse(
        "admin:messaging_emailtemplate_customise", args=["invoice"]
    ),
    "admin:app_list": lambda: reverse("admin:app_list", args=["lines"]),
    "admin:autocomplete": lambda: reverse("admin:autocomplete") + "?app_label=lines&model_name=linesim&field_name=sim",
    "admin:auth_user_password_change": lambda: reverse(
        "admin:auth_user_password_change", args=[User.objects.earliest("pk").pk]
    ),
    "admin:search": lambda: reverse("admin:search") + "?s=line",
    "admin:view_on_site": lambda: reverse("admin:view_on_site", args=[1, Customer.objects.latest("pk").pk]),
    **{f"admin:orders_order_{name}": partial(a_draft, name, "mobile") for name in ENTERING},
    "admin:orders_order_service": lambda: a_draft("service", "service"),
    "portal:line": lambda: reverse("portal:line", args=[Line.objects.latest("pk").pk]),
    "portal:invoice_pdf": lambda: reverse("portal:invoice_pdf", args=[Invoice.objects.latest("pk").pk]),
    "portal:calls": lambda: reverse("portal:calls", args=[Invoice.objects.latest("pk").pk]),
    "portal:calls_of_line": lambda: reverse("portal:calls_of_line", args=a_line_of_an_invoice()),
    "portal:calls_file": lambda: reverse("portal:calls_file", args=a_line_of_an_invoice()),
    "portal:colours": lambda: reverse("portal:colours", args=["1f4e79"]),
    "portal:choose": lambda: reverse("portal:choose", args=["MQ", "no-token"]),
    "/admin/(?P<url>.*)$": lambda: "/admin/no/such/page/",
}


def example(address: Address) -> str:
    """An address of that pattern which leads to a row that exists."""
    if str(address) in OF_THE_SITE:
        return OF_THE_SITE[str(address)]()
    model = model_of(address)
    if model is None or not ARGUMENT.search(address.route):
        return reverse(address.name)
    row = model.objects.order_by("pk").first()
    assert row is not None, f"tests/admin/rows.py makes no {model._meta.label}: {address} has no example"
    if not address.name:
        return address.route.replace("<path:object_id>", str(row.pk))
    arguments = [row.pk, row.history.latest().pk] if address.name.endswith("_simple_history") else [row.pk]
    return reverse(address.name, args=arguments)


def model_of(address: Address) -> Any:
    """The model whose admin answers at ``address``; None for pages of the site itself."""
    for model in admin.site._registry:
        if address.route.startswith(f"/admin/{model._meta.app_label}/{model._meta.model_name}/"):
            return model
    return None
