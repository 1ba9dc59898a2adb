"""What the identity changes on every page, and what it costs them."""

from __future__ import annotations

import threading
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from apps.branding import memory
from apps.branding.choices import BadgeColour
from apps.branding.models import Integrator
from apps.core.roles import Role
from tests.admin import rows
from tests.admin.query_counts import queries_of
from tests.branding.test_screen import PAGE, errors, filled, sent
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

HOME, SIGN_IN = "/admin/", "/admin/login/"
MARKUP = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def company() -> Integrator:
    return rows.integrator()


def text_of(client: Client, address: str) -> str:
    return unescape(client.get(address).content.decode())


def of_the_row(statements: list[str]) -> list[str]:
    return [sql for sql in statements if "branding_integrator" in sql]


def test_a_colour_that_is_none_costs_no_page(admin: Client, company: Integrator) -> None:
    company.primary_colour = "rouge"
    company.save()
    for client, address in ((Client(), SIGN_IN), (admin, HOME), (admin, PAGE)):
        assert client.get(address).status_code == 200


def test_the_welcome_message_stands_on_the_sign_in_page_and_the_dashboard_as_text(
    admin: Client, company: Integrator
) -> None:
    admin.post(PAGE, filled(welcome_message=f"Bonjour {MARKUP}\r\nLe support ouvre à 9 h."))
    for client, address in ((Client(), SIGN_IN), (admin, HOME)):
        page = client.get(address).content.decode()
        assert page.count("<br>Le support ouvre à 9 h.") == 1
        assert "<img src=x" not in page
        assert MARKUP in unescape(page)


def test_the_badge_stands_on_every_page_and_in_its_title(admin: Client, company: Integrator) -> None:
    assert "Préproduction" not in text_of(admin, HOME)
    admin.post(PAGE, filled(environment_name="Préproduction", environment_colour=BadgeColour.DANGER))
    for client, address in ((Client(), SIGN_IN), (admin, HOME), (admin, "/admin/lines/line/")):
        page = text_of(client, address)
        assert page.count("Préproduction") >= 2
        assert "<title>[Préproduction]" in page


def test_the_icon_is_made_square_shown_to_everybody_and_can_be_removed(admin: Client, company: Integrator) -> None:
    admin.post(PAGE, filled(new_favicon=sent("icon.jpg", rows.an_image("JPEG", 300, 200))))
    company.refresh_from_db()
    address = reverse("favicon", args=[company.favicon_digest])
    assert f'href="{address}"' in text_of(Client(), SIGN_IN)
    served = Client().get(address)
    assert served["Content-Type"] == "image/png"
    assert "immutable" in served["Cache-Control"]
    assert served.content.startswith(b"\x89PNG")
    assert int.from_bytes(served.content[16:20]) == int.from_bytes(served.content[20:24]) == 180
    admin.post(PAGE, filled(without_favicon="on"))
    assert Client().get(address).status_code == 404
    assert "core/favicon.svg" in text_of(Client(), SIGN_IN)


@pytest.mark.parametrize("image", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ", rows.an_image("BMP")])
def test_an_icon_that_is_no_png_or_jpeg_is_refused(admin: Client, company: Integrator, image: bytes) -> None:
    assert "PNG et JPEG" in " ".join(errors(admin, new_favicon=sent("favicon.ico", image))["new_favicon"])


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"iban": "FR7630004500190859965184296", "bic": "DEUTDEFF"}, "bic", "pas du même pays que l’IBAN"),
        ({"creditor_id": "FR73ZZZ123456"}, "creditor_id", "clé de contrôle"),
        ({"siret": "00072026800010"}, "siret", "ne commence pas par le SIREN"),
        ({"vat_number": "FR44000720268"}, "vat_number", "ne se termine pas par le SIREN"),
        ({"welcome_message": "\n".join("x" * 13)}, "welcome_message", "13 lignes, 12 au plus"),
        ({"welcome_message": "x" * 1001}, "welcome_message", "1000"),
        ({"contact": "a\x07b"}, "contact", "caractère de contrôle"),
        ({"mail_sender_name": "Acacia\r\nBcc: all@example.org"}, "mail_sender_name", "2 lignes, 1 au plus"),
        ({"mail_sender": "no address"}, "mail_sender", "valide"),
        ({"mail_reply_to": "a@b.example\nBcc: c@d.example"}, "mail_reply_to", "valide"),
        ({"environment_name": "x" * 21}, "environment_name", "20"),
        ({"environment_colour": "pink"}, "environment_colour", "pink"),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_nothing_is_saved(
    admin: Client, company: Integrator, changed: dict[str, str], field: str, said: str
) -> None:
    assert said in " ".join(errors(admin, legal_name="Autre", **changed)[field]).replace("\u00a0", " ")
    company.refresh_from_db()
    assert company.legal_name != "Autre"


