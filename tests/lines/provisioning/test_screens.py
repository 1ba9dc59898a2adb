"""«Demandes à l’opérateur» over HTTP: the list, a request and its buttons, the panel of a line, the home page."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from apps.core.roles import Role
from apps.lines.choices import ProvisioningState
from apps.lines.models import Line, ProvisioningRequest
from apps.lines.services import reactivate_line, suspend_line
from tests.factories import LineFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}
LIST = "admin:lines_provisioningrequest_changelist"
REFUSED, TO_SEND, SENT = ProvisioningState.REFUSED, ProvisioningState.TO_SEND, ProvisioningState.SENT


@pytest.fixture
def line(settings: Any, tmp_path: Any) -> Line:
    settings.PROVISIONING, settings.PROVISIONING_DIR = "file_drop", str(tmp_path)
    return LineFactory(msisdn="33639981234")


def asked(line: Line, state: ProvisioningState, **fields: Any) -> ProvisioningRequest:
    suspend_line(line=line, on=localdate(), today=localdate(), actor=None)
    rows = ProvisioningRequest.objects.of_line(line.pk)
    rows.update(state=state, sent_at=None if state == TO_SEND else timezone.now(), **fields)
    return rows.get()


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def address(request: ProvisioningRequest, button: str) -> str:
    return reverse(f"admin:lines_provisioningrequest_{button}", args=[request.pk])


def shown(client: Client, where: str) -> dict[str, str]:
    """Opens a dialog and gives what the browser would send back."""
    form = client.get(where).context["form"]
    return {"_previewed": form.fields["_previewed"].initial or "", **CONFIRMED}


def test_support_asks_again_after_reading_what_has_changed_since(line: Line, sign_in_as: SignIn) -> None:
    request = asked(line, REFUSED, answer="Carte inconnue")
    reactivate_line(line=line, on=localdate(), today=localdate(), actor=None)
    support = sign_in_as(Role.SUPPORT)
    where = address(request, "ask_again")
    said = text(support.get(where))
    assert "Statut : la demande refusée disait Suspendue, celle-ci dit Active." in said.replace("\xa0", " ")
    assert "1 demande plus récente" in said
    assert support.post(where, shown(support, where)).status_code == 302
    again = ProvisioningRequest.objects.get(pk=request.pk)
    assert (again.state, again.reference) == (TO_SEND, f"{request.reference}-2")
    assert LogEntry.objects.get(object_id=str(request.pk)).user.username
    assert "Carte inconnue" in text(support.get(reverse("admin:lines_provisioningrequest_change", args=[request.pk])))


def test_what_was_shown_is_what_is_asked(line: Line, sign_in_as: SignIn) -> None:
    """Somebody changes the line between the reading and the click."""
    request = asked(line, REFUSED)
    support = sign_in_as(Role.SUPPORT)
    where = address(request, "ask_again")
    read = shown(support, where)
    reactivate_line(line=line, on=localdate(), today=localdate(), actor=None)
    assert support.post(where, read).status_code == 200
    assert ProvisioningRequest.objects.get(pk=request.pk).state == REFUSED


def test_support_notes_what_was_said_by_telephone(line: Line, sign_in_as: SignIn) -> None:
    request = asked(line, SENT)
    support = sign_in_as(Role.SUPPORT)
    where = address(request, "answered")
    assert support.post(where, {"remark": "", **CONFIRMED}).status_code == 200, "without a remark it is not taken"
    assert ProvisioningRequest.objects.get(pk=request.pk).state == SENT
    assert support.post(where, {"remark": "Mme Petit, 14 h", **CONFIRMED}).status_code == 302
    now = ProvisioningRequest.objects.get(pk=request.pk)
    assert (now.state, now.answer) == (ProvisioningState.ACKNOWLEDGED, "Mme Petit, 14 h")
    assert now.answered_by is not None


@pytest.mark.parametrize("role", [Role.SALES, Role.BILLING, Role.READER])
def test_others_look_and_change_nothing(line: Line, sign_in_as: SignIn, role: Role) -> None:
    refused = asked(line, REFUSED)
    sent = asked(LineFactory(), SENT)
    client = sign_in_as(role)
    assert refused.reference in text(client.get(reverse(LIST)))
    assert client.post(address(refused, "ask_again"), CONFIRMED).status_code == 403
    assert client.post(address(sent, "answered"), {"remark": "Fait", **CONFIRMED}).status_code == 403
    assert "Demander à nouveau" not in text(
        client.get(reverse("admin:lines_provisioningrequest_change", args=[refused.pk]))
    )
    assert ProvisioningRequest.objects.get(pk=refused.pk).state == REFUSED
    assert ProvisioningRequest.objects.get(pk=sent.pk).state == SENT


def test_the_accountant_has_no_business_here(line: Line, sign_in_as: SignIn) -> None:
    asked(line, SENT)
    client = sign_in_as(Role.ACCOUNTANT)
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse("admin:lines_line_requests_to_operator")).status_code == 403


def test_the_list_is_found_from_the_fleet_and_searched_by_number(line: Line, sign_in_as: SignIn) -> None:
    found, other = asked(line, SENT), asked(LineFactory(msisdn="33639980007"), SENT)
    client = sign_in_as(Role.SUPPORT)
    way = reverse("admin:lines_line_requests_to_operator")
    assert way in text(client.get(reverse("admin:lines_line_changelist")))
    assert client.get(way).headers["Location"] == reverse(LIST)
    for typed in ("06 39 98 12 34", "+33639981234", "1234", found.reference):
        page = client.get(reverse(LIST), {"q": typed})
        assert [row.pk for row in page.context["cl"].result_list] == [found.pk], typed
    page = client.get(reverse(LIST), {"state__exact": REFUSED})
    assert not page.context["cl"].result_list
    assert other.pk


def test_the_page_of_a_line_lays_what_is_wanted_beside_what_was_acknowledged(line: Line, sign_in_as: SignIn) -> None:
    request = asked(line, ProvisioningState.ACKNOWLEDGED, answered_at=timezone.now())
    client = sign_in_as(Role.SUPPORT)
    page = text(client.get(reverse("admin:lines_line_change", args=[line.pk])))
    assert 'class="differs"' not in page
    reactivate_line(line=line, on=localdate(), today=localdate(), actor=None)
    page = text(client.get(reverse("admin:lines_line_change", args=[line.pk])))
    assert page.count('class="differs"') == 2, "status and restriction"
    newer = ProvisioningRequest.objects.exclude(pk=request.pk).get()
    assert reverse("admin:lines_provisioningrequest_change", args=[newer.pk]) in page


def test_the_home_page_tells_of_an_operator_that_says_nothing(line: Line, sign_in_as: SignIn) -> None:
    request = asked(line, SENT)
    client = sign_in_as(Role.SUPPORT)
    assert "sans réponse depuis plus de" not in text(client.get(reverse("admin:index")))
    ProvisioningRequest.objects.filter(pk=request.pk).update(sent_at=timezone.now() - timedelta(hours=25))
    assert "1 demande est sans réponse depuis plus de 24" in text(client.get(reverse("admin:index")))
