"""The side bar is the outline's, to the letter, and holds what the user may open."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import SignIn

pytestmark = pytest.mark.django_db

OUTLINE = [
    ("", ["Tableau de bord", "Clients", "Parc mobile", "Commandes", "Portabilités"]),
    ("Facturation", ["Chargement CDRs mobile", "CDRs en attente", "Lancement des factures", "Factures"]),
    (
        "Administration",
        [
            ("Gestion des offres de vente", ["Offres mobiles", "Options mobiles", "Matériels & services", "Terminaux"]),
            ("Gestion", ["Import cartes SIM", "Gestion status SIM", "Grilles minutes"]),
            "SIM SWAP",
        ],
    ),
    ("Personnalisation", ["Identité & logo", "Modèles d’e-mail", "Modèle de facture", "Modes de paiement"]),
    (
        "Supervision",
        [
            "Boîte d’envoi",
            "Tâches",
            "Opérations en masse",
            ("Imports de fichiers", ["Clients", "Offres", "Grilles minutes", "Parc mobile"]),
            ("Opérateur", ["Demandes à l’opérateur", "Fichiers échangés avec l’opérateur"]),
            "Historique",
            "Utilisateurs & rôles",
        ],
    ),
]


def outline(client: Client) -> list[Any]:
    """The side bar as the user sees it: groups without an entry are not drawn."""
    page = client.get(reverse("admin:index"))
    groups = [(str(group.get("title", "")), _entries(group["items"])) for group in page.context["sidebar_navigation"]]
    return [group for group in groups if group[1]]


def _entries(items: list[dict[str, Any]]) -> list[Any]:
    seen = [item for item in items if item["has_permission"]]
    return [(str(item["title"]), _entries(item["items"])) if "items" in item else str(item["title"]) for item in seen]


def test_a_superuser_sees_the_whole_outline_in_its_order(admin: Client) -> None:
    assert outline(admin) == OUTLINE


def test_a_clerk_without_rights_sees_the_dashboard_only(sign_in: SignIn) -> None:
    assert outline(sign_in()) == [("", ["Tableau de bord"])]


def test_an_entry_appears_with_the_right_to_look(sign_in: SignIn) -> None:
    clerk = sign_in("lines.view_line", "tariffs.view_tariff")
    assert outline(clerk) == [
        ("", ["Tableau de bord", "Parc mobile"]),
        ("Administration", [("Gestion", ["Grilles minutes"])]),
    ]
    page = clerk.get(reverse("admin:index")).content.decode()
    assert "Grilles minutes" in page
    assert "Factures" not in page


@pytest.mark.parametrize(
    "page", ["invoicelayout_current", "numberseries_changelist", "paymentterms_changelist", "legalrate_changelist"]
)
def test_the_entry_of_the_invoice_template_is_marked_on_all_its_pages(admin: Client, page: str) -> None:
    response = admin.get(reverse(f"admin:documents_{page}"), follow=True)
    assert marked(response) == ["Modèle de facture"]
    assert marked(admin.get(reverse("admin:customers_customer_changelist"))) == ["Clients"]


def marked(response: Any) -> list[str]:
    items = [item for group in response.context["sidebar_navigation"] for item in group["items"]]
    return [str(item["title"]) for item in items if item.get("active")]


def test_every_entry_leads_somewhere(admin: Client) -> None:
    page = admin.get(reverse("admin:index"))
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    items += [inner for item in items for inner in item.get("items", [])]
    assert {str(item["title"]): admin.get(str(item["link"]), follow=True).status_code for item in items} == {
        str(item["title"]): 200 for item in items
    }


def test_the_home_page_leads_to_every_screen(admin: Client) -> None:
    page = admin.get(reverse("admin:index"))
    home = page.content.decode().split('class="home-group"', 1)[1]
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    leaves = [inner for item in items for inner in item.get("items", [item]) if str(inner["link"]) != "/admin/"]
    assert len(leaves) == 31
    assert [str(one["title"]) for one in leaves if f'href="{one["link"]}"' not in home] == []
