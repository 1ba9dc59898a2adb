"""What every answer of the site tells the browser, whoever asks and whatever comes back."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.branding.models import Integrator
from tests.admin import rows
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def policy(response: HttpResponse) -> dict[str, list[str]]:
    directives = (directive.split() for directive in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in directives}


@pytest.mark.parametrize("address", ["/", "/admin/", "/admin/login/", "/admin/no/such/page/", "/no/such/page/"])
def test_every_answer_has_the_policy_and_its_companions(admin: Client, address: str) -> None:
    for client in (Client(), admin):
        response = client.get(address)
        said = policy(response)
        assert said["default-src"] == said["form-action"] == ["'self'"]
        assert said["object-src"] == said["base-uri"] == said["frame-ancestors"] == ["'none'"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in response["Permissions-Policy"]


def test_no_script_in_a_page_may_run_and_expressions_in_the_back_office_only(admin: Client) -> None:
    rows.integrator()
    assert policy(admin.get("/admin/"))["script-src"] == ["'self'", "'unsafe-eval'"]
    logo = reverse("logo", args=[Integrator.objects.get().logo_digest])
    for address in ("/", logo, "/no/such/page/"):
        assert policy(admin.get(address))["script-src"] == ["'self'"]


def test_files_may_stand_in_a_frame_of_our_own_pages_and_nothing_else_may(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.make(1)
    monkeypatch.setattr("apps.billing.services.invoice_pdf", lambda invoice: b"%PDF-1.7")
    from apps.billing.models import Invoice

    shown = admin.get(reverse("file", args=["invoice", Invoice.objects.latest("pk").pk]))
    assert shown.status_code == 200
    assert policy(shown)["frame-ancestors"] == ["'self'"]
    assert policy(admin.get("/admin/"))["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("address", ["/admin/", "/admin/lines/line/", "/admin/jsi18n/", "/admin/no/such/page/"])
def test_what_somebody_saw_is_not_kept_for_the_next_at_the_same_computer(admin: Client, address: str) -> None:
    assert "no-store" in admin.get(address)["Cache-Control"]


def test_the_logo_is_kept_by_browsers_for_its_address_changes_with_it(admin: Client) -> None:
    rows.integrator()
    logo = admin.get(reverse("logo", args=[Integrator.objects.get().logo_digest]))
    assert logo["Cache-Control"] == "public, max-age=31536000, immutable"


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites() -> None:
    user = UserFactory(is_superuser=True)
    user.set_password("a long pass phrase")
    user.save()
    signed_in = Client().post("/admin/login/", {"username": user.username, "password": "a long pass phrase"})
    assert signed_in["Location"] == "/admin/"
    session = signed_in.cookies["sessionid"]
    assert (bool(session["httponly"]), session["samesite"]) == (True, "Lax")
    assert signed_in.cookies["csrftoken"]["samesite"] == "Lax"


def test_production_speaks_tls_only() -> None:
    """In a process of its own: these settings are those of another installation."""
    code = (
        "import json; from django.conf import settings as s; print(json.dumps([s.SECURE_SSL_REDIRECT, "
        "s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY]))"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "ism.example",
        "DATABASE_URL": "sqlite://:memory:",
    }
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(printed.stdout) == [True, 31_536_000, True, True, True]
