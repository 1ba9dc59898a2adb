"""«Envoyer les factures» and «Envoyer»: one mail per invoice with its PDF, each once, again only when that is said."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail as outgoing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.billing.mailing import INVOICE
from apps.billing.models import BillingRun, Invoice, InvoiceSending
from apps.billing.services import bill_period
from apps.billing.services.launching import start_mailing
from apps.billing.services.mailing import send_invoice, send_run
from apps.core.exceptions import DomainError
from apps.core.files import stored_bytes
from apps.core.periods import Month
from apps.core.progress import Interrupted
from apps.customers.choices import ContactRole
from apps.customers.models import Contact, Customer
from apps.documents.choices import PaymentMode
from apps.jobs.choices import JobState
from apps.jobs.models import Job
from apps.messaging.choices import DeliveryState
from apps.messaging.letterhead import letterhead
from apps.messaging.models import Delivery
from apps.messaging.rendering import render_event
from apps.messaging.services import forget_old_attachments, resend, send_next
from tests.billing.working import said, work_off
from tests.commands import run_command
from tests.factories import ContactFactory, CustomerFactory, IntegratorFactory, LineFactory, UserFactory
from tests.people import SignIn

OCTOBER = Month(2026, 10)
CONFIRMED = {"_form_submitted": "True"}
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"

pytestmark = pytest.mark.django_db(transaction=True)


def a_customer(number: str, email: str | None = "", **fields: Any) -> Customer:
    customer: Customer = CustomerFactory(number=number, billing=None, **fields)
    if email is not None:
        ContactFactory(customer=customer, email=email or f"{number.lower()}@client.example")
    LineFactory(customer=customer, billing_start=OCTOBER.start, price=Decimal("10.00"))
    return customer


def issued_run() -> BillingRun:
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example", contact="Camille Moreau")
    return bill_period(month=OCTOBER, issue_on=date(2026, 11, 3)).run


def addresses() -> list[list[str]]:
    return [delivery.email.to for delivery in Delivery.objects.order_by("pk")]


def test_every_customer_gets_a_mail_with_its_invoice(settings: Any) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    a_customer("C1", name="ATELIER DURAND", legal_name="Atelier Durand & fils")
    a_customer("C2")
    run = issued_run()
    start_mailing(run=run, actor=UserFactory())
    (job,) = work_off()
    assert said(job) == ["2 factures remises à la boîte d’envoi."]
    assert (job.done, job.total) == (2, 2)
    while send_next():
        pass
    first, second = outgoing.outbox
    assert (first.to, second.to) == (["c1@client.example"], ["c2@client.example"])
    assert first.subject == "Votre facture F2026-000001 du 03/11/2026"
    for told in ("Atelier Durand & fils", "12,00\u00a0€", "03/12/2026", "Virement", "Camille Moreau"):
        assert told in first.body
    (part,) = [part for part in first.message().walk() if part.get_filename()]
    assert (part.get_filename(), part.get_content_type()) == ("F2026-000001.pdf", "application/pdf")
    with pikepdf.open(io.BytesIO(part.get_payload(decode=True))) as document:
        assert str(document.docinfo["/Title"]) == "Facture F2026-000001"
    assert set(Invoice.objects.with_sending_state().values_list("sending_state", flat=True)) == {DeliveryState.SENT}


def test_nobody_gets_an_invoice_twice_however_often_it_is_asked_for() -> None:
    a_customer("C1")
    run = issued_run()
    for _ in range(2):
        start_mailing(run=run, actor=None)
    assert Job.objects.count() == 1
    work_off()
    start_mailing(run=run, actor=None)
    (again,) = work_off()
    assert said(again) == ["0 facture remise à la boîte d’envoi.", "1 avait déjà été envoyée."]
    assert (Delivery.objects.count(), InvoiceSending.objects.count()) == (1, 1)


def test_a_customer_without_address_is_told_and_blocks_nobody() -> None:
    a_customer("C1", email=None, name="SANS ADRESSE")
    a_customer("C2")
    run = issued_run()
    start_mailing(run=run, actor=None)
    (job,) = work_off()
    assert job.state == JobState.DONE
    assert said(job) == [
        "1 facture remise à la boîte d’envoi.",
        "F2026-000001 SANS ADRESSE : Le client n’a pas d’adresse e-mail de facturation.",
    ]
    assert addresses() == [["c2@client.example"]]
    ContactFactory(customer=Customer.objects.get(number="C1"), email="enfin@client.example")
    start_mailing(run=run, actor=None)
    work_off()
    assert addresses() == [["c2@client.example"], ["enfin@client.example"]]


def test_a_wrong_address_is_told_and_blocks_nobody() -> None:
    a_customer("C1", email="é@client.example")
    a_customer("C2")
    report = send_run(run=issued_run(), actor=None)
    assert (report.queued, [invoice.customer.number for invoice, _reason in report.refused]) == (1, ["C1"])


def test_all_billing_managers_are_written_to_and_nobody_else() -> None:
    customer = a_customer("C1")
    ContactFactory(customer=customer, email="compta@client.example")
    assert Contact.objects.filter(customer=customer, role=ContactRole.IDENTIFICATION).exists()
    send_run(run=issued_run(), actor=None)
    assert addresses() == [["c1@client.example", "compta@client.example"]]


def test_a_draft_is_not_sent() -> None:
    a_customer("C1")
    IntegratorFactory(email="factures@ism.example")
    invoice = bill_period(month=OCTOBER).run.invoices.get()
    with pytest.raises(DomainError):
        send_invoice(invoice=invoice, actor=None)
    assert not Delivery.objects.exists()


def test_an_invoice_that_was_sent_is_sent_again_to_the_address_of_today(settings: Any) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    customer = a_customer("C1")
    invoice = issued_run().invoices.get()
    send_invoice(invoice=invoice, actor=None)
    with pytest.raises(DomainError, match="déjà en cours d’envoi"):
        send_invoice(invoice=invoice, actor=None)
    send_next()
    Contact.objects.filter(customer=customer, role=ContactRole.BILLING).update(email="nouvelle@client.example")
    again = send_invoice(invoice=invoice, actor=UserFactory())
    assert addresses() == [["c1@client.example"], ["nouvelle@client.example"]]
    assert invoice.sendings.first().delivery == again  # type: ignore[union-attr]
    shown = Invoice.objects.with_sending_state().get()
    assert shown.sending_state == DeliveryState.QUEUED  # type: ignore[attr-defined]


def test_a_copy_that_somebody_sends_from_the_outbox_counts_for_the_invoice(settings: Any) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    a_customer("C1")
    invoice = issued_run().invoices.get()
    first = send_invoice(invoice=invoice, actor=None)
    send_next()
    first.refresh_from_db()
    copy = resend(delivery=first, actor=UserFactory())
    assert [sending.delivery for sending in invoice.sendings.all()] == [copy, first]


def test_what_is_sent_is_what_people_see() -> None:
    from apps.billing.services import invoice_pdf

    a_customer("C1")
    invoice = issued_run().invoices.get()
    delivery = send_invoice(invoice=invoice, actor=None)
    attachment = delivery.email.attachments.get()
    assert stored_bytes(attachment.file.name) == invoice_pdf(invoice)


def test_an_invoice_whose_old_mail_has_lost_its_file_is_sent_again_with_it(settings: Any) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    a_customer("C1")
    invoice = issued_run().invoices.get()
    first = send_invoice(invoice=invoice, actor=None)
    send_next()
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=settings.MAIL_FILE_DAYS + 1))
    assert forget_old_attachments()
    again = send_invoice(invoice=invoice, actor=None)
    assert again.resend_of == first
    assert stored_bytes(again.email.attachments.get().file.name).startswith(b"%PDF")


def test_a_sending_that_is_stopped_leaves_no_file_behind(settings: Any) -> None:
    for number in ("C1", "C2"):
        a_customer(number)
    run = issued_run()
    kept = Path(settings.PRIVATE_ROOT) / "documents"

    def stopped(*, done: int, total: int | None = None) -> None:
        if done == 2:
            raise Interrupted

    before = sum(path.is_file() for path in kept.rglob("*"))
    with pytest.raises(Interrupted):
        send_run(run=run, actor=None, progress=stopped)
    assert Delivery.objects.count() == 1
    assert sum(path.is_file() for path in kept.rglob("*")) == before + 1


def test_a_name_is_text_in_the_mail() -> None:
    customer = a_customer("C1", legal_name='"><img src=x onerror=alert(1)> {{ company }}')
    invoice = issued_run().invoices.get()
    email = send_invoice(invoice=invoice, actor=None).email
    assert customer.legal_name in email.message
    assert "<img src=x" not in email.html_message
    assert "{{ company }}" in email.html_message


def test_the_shipped_text_fits_its_example() -> None:
    IntegratorFactory(email="factures@ism.example")
    mail = render_event(INVOICE, INVOICE.example, letterhead().company)
    assert mail.subject == "Votre facture F2026-000001 du 02/11/2026"


@pytest.mark.parametrize("mode", [PaymentMode.DIRECT_DEBIT, PaymentMode.CHEQUE])
def test_the_mail_says_how_it_is_paid(mode: PaymentMode) -> None:
    a_customer("C1", payment_mode=mode)
    invoice = issued_run().invoices.get()
    shown = invoice.snapshot["payment"]
    assert shown["label"] in send_invoice(invoice=invoice, actor=None).email.message


# --- The command


def test_the_command_sends_and_reports() -> None:
    a_customer("C1", email=None)
    a_customer("C2")
    run = issued_run()
    ended = run_command("send_invoices", "--run", str(run.pk), "--json")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert (told["run"], told["queued"], told["earlier"]) == (run.pk, 1, 0)
    assert [(one["invoice"], one["customer"]) for one in told["refused"]] == [("F2026-000001", "C1")]
    again = json.loads(run_command("send_invoices", "--run", str(run.pk), "--json").out)
    assert (again["queued"], again["earlier"]) == (0, 1)


def test_the_command_refuses_a_run_without_invoices() -> None:
    IntegratorFactory()
    a_customer("C1")
    drafts = bill_period(month=OCTOBER).run
    assert run_command("send_invoices", "--run", str(drafts.pk)).code == 1
    assert run_command("send_invoices", "--run", "999").code == 1


# --- «Envoyer», beside one invoice


def test_the_button_beside_an_invoice_says_to_whom_and_sends(sign_in: SignIn) -> None:
    a_customer("C1")
    invoice = issued_run().invoices.get()
    clerk: Client = sign_in("billing.view_invoice", "billing.send_invoice")
    address = reverse("admin:billing_invoice_send", args=[invoice.pk])
    assert "F2026-000001 sera envoyée à c1@client.example." in clerk.get(address).content.decode()
    assert not Delivery.objects.exists()
    clerk.post(address, CONFIRMED)
    assert addresses() == [["c1@client.example"]]
    assert LogEntry.objects.get().change_message == "Envoyer"
    assert InvoiceSending.objects.get().created_by is not None


def test_the_button_tells_when_the_invoice_was_sent_already(admin: Client, settings: Any, time_machine: Any) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    time_machine.move_to("2026-11-24 10:00 +0100")
    a_customer("C1")
    invoice = issued_run().invoices.get()
    send_invoice(invoice=invoice, actor=None)
    address = reverse("admin:billing_invoice_send", args=[invoice.pk])
    assert "déjà en cours d’envoi" in admin.get(address).content.decode()
    send_next()
    assert "envoyée le 24/11/2026 à c1@client.example" in admin.get(address).content.decode()
    admin.post(address, CONFIRMED)
    assert Delivery.objects.count() == 2


def test_whoever_may_only_look_has_no_button(sign_in: SignIn) -> None:
    a_customer("C1")
    invoice = issued_run().invoices.get()
    reader = sign_in("billing.view_invoice")
    address = reverse("admin:billing_invoice_send", args=[invoice.pk])
    assert address not in reader.get(reverse("admin:billing_invoice_changelist")).content.decode()
    assert reader.post(address, CONFIRMED).status_code == 403
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "found"),
    [("unsent", ["C2"]), (DeliveryState.QUEUED, ["C1"]), ("troubled", ["C3"]), (DeliveryState.SENT, [])],
)
def test_the_list_is_filtered_by_what_became_of_the_mail(admin: Client, chosen: str, found: list[str]) -> None:
    for number in ("C1", "C2", "C3"):
        a_customer(number)
    run = issued_run()
    for number in ("C1", "C3"):
        send_invoice(invoice=run.invoices.get(customer__number=number), actor=None)
    lost = Delivery.objects.filter(invoice_sending__invoice__customer__number="C3")
    lost.update(state=DeliveryState.FAILED, next_attempt_at=None)
    page = admin.get(reverse("admin:billing_invoice_changelist") + f"?sending={chosen}")
    assert [invoice.customer.number for invoice in page.context["cl"].result_list] == found