def test_senders_are_stored_as_typed(admin: Client, company: Integrator) -> None:
    senders = {"mail_sender_name": "Acacia", "mail_sender": "a@acacia.example", "mail_reply_to": "b@acacia.example"}
    assert admin.post(PAGE, filled(**senders)).status_code == 302
    company.refresh_from_db()
    assert {name: getattr(company, name) for name in senders} == senders


def test_an_unusual_bic_is_saved_and_mentioned(admin: Client, company: Integrator) -> None:
    page = admin.post(PAGE, filled(iban="FR7630004500190859965184296", bic="SOGEFRPP"), follow=True)
    assert "a d’ordinaire le BIC BNPAFRPP" in page.content.decode().replace("\u00a0", " ")
    company.refresh_from_db()
    assert company.bic == "SOGEFRPP"


def test_the_preview_stands_beside_the_form_and_markup_in_it_is_text(admin: Client, company: Integrator) -> None:
    Integrator.objects.update(trade_name=MARKUP, contact=MARKUP, welcome_message=f"</script>{MARKUP}")
    memory.forget()
    page = admin.get(PAGE).content.decode()
    assert 'id="branding-preview"' in page
    assert "branding/preview.js" in page
    assert "<img src=x" not in page
    assert "</script>&quot;" not in page


def test_who_may_only_look_sees_the_preview_and_no_uploads(company: Integrator) -> None:
    reader = UserFactory()
    reader.groups.add(Group.objects.get(name=Role.READER))
    client = Client()
    client.force_login(reader)
    page = client.get(PAGE).content.decode()
    assert 'id="branding-preview"' in page
    assert 'type="file"' not in page
    assert client.post(PAGE, filled(legal_name="Autre")).status_code == 403
    company.refresh_from_db()
    assert company.legal_name != "Autre"


# --- What it costs


def test_a_page_asks_for_the_row_once_and_then_no_more(admin: Client, company: Integrator) -> None:
    memory.forget()
    asked = [len(of_the_row(queries_of(admin, "/admin/lines/line/"))) for _page in range(3)]
    assert asked == [1, 0, 0]


def test_a_change_shows_on_the_very_next_page_of_every_process(admin: Client, company: Integrator) -> None:
    admin.get(HOME)
    Integrator.objects.update(trade_name="Changed by another process")
    # What another process leaves behind when it saves: a new token.
    (settings.PRIVATE_ROOT / "branding" / "token").write_text("of another process")
    assert "Changed by another process" in text_of(admin, HOME)


@pytest.mark.django_db(transaction=True)
def test_a_page_drawn_while_a_change_is_being_saved_is_not_remembered(company: Integrator) -> None:
    def read_meanwhile() -> None:
        seen.append(str(memory.integrator()))
        connection.close()

    seen: list[str] = []
    with transaction.atomic():
        row = Integrator.objects.get()
        row.trade_name = "New"
        row.save()
        reader = threading.Thread(target=read_meanwhile)
        reader.start()
        reader.join(timeout=20)
    assert seen == ["Télécom Exemple"]
    assert str(memory.integrator()) == "New"


def test_before_there_is_a_row_nothing_is_remembered() -> None:
    assert memory.integrator() is None
    rows.integrator()
    assert memory.integrator() is not None


def test_without_a_place_for_the_token_the_row_is_asked_for_every_time(
    company: Integrator, tmp_path: Path, settings: object
) -> None:
    (tmp_path / "file").touch()
    settings.PRIVATE_ROOT = tmp_path / "file"  # type: ignore[attr-defined]
    Integrator.objects.update(trade_name="A")
    assert str(memory.integrator()) == "A"
    Integrator.objects.update(trade_name="B")
    assert str(memory.integrator()) == "B"
