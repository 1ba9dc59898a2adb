"""«Textes et mise en page» over HTTP: the next version, its faults, its preview, the versions before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from apps.core.roles import Role
from apps.documents import services
from apps.documents.models import InvoiceLayout
from apps.documents.shipped import shipped_layout
from tests.documents.asking import address, asked, errors, typed
from tests.people import SignIn
from tests.reading import plain, said, text_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def admin_of(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.ADMINISTRATOR)


@pytest.fixture
def layout() -> InvoiceLayout:
    return services.layout_in_force()


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples are drawn by tests of their own: seconds each."""
    monkeypatch.setattr("apps.documents.services.checking._of_samples", lambda values, today: [])


def page_of(layout: InvoiceLayout) -> str:
    return address("invoicelayout_change", layout.pk)


def a_version(**changes: Any) -> InvoiceLayout:
    """One more version, written straight."""
    latest = services.layout_in_force()
    kept = {name: getattr(latest, name) for name in ("penalties", "recovery_indemnity", "early_payment", "html")}
    return InvoiceLayout.objects.create(version=latest.version + 1, made_at=AT, **{**kept, **changes})


class TestTheVersionInForce:
    def test_opens_at_once(self, admin_of: Client, layout: InvoiceLayout) -> None:
        response = admin_of.get(address("invoicelayout_current"))
        assert response.url == page_of(layout)
        assert "&lt;!doctype html&gt;" in text_of(admin_of.get(response.url))

    def test_leads_to_the_numbering_whoever_may_see_no_more(self, sign_in_as: SignIn) -> None:
        response = sign_in_as(Role.ACCOUNTANT).get(address("invoicelayout_current"))
        assert response.url == address("numberseries_changelist")

    @pytest.mark.usefixtures("unchecked")
    def test_is_followed_by_what_is_saved(self, admin_of: Client, layout: InvoiceLayout) -> None:
        answers = typed(layout, footer="Merci de votre confiance", note="Pied de page")
        response = admin_of.post(page_of(layout), answers)
        made = services.layout_in_force()
        assert response.url == page_of(made)
        assert (made.version, made.footer, made.note) == (
            layout.version + 1,
            "Merci de votre confiance",
            "Pied de page",
        )
        assert made.html == ""  # the shipped layout, untouched: browsers end lines otherwise
        assert made.made_by is not None
        layout.refresh_from_db()
        assert layout.footer == ""
        assert "les factures émises gardent la leur" in text_of(admin_of.get(response.url))

    @pytest.mark.usefixtures("unchecked")
    def test_has_a_penalty_rate_or_that_of_the_ecb(self, admin_of: Client, layout: InvoiceLayout) -> None:
        own = {"rate_kind": "own", "penalties": "Pénalités au taux de {rate}."}
        assert "penalty_rate" in errors(admin_of.post(page_of(layout), typed(layout, **own, penalty_rate="")))
        admin_of.post(page_of(layout), typed(layout, **own, penalty_rate="15,5"))
        made = services.layout_in_force()
        assert str(made.penalty_rate) == "15.50"
        admin_of.post(page_of(made), typed(made, rate_kind="ecb"))
        assert services.layout_in_force().penalty_rate is None

    def test_stays_when_nothing_was_changed(self, admin_of: Client, layout: InvoiceLayout) -> None:
        refused = errors(admin_of.post(page_of(layout), typed(layout, note="Rien")))
        assert "Rien n’a été changé" in refused["__all__"][0]
        assert services.layout_in_force() == layout

    def test_stays_with_what_was_typed_when_the_layout_is_at_fault(
        self, admin_of: Client, layout: InvoiceLayout
    ) -> None:
        html = layout.source.replace("<body>", "<body>\n{{ invoice.nummer }}")
        response = admin_of.post(page_of(layout), typed(layout, html=html, footer="'; <b>{{"))
        told = errors(response)
        line = html[: html.index("{{ invoice.nummer")].count("\n") + 1
        assert any(f'data-line="{line}"' in one and "invoice.nummer" in one for one in told["html"])
        assert "invoice.nummer" in response.context["adminform"].form["html"].value()
        page = plain(response.content.decode())
        assert "&#x27;; &lt;b&gt;{{" in page
        assert "<b>{{" not in page
        assert services.layout_in_force() == layout

    def test_tells_a_mention_that_is_taken_out_by_its_name(self, admin_of: Client, layout: InvoiceLayout) -> None:
        html = "\n".join(line for line in layout.source.splitlines() if "invoice.gross" not in line)
        told = errors(admin_of.post(page_of(layout), typed(layout, html=html)))
        assert any("total" in plain(one).lower() for one in told["html"])
        assert services.layout_in_force() == layout

    @pytest.mark.usefixtures("unchecked")
    def test_of_two_writers_the_second_is_told_and_loses_nothing(self, admin_of: Client, layout: InvoiceLayout) -> None:
        theirs = a_version(footer="Le leur")
        response = admin_of.post(page_of(layout), typed(layout, footer="Le mien"))
        assert f"version {theirs.version}" in plain(errors(response)["__all__"][0])
        form = response.context["adminform"].form
        assert (form["footer"].value(), int(form["expected"].value())) == ("Le mien", theirs.version)
        again = admin_of.post(page_of(layout), typed(layout, footer="Le mien", expected=form["expected"].value()))
        assert again.status_code == 302
        assert services.layout_in_force().footer == "Le mien"

    @pytest.mark.parametrize("role", [Role.BILLING, Role.READER])
    def test_is_only_looked_at_by_others(self, sign_in_as: SignIn, layout: InvoiceLayout, role: Role) -> None:
        client = sign_in_as(role)
        page = text_of(client.get(page_of(layout)))
        assert "&lt;!doctype html&gt;" in page
        assert "<textarea" not in page
        assert client.post(page_of(layout), typed(layout, footer="x")).status_code == 403
        assert client.post(address("invoicelayout_preview", layout.pk), typed(layout)).status_code == 403


