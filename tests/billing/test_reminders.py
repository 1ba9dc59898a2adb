"""«Envoyer un rappel»: by hand, to whoever gets the invoices, once a day at most."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.billing.choices import RunState
from apps.billing.models import Invoice
from apps.billing.reminders import REMINDER
from apps.billing.services.mailing import send_invoice
from apps.billing.services.reminding import send_reminder
from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.documents.choices import DocumentKind
from apps.messaging.models import Delivery
from apps.messaging.services import resend, templates
from tests.admin import rows
from tests.billing.test_mailing import a_customer, issued_run
from tests.factories import ContactFactory, LineFactory, UserFactory
from tests.people import SignIn

CONFIRMED = {"_form_submitted": "True"}
LATE = date(2026, 12, 13)  # ten days after the due date

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice() -> Invoice:
    a_customer("C1", legal_name="Atelier Durand & fils")
    issued_run()
    return Invoice.objects.get()


def address(invoice: Invoice) -> str:
    return reverse("admin:billing_invoice_remind", args=[invoice.pk])


def test_the_customer_is_reminded_of_the_invoice_with_its_pdf(invoice: Invoice) -> None:
    actor = UserFactory()
    delivery = send_reminder(invoice=invoice, on=LATE, actor=actor)
    assert delivery.email.to == ["c1@client.example"]
    assert delivery.email.subject == "Rappel : facture F2026-000001 échue depuis le 03/12/2026"
    for told in ("Atelier Durand & fils", "12,00\xa0€", "n’avons pas reçu le règlement"):
        assert told in delivery.email.message
    assert [one.name for one in delivery.email.attachments.all()] == ["F2026-000001.pdf"]
    assert delivery.created_by == actor
    assert not invoice.sendings.exists()


def test_before_the_due_date_it_asks_for_nothing_that_is_late(invoice: Invoice) -> None:
    delivery = send_reminder(invoice=invoice, on=date(2026, 12, 3), actor=None)
    assert delivery.email.subject == "Facture F2026-000001 à régler le 03/12/2026"
    assert "n’avons pas reçu" not in delivery.email.message


def test_one_reminder_a_day_and_each_knows_its_rank(invoice: Invoice) -> None:
    first = send_reminder(invoice=invoice, on=LATE, actor=None)
    with pytest.raises(DomainError):
        send_reminder(invoice=invoice, on=LATE, actor=None)
    Delivery.objects.filter(pk=first.pk).update(state="sent", next_attempt_at=None, sent_at=timezone.now())
    resend(delivery=first, actor=None)
    second = send_reminder(invoice=invoice, on=LATE + timedelta(days=1), actor=None)
    assert second.email.subject.startswith("2e rappel")
    assert Delivery.objects.count() == 3


def issued(rank: int, **fields: Any) -> Invoice:
    """An invoice that is not drawn, and of this customer where it is told one."""
    line = LineFactory(customer=fields.pop("customer")) if "customer" in fields else LineFactory()
    invoice = rows.an_invoice(rows.a_run(date(2026, 10, 1), RunState.DONE), line, rank, issued=False)
    Invoice.objects.filter(pk=invoice.pk).update(
        **{
            "series": rows.a_series(),
            "number": f"F{rank}",
            "position": rank,
            "counter": rank,
            "issue_date": date(2026, 11, 3),
            "due_date": date(2026, 12, 3),
            "snapshot": {},
            "digest": "0" * 64,
            "previous_digest": "",
            **fields,
        }
    )
    invoice.refresh_from_db()
    return invoice


@pytest.mark.parametrize("kind", ["draft", "credit note", "cancelled", "nothing to pay"])
def test_what_is_not_owed_is_not_reminded_of(kind: str, admin: Client) -> None:
    match kind:
        case "draft":
            invoice = rows.an_invoice(rows.a_run(date(2026, 10, 1), RunState.REVIEW), LineFactory(), 1, issued=False)
        case "credit note":
            invoice = issued(1, kind=DocumentKind.CREDIT_NOTE)
        case "nothing to pay":
            invoice = issued(1, net=0, vat=0, gross=0)
        case _:
            invoice = issued(1)
            issued(2, kind=DocumentKind.CREDIT_NOTE, cancels=invoice, customer=invoice.customer)
    ContactFactory(customer=invoice.customer, email="c@client.example")
    with pytest.raises(DomainError):
        send_reminder(invoice=invoice, on=LATE, actor=None)
    admin.post(address(invoice), CONFIRMED)
    assert not Delivery.objects.exists()


def test_without_address_or_with_reminders_switched_off_nothing_leaves(invoice: Invoice) -> None:
    templates.switch_event(event=REMINDER, is_sent=False, actor=None, at=timezone.now())
    with pytest.raises(DomainError, match="désactivés"):
        send_reminder(invoice=invoice, on=LATE, actor=None)
    templates.switch_event(event=REMINDER, is_sent=True, actor=None, at=timezone.now())
    invoice.customer.contacts.update(email="")
    with pytest.raises(DomainError):
        send_reminder(invoice=invoice, on=LATE, actor=None)
    assert not Delivery.objects.exists()


# --- On the page of an invoice


def test_the_dialog_says_to_whom_what_is_due_and_how_often(
    invoice: Invoice, sign_in: SignIn, time_machine: Any
) -> None:
    time_machine.move_to("2026-12-13 10:00 +0100", tick=False)
    admin = sign_in(is_superuser=True)
    page = admin.get(address(invoice)).content.decode()
    for told in ("c1@client.example", "03/12/2026", "10 jours", "aucun rappel"):
        assert told in page
    assert not Delivery.objects.exists()
    admin.post(address(invoice), CONFIRMED)
    admin.post(address(invoice), CONFIRMED)
    assert Delivery.objects.count() == 1
    assert LogEntry.objects.filter(object_id=str(invoice.pk)).count() == 1
    assert "déjà été demandé" in admin.get(address(invoice)).content.decode()
    time_machine.move_to("2026-12-14 10:00 +0100", tick=False)
    assert "un rappel, le 13/12/2026" in sign_in(is_superuser=True).get(address(invoice)).content.decode()


def test_who_may_send_invoices_may_remind_of_them(invoice: Invoice, sign_in_as: SignIn) -> None:
    for role, allowed in ((Role.ACCOUNTANT, False), (Role.SALES, False), (Role.BILLING, True)):
        client = sign_in_as(role)
        answer = client.post(address(invoice), CONFIRMED)
        assert (answer.status_code != 403, Delivery.objects.exists()) == (allowed, allowed)
        page = client.get(reverse("admin:billing_invoice_change", args=[invoice.pk])).content.decode()
        assert ("Envoyer un rappel" in page) is allowed


def test_the_text_is_tried_on_invoices_that_are_owed(invoice: Invoice) -> None:
    samples = REMINDER.samples
    assert samples is not None
    for text in ("", "F2026", "c1", "000001"):
        assert [one.pk for one in samples.search(text, 5)] == [invoice.pk]
    assert samples.search("rien", 5) == []
    assert "F2026-000001" in templates.preview(REMINDER, REMINDER.shipped, invoice.pk).subject
    with pytest.raises(LookupError):
        samples.context(invoice.pk + 1)


def test_a_reminder_does_not_count_as_the_sending_of_the_invoice(invoice: Invoice) -> None:
    send_reminder(invoice=invoice, on=LATE, actor=None)
    assert list(Invoice.objects.unsent()) == [invoice]
    send_invoice(invoice=invoice, actor=None)
    assert Delivery.objects.count() == 2
