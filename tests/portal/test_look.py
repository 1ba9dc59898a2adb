"""The shell of the customer space: the integrator's name and colours, a menu, a strict policy, its own error pages."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.branding.colours import contrast
from apps.portal import errors
from tests.factories import CustomerFactory, IntegratorFactory
from tests.portal.conftest import SignInTo
from tests.reading import text_of

pytestmark = pytest.mark.django_db

HOSTILE = "'; <b>{{"


def policy(response: object) -> dict[str, list[str]]:
    directives = (directive.split() for directive in response["Content-Security-Policy"].split(";"))  # type: ignore[index]
    return {name: values for name, *values in directives}


@pytest.fixture
def customer_browser(sign_in_to: SignInTo) -> Client:
    return sign_in_to(CustomerFactory(legal_name="Société d’Électricité"))


def test_a_page_shows_the_integrator_and_who_is_signed_in(customer_browser: Client) -> None:
    IntegratorFactory(
        trade_name="Mobilia", welcome_message="Bienvenue\nchez nous", contact="Léa Martin", email="lea@mobilia.example"
    )
    page = text_of(customer_browser.get(reverse("portal:home")))
    for said in ("Mobilia", "Bienvenue<br>chez nous", "Léa Martin", "lea@mobilia.example", "Société d’Électricité"):
        assert said in page
    assert "Votre interlocuteur" in page


def test_a_page_opens_before_the_integrator_is_filled_in(customer_browser: Client) -> None:
    assert "Société d’Électricité" in text_of(customer_browser.get(reverse("portal:home")))


def test_hostile_names_stay_text(customer_browser: Client, sign_in_to: SignInTo) -> None:
    IntegratorFactory(trade_name=HOSTILE, contact=HOSTILE, welcome_message=HOSTILE, phone=HOSTILE)
    page = sign_in_to(CustomerFactory(legal_name=HOSTILE)).get(reverse("portal:home")).content.decode()
    assert "<b>" not in page
    assert "&#x27;; &lt;b&gt;{{" in page


def test_no_style_no_script_and_no_frame_is_let_in_that_is_not_a_file_of_ours(customer_browser: Client) -> None:
    response = customer_browser.get(reverse("portal:home"))
    said = policy(response)
    assert said["style-src"] == said["script-src"] == said["img-src"] == ["'self'"]
    assert said["frame-src"] == said["frame-ancestors"] == ["'none'"]
    page = response.content.decode()
    assert [word for word in ("<script", "<style", "style=", "onclick") if word in page] == []


def test_what_a_customer_saw_is_not_kept_for_the_next_at_the_same_computer(customer_browser: Client) -> None:
    assert "no-store" in customer_browser.get(reverse("portal:home"))["Cache-Control"]


class TestColours:
    def test_are_a_style_sheet_whose_address_changes_with_them(self, customer_browser: Client) -> None:
        IntegratorFactory(primary_colour="#FFD700")
        address = reverse("portal:colours", args=["ffd700"])
        assert address in customer_browser.get(reverse("portal:home")).content.decode()
        sheet = Client().get(address)
        assert (sheet["Content-Type"], sheet["Cache-Control"]) == (
            "text/css; charset=utf-8",
            "public, max-age=31536000, immutable",
        )
        painted = dict(one.split(":") for one in sheet.content.decode()[len(":root{") : -1].split(";") if one)
        # Yellow letters on white would not be read: the weight that buttons and links take is dark enough.
        assert contrast(painted["--brand-600"], "#ffffff") >= 4.5

    def test_that_no_page_can_read_are_the_products_own(self, customer_browser: Client) -> None:
        IntegratorFactory(primary_colour="red}*{")
        page = customer_browser.get(reverse("portal:home")).content.decode()
        assert reverse("portal:colours", args=["1f4e79"]) in page

    @pytest.mark.parametrize("colour", ["red", "12345", "1234567", "FFFFFF", "gggggg"])
    def test_there_are_no_others(self, colour: str) -> None:
        assert Client().get(reverse("portal:colours", args=[colour])).status_code == 404


class TestPagesThatSayNo:
    def test_lead_to_the_customer_space_and_not_to_the_back_office(self, customer_browser: Client) -> None:
        for client in (customer_browser, Client()):
            answer = client.get("/espace-client/rien/")
            page = answer.content.decode()
            assert (answer.status_code, "Il n’y a rien ici" in page) == (404, True)
            assert "/admin/" not in page
            assert f'href="{reverse("portal:home")}"' in page

    def test_say_that_a_form_has_expired(self) -> None:
        request = RequestFactory().post("/espace-client/rien/")
        answer = errors.expired(request)
        assert (answer.status_code, "Cette page a expiré" in answer.content.decode()) == (403, True)
        assert "/admin/" not in answer.content.decode()

    def test_say_that_something_broke_without_asking_the_database(self) -> None:
        page = render_to_string("500.html", {"customer_space": "/espace-client/"})
        assert "/admin/" not in page
        assert "/espace-client/" in page

    def test_are_those_of_the_back_office_elsewhere(self, admin: Client) -> None:
        answer = admin.get("/admin/rien/")
        assert (answer.status_code, "/admin/" in answer.content.decode()) == (404, True)