class TestThePreview:
    def test_is_a_pdf_of_what_is_typed_and_writes_nothing(self, admin_of: Client, layout: InvoiceLayout) -> None:
        response = admin_of.post(address("invoicelayout_preview", layout.pk), typed(layout, footer="Essai"))
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
        assert response.content.startswith(b"%PDF-")
        assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
        assert services.layout_in_force() == layout

    def test_says_why_there_is_none(self, admin_of: Client, layout: InvoiceLayout) -> None:
        html = "<p>\n{{ invoice.nummer }}<script>alert(1)</script>"
        response = admin_of.post(address("invoicelayout_preview", layout.pk), typed(layout, html=html))
        assert response.status_code == 422
        page = plain(response.content.decode())
        assert "invoice.nummer" in page
        assert "<script>" not in page

    @pytest.mark.parametrize("key", ["nonsense", "invoice:999999", "invoice:x", "'; <b>{{"])
    def test_is_of_a_document_that_exists(self, admin_of: Client, layout: InvoiceLayout, key: str) -> None:
        response = admin_of.get(address("invoicelayout_preview", layout.pk), {"shown": key})
        assert response.status_code == 422

    def test_offers_examples(self, admin_of: Client) -> None:
        page = text_of(admin_of.get(address("invoicelayout_samples"), {"searched": "'; <b>{{"}))
        assert '<optgroup label="Exemples">' in page
        assert "<b>" not in page


class TestTheVersions:
    def test_are_listed_with_who_and_why(self, admin_of: Client) -> None:
        a_version(note="Nouveau pied de page")
        page = text_of(admin_of.get(address("invoicelayout_changelist")))
        assert "Nouveau pied de page" in page
        assert "?old=1&amp;new=2" in page

    def test_are_compared_line_by_line(self, admin_of: Client) -> None:
        a_version(footer="Merci\n<b>beaucoup</b>", penalty_rate="15", html=shipped_layout() + "<!-- à nous -->")
        page = text_of(admin_of.get(address("invoicelayout_compare"), {"old": 1, "new": 2}))
        assert "&lt;b&gt;beaucoup&lt;/b&gt;" in page
        assert 'taux de la BCE majoré de 10 points → <span class="text-important">15 %' in page
        assert "lignes inchangées" in page

    @pytest.mark.parametrize("asked_for", [{"old": "1", "new": "99"}, {"old": "x", "new": ""}, {"old": "9" * 40}])
    def test_that_do_not_exist_are_not_compared(self, admin_of: Client, asked_for: dict[str, str]) -> None:
        assert admin_of.get(address("invoicelayout_compare"), asked_for).status_code == 200

    def test_before_the_latest_are_looked_at_only(self, admin_of: Client, layout: InvoiceLayout) -> None:
        a_version()
        page = text_of(admin_of.get(page_of(layout)))
        assert "n’est plus en vigueur" in page
        assert "Restaurer cette version" in page
        assert "<textarea" not in page

    @pytest.mark.usefixtures("unchecked")
    def test_are_restored_as_the_next(self, admin_of: Client, layout: InvoiceLayout) -> None:
        a_version(footer="Autre")
        shown = admin_of.get(address("invoicelayout_restore", layout.pk))
        assert "La version 3 dira ce que dit la version 1" in said(shown)
        assert asked(admin_of, "invoicelayout_restore", layout.pk).status_code == 302
        made = services.layout_in_force()
        assert (made.version, made.footer) == (3, "")

    @pytest.mark.usefixtures("unchecked")
    def test_return_to_the_shipped_layout(self, admin_of: Client) -> None:
        own = a_version(html=shipped_layout() + "<!-- à nous -->", footer="Le nôtre")
        assert asked(admin_of, "invoicelayout_use_shipped", own.pk).status_code == 302
        made = services.layout_in_force()
        assert (made.version, made.html, made.footer) == (3, "", "Le nôtre")
