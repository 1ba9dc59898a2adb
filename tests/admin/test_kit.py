"""What every admin of the back office has from the kit, whoever writes it."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, path, reverse
from django.utils.html import strip_tags

from apps.billing.models import Invoice
from apps.core import slots
from apps.core.admin import ModelAdmin, ServiceDialog, badge, count, money, number, percent, price
from apps.customers.models import Customer
from apps.lines.choices import LineStatus
from apps.lines.models import Line
from apps.sims.models import SimCard
from apps.tariffs.models import Rate
from apps.usage.models import CdrFile
from tests.admin import rows
from tests.factories import CustomerFactory, LineFactory, SimCardFactory, UserFactory
from tests.people import SignIn

REGISTERED = list(django_admin.site._registry.values())


# --- Every admin


@pytest.mark.parametrize("registered", REGISTERED, ids=lambda one: one.opts.label_lower)
def test_an_admin_is_of_the_kit(registered: ModelAdmin) -> None:
    assert isinstance(registered, ModelAdmin)
    assert registered.list_select_related not in (True, False), "it says which foreign keys its list needs"
    assert not registered.list_editable


@pytest.mark.django_db
@pytest.mark.parametrize("registered", REGISTERED, ids=lambda one: one.opts.label_lower)
def test_nobody_deletes(registered: ModelAdmin) -> None:
    request = RequestFactory().get("/")
    request.user = UserFactory.build(is_superuser=True)
    assert not registered.has_delete_permission(request)
    assert "delete_selected" not in registered.get_actions(request)
    request.user = AnonymousUser()
    assert not registered.has_view_permission(request)


# --- Whose rows


def narrowed(monkeypatch: pytest.MonkeyPatch, model: type[Line] | type[Customer] | type[SimCard], **only: str) -> None:
    def scope(request: HttpRequest, rows: QuerySet[Line]) -> QuerySet[Line]:
        return rows.filter(**only)

    monkeypatch.setattr(django_admin.site._registry[model], "scope", scope)


@pytest.mark.django_db
def test_a_row_out_of_scope_is_met_nowhere(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = CustomerFactory(number="MINE"), CustomerFactory(number="OTHER")
    narrowed(monkeypatch, Customer, number="MINE")
    listed = admin.get(reverse("admin:customers_customer_changelist")).context["cl"].result_list
    assert list(listed) == [mine]
    for page in ("change", "history"):
        assert admin.get(reverse(f"admin:customers_customer_{page}", args=[mine.pk])).status_code == 200
    assert admin.get(reverse("admin:customers_customer_change", args=[other.pk])).status_code == 302
    version = reverse("admin:customers_customer_simple_history", args=[other.pk, other.history.latest().pk])
    assert admin.get(version).status_code == 404
    choices = admin.get(reverse("admin:autocomplete") + "?app_label=lines&model_name=line&field_name=customer").json()
    assert [choice["id"] for choice in choices["results"]] == [str(mine.pk)]


@pytest.mark.django_db
def test_a_dialog_is_about_no_row_out_of_scope(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    card = SimCardFactory()
    narrowed(monkeypatch, SimCard, iccid="another")
    dialog = reverse("admin:sims_simcard_show_codes", args=[card.pk])
    assert admin.post(dialog, {"_form_submitted": "True"}).status_code == 404


# --- Buttons that higher apps contribute


@pytest.fixture
def contributed(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[tuple[Customer | None, str]]:
    """Two dialogs of a higher app, on the page of a customer and above the list; what they did."""
    done: list[tuple[Customer | None, str]] = []

    def dialog(name: str, title: str) -> ServiceDialog:
        return ServiceDialog(
            name=name,
            title=title,
            permission="billing.change_billingrun",
            when=lambda row: row is None or row.number != "NO",
            service=lambda row, actor, answers: done.append((row, str(actor))),
        )

    held = {slot: list(entries) for slot, entries in slots._slots.items()}
    held.setdefault("customers.customer.actions", []).append(dialog("remind", "Relancer"))
    held.setdefault("customers.customer.list_actions", []).append(dialog("remind_all", "Relancer tout le monde"))
    monkeypatch.setattr(slots, "_slots", defaultdict(list, held))
    # Addresses are made of what is contributed when the site starts.
    addresses = ModuleType("addresses")
    addresses.urlpatterns = [path("admin/", django_admin.site.urls)]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = addresses
    clear_url_caches()
    return done


@pytest.mark.django_db
def test_a_higher_app_puts_a_dialog_on_the_page_of_a_row(
    admin: Client, sign_in: SignIn, contributed: list[tuple[Customer | None, str]]
) -> None:
    customer, other = CustomerFactory(number="YES"), CustomerFactory(number="NO")
    dialog = reverse("admin:customers_customer_remind", args=[customer.pk])
    page = admin.get(reverse("admin:customers_customer_change", args=[customer.pk])).content.decode()
    assert dialog in page
    assert "Relancer" in page
    assert "remind/" not in admin.get(reverse("admin:customers_customer_change", args=[other.pk])).content.decode()
    assert "Relancer" in admin.get(dialog).content.decode()
    assert contributed == []
    admin.post(dialog, {"_form_submitted": "True"})
    assert [row for row, actor in contributed] == [customer]

    clerk = sign_in("customers.view_customer")
    assert "Relancer" not in clerk.get(reverse("admin:customers_customer_change", args=[customer.pk])).content.decode()
    assert clerk.post(dialog, {"_form_submitted": "True"}).status_code == 403
    assert len(contributed) == 1


@pytest.mark.django_db
def test_a_higher_app_puts_a_dialog_above_a_list(admin: Client, contributed: list[tuple[Customer | None, str]]) -> None:
    dialog = reverse("admin:customers_customer_remind_all")
    assert dialog in admin.get(reverse("admin:customers_customer_changelist")).content.decode()
    admin.post(dialog, {"_form_submitted": "True"})
    assert [row for row, actor in contributed] == [None]


@pytest.mark.parametrize("registered", REGISTERED, ids=lambda one: one.opts.label_lower)
def test_a_contributed_dialog_has_a_name_that_nothing_else_has(registered: ModelAdmin) -> None:
    names = [one.name for slot in ("actions", "list_actions") for one in registered.contributed_actions(slot)]
    assert all(name.isidentifier() for name in names)
    assert len(set(names)) == len(names)
    assert [name for name in names if hasattr(registered, name)] == []


# --- Columns


def plain(text: object) -> str:
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("column", "row", "shown"),
    [
        (money(Invoice.net), Invoice(net=Decimal("1234.50")), "1 234,50 €"),
        (money(Invoice.net), Invoice(net=Decimal("-0.05")), "-0,05 €"),
        (price(Rate.price_minute), Rate(price_minute=Decimal("0.006000")), "0,006 €"),
        (price(Rate.price_minute), Rate(price_minute=Decimal("0.100000")), "0,10 €"),
        (percent(Rate.price_minute), Rate(price_minute=Decimal("8.5")), "8,5 %"),
        (count(CdrFile.lines), CdrFile(lines=25170), "25 170"),
        (number(Line.msisdn), Line(msisdn="33639980001"), "06 39 98 00 01"),
        (number(Line.msisdn), Line(msisdn=""), "None"),
        (money(Invoice.net), Invoice(net=None), "None"),
    ],
)
def test_a_column_is_written_as_france_writes_it(column: object, row: object, shown: str) -> None:
    assert plain(column(row)) == shown  # type: ignore[operator]


@pytest.mark.parametrize(("value", "said"), [(True, "Oui"), (False, "Non"), (None, "-")])
def test_yes_and_no_are_words(value: bool | None, said: str) -> None:
    shown = render_to_string("unfold/helpers/boolean.html", {"value": value})
    assert strip_tags(shown).strip() == said
    assert "red" not in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("listed", "figures"),
    [
        ("customers_customer", ["line_count"]),
        ("usage_suspendedrecord", ["shown_quantity"]),
        ("billing_billingrun", ["invoice_count", "refused_count", "net_total", "gross_total"]),
        ("tariffs_tariff", ["version_count"]),
    ],
)
def test_figures_stand_to_the_right(admin: Client, listed: str, figures: list[str]) -> None:
    rows.make(1)
    page = admin.get(reverse(f"admin:{listed}_changelist")).content.decode()
    for figure in figures:
        cells = re.findall(rf'<td class="field-{figure} ([^"]*)"', page)
        assert cells, figure
        assert all("!text-end" in cell for cell in cells), figure


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("listed", "entry"),
    [
        ("lines_line", "Parc mobile"),
        ("usage_cdrfile", "Chargement CDRs mobile"),
        ("billing_billingrun", "Lancement des factures"),
        ("sims_simcard", "Gestion status SIM"),
        ("accounts_user", "Utilisateurs &amp; rôles"),
        ("billing_invoice", "Factures"),
    ],
)
def test_a_list_and_its_pages_are_headed_as_the_side_bar_calls_them(admin: Client, listed: str, entry: str) -> None:
    rows.make(1)
    model = apps.get_model(listed.replace("_", "."))
    address = reverse(f"admin:{listed}_changelist")
    page = admin.get(address).content.decode()
    headings = rf'<a href="{address}" class="align-middle[^>]*>{entry}</a>'
    assert re.search(headings, page)
    row = model._default_manager.order_by("pk").last()
    for view in ("change", "history"):
        assert re.search(headings, admin.get(reverse(f"admin:{listed}_{view}", args=[row.pk])).content.decode()), view


@pytest.mark.django_db
def test_an_empty_list_offers_to_take_filters_away_only_if_there_are_some(admin: Client) -> None:
    address = reverse("admin:catalog_product_changelist")
    assert "Effacer les filtres" not in admin.get(address).content.decode()
    assert "Effacer les filtres" in admin.get(address, {"q": "x"}).content.decode()
    assert "Effacer les filtres" in admin.get(address, {"kind__exact": "service"}).content.decode()


def test_a_badge_has_the_colour_of_its_status() -> None:
    column = badge(Line.status, LineStatus)
    shown = column(Line(status=LineStatus.SUSPENDED))
    assert "Suspendue" in str(shown)
    assert "orange" in str(shown)


def test_a_column_is_titled_and_ordered_as_its_field() -> None:
    column = money(Invoice.net)
    assert str(column.short_description) == "total HT"  # type: ignore[attr-defined]
    assert column.admin_order_field == "net"  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_list_is_ordered_by_a_column_of_the_kit(admin: Client) -> None:
    file = rows.a_file(1)
    few, many = rows.a_file(2, lines=10, rated=2), rows.a_file(3, lines=200, rated=192)
    position = 3  # lines, counted from 0
    listed = admin.get(reverse("admin:usage_cdrfile_changelist") + f"?o={position}").context["cl"].result_list
    assert list(listed) == [few, file, many]


@pytest.mark.django_db
def test_a_contributed_column_orders_too(admin: Client) -> None:
    busy = LineFactory().customer
    LineFactory(customer=busy)
    idle = CustomerFactory()
    customers = reverse("admin:customers_customer_changelist")
    shown = admin.get(customers).context["cl"].list_display
    place = next(i for i, one in enumerate(shown) if getattr(one, "admin_order_field", "") == "line_count")
    for order, expected in ((f"-{place}", [busy, idle]), (f"{place}", [idle, busy])):
        assert list(admin.get(customers, {"o": order}).context["cl"].result_list) == expected
