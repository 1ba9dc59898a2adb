"""«Identité & logo»: one row, edited over HTTP; what it changes shows at once."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from apps.branding.models import Integrator
from apps.core.roles import Role
from tests.admin import rows
from tests.factories import UserFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db

PAGE = "/admin/branding/integrator/1/change/"


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def company() -> Integrator:
    return rows.integrator()


def filled(**changed: Any) -> dict[str, Any]:
    return {
        "legal_name": "Télécom Exemple SAS",
        "siren": "732 829 320",
        "address": "1 RUE DE L EXEMPLE",
        "postal_code": "75011",
        "city": "PARIS",
        "country": "FR",
        "primary_colour": "#1f4e79",
        "accent_colour": "#e07a1f",
        **changed,
    }


def errors(admin: Client, **changed: Any) -> dict[str, list[str]]:
    return admin.post(PAGE, filled(**changed)).context["adminform"].form.errors


def sent(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_the_menu_leads_to_the_page_and_first_to_an_empty_one(admin: Client) -> None:
    changelist = reverse("admin:branding_integrator_changelist")
    assert admin.get(changelist)["Location"] == reverse("admin:branding_integrator_add")
    assert "_addanother" not in admin.get(reverse("admin:branding_integrator_add")).content.decode()
    assert admin.post(reverse("admin:branding_integrator_add"), filled()).status_code == 302
    assert admin.get(changelist)["Location"] == PAGE
    assert admin.get(reverse("admin:branding_integrator_add")).status_code == 403


def test_whoever_may_only_look_is_told_that_there_is_nothing_yet(sign_in_as: SignIn) -> None:
    clerk = sign_in_as(Role.BILLING)
    answer = clerk.get(reverse("admin:branding_integrator_changelist"), follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert "n’est pas encore renseigné" in answer.content.decode()


def test_identifiers_are_stored_in_their_one_form(admin: Client, company: Integrator) -> None:
    admin.post(PAGE, filled(iban="fr76 3000 4500 1908 5996 5184 296", bic="bnpafrpp", vat_number="FR 44 732829320"))
    company.refresh_from_db()
    assert (company.siren, company.iban) == ("732829320", "FR7630004500190859965184296")
    assert (company.bic, company.vat_number) == ("BNPAFRPP", "FR44732829320")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("iban", "FR7630004500190859965184297", "clé de contrôle"),
        ("siren", "732829321", "clé de contrôle"),
        ("bic", "BNP", "8 ou 11 caractères"),
        ("primary_colour", "blue", "#1f4e79"),
    ],
)
def test_a_wrong_identifier_is_refused_in_words(
    admin: Client, company: Integrator, field: str, typed: str, said: str
) -> None:
    assert said in " ".join(errors(admin, **{field: typed})[field])


@pytest.mark.parametrize(("name", "kind"), [("logo.png", "PNG"), ("logo.jpg", "JPEG"), ("no-extension", "PNG")])
def test_a_logo_is_encoded_anew_and_shown_to_everybody(
    admin: Client, company: Integrator, name: str, kind: str
) -> None:
    image = rows.an_image(kind, 2400, 800) + b"<script>alert(1)</script>"
    assert admin.post(PAGE, filled(new_logo=sent(name, image))).status_code == 302
    company.refresh_from_db()
    with Image.open(BytesIO(bytes(company.logo))) as stored:
        assert (stored.format, stored.size) == (kind, (1200, 400))
    assert b"script" not in bytes(company.logo)
    served = Client().get(reverse("logo", args=[company.logo_digest]))
    assert (served.content, served["Content-Type"]) == (bytes(company.logo), f"image/{kind.lower()}")
    assert company.logo_digest in Client().get(reverse("admin:login")).content.decode()


def a_bomb() -> bytes:
    """A PNG of a few bytes whose header claims 30,000 by 30,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "PNG et JPEG"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "PNG et JPEG"),
        (rows.an_image("BMP"), "PNG et JPEG"),
        (b"not an image", "PNG et JPEG"),
        (rows.an_image("PNG")[:60], "PNG et JPEG"),
        (a_bomb(), "trop de pixels"),
        (b"\x89PNG" + b"0" * 2 * 1024 * 1024, "2 Mo"),
    ],
    ids=["svg", "gif", "bmp", "text", "cut", "bomb", "heavy"],
)
def test_what_is_no_decent_image_is_refused(admin: Client, company: Integrator, image: bytes, said: str) -> None:
    before = company.logo_digest
    assert said in " ".join(errors(admin, new_logo=sent("logo.png", image))["new_logo"])
    company.refresh_from_db()
    assert company.logo_digest == before


def test_the_logo_can_be_removed_and_its_address_dies_with_it(admin: Client, company: Integrator) -> None:
    address = reverse("logo", args=[company.logo_digest])
    assert Client().get(address).status_code == 200
    admin.post(PAGE, filled(without_logo="on"))
    company.refresh_from_db()
    assert (company.logo, company.logo_digest) == (None, "")
    assert Client().get(address).status_code == 404


def test_saving_without_a_new_logo_keeps_the_one_there_is(admin: Client, company: Integrator) -> None:
    before = company.logo_digest
    admin.post(PAGE, filled(city="LYON"))
    company.refresh_from_db()
    assert (company.city, company.logo_digest) == ("LYON", before)


def test_name_and_colour_show_on_the_next_page(admin: Client, company: Integrator) -> None:
    admin.post(PAGE, filled(trade_name="Nouveau Nom", primary_colour="#7a1f4e"))
    page = admin.get(reverse("admin:index")).content.decode()
    assert "ISM Nouveau Nom" in page
    assert "--color-primary-600: rgb(122, 31, 78)" in page


def as_shown(admin: Client) -> dict[str, Any]:
    """What a browser posts of the page that nobody has touched: each value, and what it was shown with."""
    form = admin.get(PAGE).context["adminform"].form
    shown = {one.name: form.get_initial_for_field(one.field, one.name) for one in form if one.field.show_hidden_initial}
    # Browsers end lines their own way.
    shown = {name: str(value).replace("\n", "\r\n") for name, value in shown.items() if value is not None}
    return shown | {f"initial-{name}": value for name, value in shown.items()}


def test_the_journal_names_what_was_changed_as_the_page_does(admin: Client, company: Integrator) -> None:
    admin.post(PAGE, {**as_shown(admin), "primary_colour": "#7a1f4e", "trade_name": "Autre"})
    told = LogEntry.objects.latest("pk").get_change_message()
    assert told == "Modification de Couleur principale et Nom commercial."


def test_before_there_is_an_integrator_the_product_has_its_own_name() -> None:
    assert "ISM" in Client().get(reverse("admin:login")).content.decode()


def test_what_somebody_else_changed_meanwhile_is_not_undone(admin: Client, company: Integrator) -> None:
    Integrator.objects.update(city="PARIS", address="7 rue des Acacias\nBâtiment B", bank="Une banque")
    mine = as_shown(admin)
    Integrator.objects.update(iban="FR7630006000011234567890189", city="LYON")
    changed = {**mine, "address": "8 rue des Acacias\r\nBâtiment B", "bank": "La nôtre"}
    assert admin.post(PAGE, changed).status_code == 302
    company.refresh_from_db()
    assert (company.iban, company.city) == ("FR7630006000011234567890189", "LYON")
    assert (company.address, company.bank) == ("8 rue des Acacias\nBâtiment B", "La nôtre")
    refused = admin.post(PAGE, {**mine, "city": "NANTES", "bank": "La nôtre", "address": company.address})
    assert "LYON" in refused.context["adminform"].form.errors["city"][0]
