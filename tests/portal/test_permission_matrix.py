"""What customers get at every address of their space. An address that this table does not know fails the test.

What nobody, staff of each role and a superuser get there is in the table of the back office
(``tests/admin/test_permission_matrix.py``); what customers get outside of their space is what nobody gets
(``test_scope.py``). Here are customers: B, to whom the rows belong that the addresses name, A, a stranger to them, and
one whose customer has been closed. The figures are as there; what a POST changes is undone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.customers.models import Customer
from tests.admin.addresses import Address, every_address, example
from tests.admin.test_permission_matrix import lines_of
from tests.portal import two_customers
from tests.portal.two_customers import Side

pytestmark = [pytest.mark.django_db, pytest.mark.screens]

PEOPLE = ["A", "B", "closed"]
TABLE = """
# Address                   GET           POST
#                           A   B   clo   A   B   clo
portal:home                 200 200 302   405 405 405
portal:lines                200 200 302   405 405 405
portal:line                 404 200 302   405 405 405
portal:invoices             200 200 302   405 405 405
portal:invoice_pdf          404 200 302   405 405 405
portal:calls                404 200 302   405 405 405
portal:calls_of_line        404 200 302   405 405 405
portal:calls_file           404 200 302   405 405 405
portal:account              200 200 302   405 405 405
portal:colours              200 200 200   405 405 405
portal:sign_in              302 302 200   200 200 200
portal:sign_out             405 405 405   302 302 302
portal:recover              200 200 200   200 200 200
portal:recovering           200 200 200   405 405 405
portal:change_password      200 200 302   200 200 302
portal:choose               200 200 200   200 200 200
"""

#: The addresses that name a row: B's.
OF_B: dict[str, Callable[[Side], list[object]]] = {
    "portal:line": lambda b: [b.lines[0].pk],
    "portal:invoice_pdf": lambda b: [b.issued.pk],
    "portal:calls": lambda b: [b.issued.pk],
    "portal:calls_of_line": lambda b: [b.issued.pk, b.lines[0].pk],
    "portal:calls_file": lambda b: [b.issued.pk, b.lines[0].pk],
}


def of_the_space() -> list[Address]:
    return [address for address in every_address() if address.name.startswith("portal:")]


def table() -> dict[str, list[str]]:
    return dict(lines_of(TABLE, 2 * len(PEOPLE)))


def path_of(address: Address, b: Side) -> str:
    named = OF_B.get(address.name)
    return reverse(address.name, args=named(b)) if named else example(address)


def answers(client: Client, path: str) -> list[str]:
    given = []
    cookies = client.cookies.copy()
    for method in (client.get, client.post):
        with transaction.atomic():
            given.append(str(method(path).status_code))
            transaction.set_rollback(True)
        client.cookies = cookies.copy()
    return given


def test_the_table_holds_every_address_of_the_space_and_no_other() -> None:
    assert {address.name for address in of_the_space()} == table().keys()


def test_everybody_gets_what_the_table_says() -> None:
    a, b = two_customers.make()
    wrong = {}
    for column, client in enumerate([a.browser(), b.browser(), b.browser()]):
        if PEOPLE[column] == "closed":
            Customer.objects.filter(pk=b.customer.pk).update(closed_on=date(2026, 11, 10))
        for address in of_the_space():
            said = table().get(address.name, [])[column :: len(PEOPLE)]
            given = answers(client, path_of(address, b))
            if given != said:
                wrong[f"{PEOPLE[column]} {address}"] = f"the table says {said}, got {given}"
    assert wrong == {}
