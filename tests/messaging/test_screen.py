"""«Boîte d'envoi»: who sees what of a mail, what its frame may do, what its buttons do."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.core import files
from apps.core.roles import Role
from apps.messaging.admin.outbox import FRAME_POLICY
from apps.messaging.choices import AttemptOutcome, DeliveryState
from apps.messaging.models import Delivery
from apps.messaging.panels import ATTACHMENTS
from apps.messaging.services import Attachment, send_next, sending
from apps.messaging.transport import Verdict
from tests.admin.rows import an_image
from tests.factories import IntegratorFactory
from tests.messaging.conftest import PDF, Queue
from tests.people import SignIn

pytestmark = pytest.mark.django_db

LIST = "/admin/messaging/delivery/"
CONFIRMED = {"_form_submitted": "True"}
SEE, READ = "messaging.view_delivery", "messaging.view_content"


def page(delivery: Delivery, name: str = "change") -> str:
    return reverse(f"admin:messaging_delivery_{name}", args=[delivery.pk])


def shown(client: Client, **query: str) -> list[Any]:
    return list(client.get(LIST, query).context["cl"].result_list)


@pytest.fixture
def unclear(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """A mail of which nobody knows whether it arrived."""
    delivery = queue()
    monkeypatch.setattr(sending, "deliver", lambda letter: Verdict(AttemptOutcome.UNCLEAR, "sans réponse"))
    send_next()
    monkeypatch.undo()
    return Delivery.objects.get(pk=delivery.pk)


# --- The list


def test_a_mail_is_found_by_address_subject_state_event_and_day(queue: Queue, sign_in: SignIn) -> None:
    first = queue("ATELIER DURAND", to=["Durand@client.example"], cc=["compta@groupe.example"])
    second = queue("GARAGE MARTIN")
    send_next()
    clerk = sign_in(SEE)
    assert shown(clerk) == [second, first]
    assert shown(clerk, q="durand@CLIENT") == shown(clerk, q="atelier") == shown(clerk, q="compta@groupe") == [first]
    assert shown(clerk, q="F2026-000001") == [second, first]
    assert shown(clerk, q="nobody@client.example") == []
    assert shown(clerk, state__exact=DeliveryState.QUEUED) == [second]
    assert shown(clerk, event="trial") == [second, first]
    assert shown(clerk, event="other") == []
    assert shown(clerk, created_at_from="2020-01-01", created_at_to="2020-01-02") == []
    assert shown(clerk, created_at_from="2020-01-01") == [second, first]


def test_a_list_carries_no_mail(queue: Queue, sign_in: SignIn, django_assert_max_num_queries: Any) -> None:
    """The texts of mails are most of the database."""
    for _ in range(3):
        queue()
    clerk = sign_in(SEE)
    with django_assert_max_num_queries(30) as captured:
        clerk.get(LIST)
    assert [query["sql"] for query in captured.captured_queries if "html_message" in query["sql"]] == []


# --- The page and its frame


def test_the_page_tells_what_became_of_the_mail(unclear: Delivery, sign_in: SignIn) -> None:
    body = sign_in(SEE).get(page(unclear)).content.decode()
    for told in ("Incertain", "sans réponse", "compta@client.example", escape(unclear.email.message_id)):
        assert told in body


def test_who_may_not_read_sees_no_content(queue: Queue, sign_in: SignIn) -> None:
    delivery = queue()
    attachment = files.address(ATTACHMENTS, delivery.email.attachments.get().pk)
    clerk = sign_in(SEE)
    body = clerk.get(page(delivery)).content.decode()
    assert "<iframe" not in body
    assert "Votre facture" not in body
    assert clerk.get(page(delivery, "html")).status_code == 403
    assert clerk.get(attachment).status_code == 403
    # Who may read mails, but has no business in the outbox.
    assert sign_in(READ).get(page(delivery, "html")).status_code == 403
    assert Client().get(page(delivery, "html")).status_code == 302


def test_who_may_read_sees_the_mail_in_a_frame_that_can_do_nothing(queue: Queue, sign_in: SignIn) -> None:
    company = IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    company.put_logo(an_image("PNG"))
    company.save()
    delivery = queue('"><img src=x onerror=alert(1)>')
    clerk = sign_in(SEE, READ)
    body = clerk.get(page(delivery)).content.decode()
    (frame,) = re.findall(r"<iframe[^>]*>", body)
    assert re.search(r"<iframe sandbox src=", frame)
    assert page(delivery, "html") in frame
    assert "<img src=x" not in body
    response = clerk.get(page(delivery, "html"))
    assert response["Content-Security-Policy"] == FRAME_POLICY
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    html = response.content.decode()
    assert 'src="data:image/png;base64,' in html
    assert "cid:" not in html
    assert "<img src=x" not in html
    assert clerk.post(page(delivery, "html")).status_code == 405


def test_attachments_are_downloaded_and_never_run(queue: Queue, sign_in: SignIn) -> None:
    delivery = queue(attachments=[PDF, Attachment("page.html", "text/html", b"<script>alert(1)</script>")])
    clerk = sign_in(SEE, READ)
    body = clerk.get(page(delivery)).content.decode()
    pdf, page_ = (clerk.get(files.address(ATTACHMENTS, one.pk)) for one in delivery.email.attachments.order_by("pk"))
    assert b"".join(pdf.streaming_content) == PDF.data
    assert pdf["Content-Type"] == "application/pdf"
    assert page_["Content-Type"] == "application/octet-stream"
    for one in delivery.email.attachments.all():
        assert files.address(ATTACHMENTS, one.pk, download=True) in body
    assert clerk.get(files.address(ATTACHMENTS, 0)).status_code == 404


# --- The buttons


def test_sending_again_warns_and_is_written_down(unclear: Delivery, sign_in_as: SignIn) -> None:
    clerk = sign_in_as(Role.BILLING)
    dialog = page(unclear, "resend")
    assert "compta@client.example" in clerk.get(dialog).content.decode()
    asked = clerk.post(dialog, {**CONFIRMED, "to": "autre@client.example, deux@client.example"})
    assert "deux fois" in asked.content.decode()
    assert Delivery.objects.count() == 1
    answers = {**CONFIRMED, "to": "autre@client.example, deux@client.example"}
    answers["_previewed"] = asked.context["form"].data["_previewed"]
    assert clerk.post(dialog, answers).status_code == 302
    copy = Delivery.objects.get(resend_of=unclear)
    assert copy.email.to == ["autre@client.example", "deux@client.example"]
    assert copy.created_by is not None
    assert LogEntry.objects.get().object_id == str(unclear.pk)
    assert page(copy) in clerk.get(page(unclear)).content.decode()
    assert page(unclear) in clerk.get(page(copy)).content.decode()
    assert dialog not in clerk.get(page(unclear)).content.decode()
    again = clerk.post(dialog, answers)
    assert again.status_code == 200
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("to", ["", "compta", "a@client.example\nBcc: b@client.example;", "é@client.example"])
def test_a_wrong_address_is_told_in_the_dialog(to: str, unclear: Delivery, sign_in_as: SignIn) -> None:
    response = sign_in_as(Role.BILLING).post(page(unclear, "resend"), {**CONFIRMED, "to": to})
    assert response.status_code == 200
    assert response.context["form"].errors["to"]


def test_a_waiting_mail_is_cancelled(queue: Queue, sign_in_as: SignIn) -> None:
    delivery = queue()
    clerk = sign_in_as(Role.BILLING)
    assert "compta@client.example" in clerk.get(page(delivery, "cancel")).content.decode()
    assert clerk.post(page(delivery, "cancel"), CONFIRMED).status_code == 302
    assert not send_next()
    assert mail.outbox == []
    assert Delivery.objects.get().state == DeliveryState.CANCELLED
    assert LogEntry.objects.get().object_id == str(delivery.pk)


def test_failures_are_retried_together_and_each_says_by_whom(queue: Queue, sign_in_as: SignIn) -> None:
    failed = [queue() for _ in range(3)]
    other = queue()
    Delivery.objects.exclude(pk=other.pk).update(state=DeliveryState.FAILED, next_attempt_at=None)
    clerk = sign_in_as(Role.SUPPORT)
    dialog = reverse("admin:messaging_delivery_retry_failed")
    assert "3" in clerk.get(dialog).content.decode()
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.FAILED, DeliveryState.QUEUED}
    assert clerk.post(dialog, CONFIRMED).status_code == 302
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.QUEUED}
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {str(delivery.pk) for delivery in failed}


@pytest.mark.parametrize("role", [Role.READER, Role.SALES, Role.ACCOUNTANT])
def test_who_only_looks_sends_nothing(role: Role, unclear: Delivery, queue: Queue, sign_in_as: SignIn) -> None:
    waiting = queue()
    clerk = sign_in_as(role)
    body = clerk.get(page(unclear)).content.decode()
    for name, delivery in (("resend", unclear), ("cancel", waiting)):
        assert page(delivery, name) not in body
        assert clerk.post(page(delivery, name), {**CONFIRMED, "to": "a@client.example"}).status_code == 403
    assert clerk.post(reverse("admin:messaging_delivery_retry_failed"), CONFIRMED).status_code == 403
    assert Delivery.objects.count() == 2


def test_the_librarys_own_pages_are_gone(admin_client: Client) -> None:
    for model in ("email", "emailtemplate", "log", "attachment"):
        assert admin_client.get(f"/admin/post_office/{model}/").status_code == 404
