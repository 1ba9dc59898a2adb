"""Who gets what at every address of the site. An address that this table does not know fails the test.

Four people: nobody signed in, a member of staff without any right, one who may look at everything, a superuser.
The figures are the answers to GET and to an empty POST: 200 shown, 302 sent elsewhere (to sign in, mostly), 403
refused, 404 nothing there, 405 not a way to ask.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.accounts.models import User
from tests.admin import rows
from tests.admin.addresses import Address, every_address, example, model_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PEOPLE = ["nobody", "staff", "viewer", "superuser"]

# Address                                GET                  POST
SITE = """
home                                     302 302 302 302      302 302 302 302
file                                     302 403 200 200      405 405 405 405
logo                                     200 200 200 200      405 405 405 405
admin:index                              302 200 200 200      302 200 200 200
admin:login                              200 302 302 302      200 200 200 200
admin:logout                             302 405 405 405      302 200 200 200
admin:password_change                    302 200 200 200      302 200 200 200
admin:password_change_done               302 200 200 200      302 405 405 405
admin:autocomplete                       302 403 200 200      302 405 405 405
admin:jsi18n                             302 200 200 200      302 405 405 405
admin:view_on_site                       302 404 404 404      302 404 404 404
admin:app_list                           302 404 200 200      302 404 200 200
admin:search                             302 200 200 200      302 200 200 200
/admin/(?P<url>.*)$                      302 404 404 404      302 404 404 404

admin:accounts_user_changelist           302 403 200 200      302 403 200 200
admin:accounts_user_add                  302 403 403 200      302 403 403 200
admin:accounts_user_change               302 403 200 200      302 403 403 200
admin:accounts_user_delete               302 403 403 403      302 403 403 403
admin:accounts_user_history              302 403 200 200      302 405 405 405
admin:auth_user_password_change          302 403 403 200      302 403 403 200

admin:branding_integrator_changelist     302 403 302 302      302 403 302 302
admin:branding_integrator_add            302 403 403 403      302 403 403 403
admin:branding_integrator_change         302 403 200 200      302 403 403 200
admin:branding_integrator_delete         302 403 403 403      302 403 403 403
admin:branding_integrator_history        302 403 200 200      302 405 405 405
admin:branding_integrator_simple_history 302 403 200 200      302 405 405 405

admin:sims_simcard_show_codes            302 403 403 200      302 403 403 200
admin:usage_cdrfile_back_out             302 403 403 200      302 403 403 200
admin:usage_suspendedrecord_rate_pending 302 403 403 200      302 403 403 200
admin:billing_billingrun_generate        302 403 403 200      302 403 403 200
admin:billing_billingrun_recompute       302 403 403 200      302 403 403 200
"""

# Pages of a model that no screen writes, after its name.
LOOKED_AT = """
_changelist                              302 403 200 200      302 403 200 200
_add                                     302 403 403 403      302 403 403 403
_change                                  302 403 200 200      302 403 403 403
_delete                                  302 403 403 403      302 403 403 403
_history                                 302 403 200 200      302 405 405 405
_simple_history                          302 403 200 200      302 405 405 405
"""
LOOKED_AT_MODELS = {
    "billing_billingrun",
    "billing_invoice",
    "catalog_option",
    "catalog_plan",
    "catalog_product",
    "customers_customer",
    "lines_line",
    "sims_simcard",
    "tariffs_rate",
    "tariffs_tariff",
    "usage_cdrfile",
    "usage_ratedrecord",
    "usage_suspendedrecord",
}

# Django's former address of a page leads to the page, which then asks for the right.
FORMER_ADDRESS = "/<path:object_id>/"
LEADS_ON = "302 302 302 302      302 302 302 302"


def table() -> dict[str, str]:
    lines = [line.split(maxsplit=1) for line in SITE.splitlines() if line.strip()]
    known = dict(lines)
    for line in filter(str.strip, LOOKED_AT.splitlines()):
        suffix, answers = line.split(maxsplit=1)
        known |= {f"admin:{model}{suffix}": answers for model in LOOKED_AT_MODELS}
    return {name: " ".join(answers.split()) for name, answers in known.items()}


def expected(address: Address) -> str | None:
    if not address.name and address.route.endswith(FORMER_ADDRESS) and model_of(address):
        return " ".join(LEADS_ON.split())
    return table().get(str(address))


@pytest.fixture
def people() -> dict[str, User | None]:
    viewer = UserFactory(username="viewer")
    viewer.user_permissions.set(
        Permission.objects.filter(codename__startswith="view_").exclude(codename="view_sim_secrets")
    )
    return {
        "nobody": None,
        "staff": UserFactory(username="staff"),
        "viewer": viewer,
        "superuser": UserFactory(username="superuser", is_superuser=True),
    }


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    rows.make(1)
    # Drawing has tests of its own, and takes seconds.
    monkeypatch.setattr("apps.billing.services.invoice_pdf", lambda invoice: b"%PDF-1.7")


def answers(address: Address, person: User | None) -> Iterator[str]:
    for method in ("get", "post"):
        client = Client()
        if person:
            client.force_login(person)
        yield str(getattr(client, method)(example(address)).status_code)


def column(address: Address, position: int) -> list[str]:
    """What the table says of one person: the answers to GET and to POST."""
    return (expected(address) or "").split()[position :: len(PEOPLE)]


def test_every_address_is_in_the_table() -> None:
    assert [str(address) for address in every_address() if expected(address) is None] == []


def test_the_table_holds_no_address_that_is_gone() -> None:
    live = {str(address) for address in every_address()}
    optional = {f"admin:{model}_simple_history" for model in LOOKED_AT_MODELS}
    assert table().keys() - live - optional == set()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_gets_what_the_table_says(name: str, people: dict[str, User | None]) -> None:
    wrong = {}
    for address in every_address():
        given = list(answers(address, people[name]))
        if given != (said := column(address, PEOPLE.index(name))):
            wrong[str(address)] = f"the table says {said}, got {given}"
    assert wrong == {}
