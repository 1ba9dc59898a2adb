"""«Lancement des factures» in the browser: the outline's buttons at its places, for whoever may use them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.billing.choices import JobKind, RunState
from apps.billing.models import BillingRun, Invoice
from apps.billing.services import bill_period, issue_run
from apps.branding.models import Integrator
from apps.core.french import NBSP
from apps.core.periods import Month
from apps.core.roles import Role
from apps.documents.models import NumberSeries
from apps.jobs.models import Job
from apps.messaging.models import Delivery
from tests.billing.working import work_off
from tests.factories import CustomerFactory, IntegratorFactory, LineFactory
from tests.people import SignIn

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)
LIST = "/admin/billing/billingrun/"
CONFIRMED = {"_form_submitted": "True"}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("november", "undrawn")]


@pytest.fixture
def november(time_machine: Any) -> None:
    time_machine.move_to("2026-11-24 10:00 +0100")


@pytest.fixture
def customers() -> None:
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    for number in ("C1", "C2"):
        LineFactory(customer=CustomerFactory(number=number), billing_start=OCTOBER.start, price=Decimal("10.00"))


@pytest.fixture
def drafts(customers: None) -> BillingRun:
    return bill_period(month=OCTOBER).run


@pytest.fixture
def issued(customers: None) -> BillingRun:
    return bill_period(month=OCTOBER, issue_on=ISSUED_ON).run


def dialog(name: str, run: BillingRun | None = None) -> str:
    return reverse(f"admin:billing_billingrun_{name}", args=[run.pk] if run else [])


def page_of(run: BillingRun) -> str:
    return reverse("admin:billing_billingrun_change", args=[run.pk])


def seen(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode().replace(NBSP, " "))


def previewed(client: Client, address: str, **answers: Any) -> tuple[str, dict[str, Any]]:
    """What the dialog says will happen, and the answers by which it is confirmed."""
    page = client.post(address, {**answers, **CONFIRMED})
    shown = page.content.decode().replace(NBSP, " ")
    return shown, {**answers, **CONFIRMED, "_previewed": page.context["form"]["_previewed"].value()}


def buttons_on(page: str) -> list[str]:
    """The dialogs that a page leads to, in their order."""
    return re.findall(r'hx-get="/admin/billing/billingrun/(?:\d+/)?(\w+)/"', page)


# --- What is shown


def test_an_empty_installation_says_where_to_begin(admin: Client) -> None:
    IntegratorFactory()
    page = seen(admin, LIST)
    assert "Aucune facture n’a encore été générée." in page
    assert buttons_on(page) == ["generate"]


def test_a_pattern_that_gives_no_number_costs_no_page(admin: Client, drafts: BillingRun) -> None:
    NumberSeries.objects.update(pattern="F{YYYY}{M}")
    for address in (LIST, page_of(drafts)):
        assert "Champ {M} inconnu" in seen(admin, address)
    for name, answers in (("generate", {"month": "2026-10", "again": "on"}), ("issue", {"issue_on": "2026-11-03"})):
        page = admin.post(dialog(name, drafts if name == "issue" else None), {**answers, **CONFIRMED})
        assert page.context["form"].refusal is not None


def test_drafts_are_shown_with_their_totals_and_the_next_number(admin: Client, drafts: BillingRun) -> None:
    for address in (LIST, page_of(drafts)):
        page = seen(admin, address)
        for told in ("Octobre 2026", "F2026-000001", "20,00 €", "4,00 €", "24,00 €", "À contrôler"):
            assert told in page, f"{told} on {address}"
    assert buttons_on(seen(admin, LIST)) == ["download", "generate", "issue", "recompute"]
    assert buttons_on(seen(admin, page_of(drafts))) == ["download", "issue", "recompute"]


def test_issued_invoices_have_their_buttons_at_the_outlines_places(admin: Client, issued: BillingRun) -> None:
    page = seen(admin, LIST)
    assert buttons_on(page) == ["send_all", "download", "export_recap", "generate"]
    left, right = page.index("Envoyer les factures"), page.index('class="launch-right"')
    assert left < right < page.index("Télécharger les factures") < page.index("Exporter les factures")
    first = issued.invoices.earliest("position")
    for address in (f"/files/invoice/{first.pk}/", f"/files/invoice/{first.pk}/?download=1"):
        assert f'href="{address}"' in page
    assert f'hx-get="{reverse("admin:billing_invoice_send", args=[first.pk])}"' in page


def test_the_month_being_worked_on_comes_before_later_ones_that_are_over(admin: Client, issued: BillingRun) -> None:
    older = BillingRun.objects.create(period=date(2026, 9, 1))
    assert f'href="{page_of(older)}" class="hover:underline">Septembre 2026' in seen(admin, LIST)
    BillingRun.objects.filter(pk=older.pk).update(state=RunState.DONE)
    assert f'href="{page_of(issued)}" class="hover:underline">Octobre 2026' in seen(admin, LIST)


def test_checks_are_on_the_page_of_the_run_until_it_is_numbered(admin: Client, drafts: BillingRun) -> None:
    assert "Aucun CDR de ce mois n’a été chargé." in seen(admin, page_of(drafts))
    assert "Contrôles" not in seen(admin, LIST)
    issue_run(run=drafts, issue_on=ISSUED_ON)
    assert "Contrôles" not in seen(admin, page_of(drafts))


def test_a_refused_customer_is_named_with_the_reason(admin: Client, drafts: BillingRun) -> None:
    drafts.items.filter(customer__number="C2").update(state="failed", reason="Le client n’a pas d’adresse.")
    page = seen(admin, page_of(drafts))
    assert "Le client n’a pas d’adresse." in page


def test_fifty_invoices_are_shown_and_the_rest_is_linked(admin: Client, customers: None) -> None:
    for number in range(60):
        LineFactory(customer=CustomerFactory(number=f"D{number:02d}"), billing_start=OCTOBER.start)
    run = bill_period(month=OCTOBER).run
    page = seen(admin, page_of(run))
    assert page.count("?download=1") == 50
    assert f"/admin/billing/invoice/?run__id__exact={run.pk}" in page
    assert "Voir les 62 factures" in page
    found = admin.get(f"/admin/billing/invoice/?run__id__exact={run.pk}&q=D59")
    assert [invoice.customer.number for invoice in found.context["cl"].result_list] == ["D59"]


# --- «Générer les factures»


def test_generating_starts_a_job_whose_bar_is_on_the_page(sign_in_as: SignIn, customers: None) -> None:
    clerk = sign_in_as(Role.BILLING)
    said, answers = previewed(clerk, dialog("generate"), month="2026-10")
    assert "Prochain numéro de facture : F2026-000001." in said
    assert "Aucun CDR de ce mois n’a été chargé." in said
    answer = clerk.post(dialog("generate"), answers, follow=True)
    run = BillingRun.objects.get()
    assert answer.redirect_chain == [(page_of(run), 302)]
    job = Job.objects.get()
    assert f'data-job="/jobs/{job.pk}/progress/"' in answer.content.decode()
    assert LogEntry.objects.get().object_id == str(run.pk)
    work_off()
    assert "2 brouillons : 20,00 € HT, 24,00 € TTC." in seen(clerk, page_of(run))


def test_generating_asks_for_the_box_where_there_are_drafts(admin: Client, drafts: BillingRun) -> None:
    said, _answers = previewed(admin, dialog("generate"), month="2026-10")
    assert "cochez « Refaire la facturation »" in said
    said, answers = previewed(admin, dialog("generate"), month="2026-10", again="on")
    assert "Les brouillons déjà préparés sont remplacés." in said
    admin.post(dialog("generate"), answers)
    assert Job.objects.get().kind == JobKind.COMPUTE


def test_generating_takes_some_customers(admin: Client, customers: None) -> None:
    chosen = CustomerFactory._meta.model.objects.get(number="C2")
    _said, answers = previewed(admin, dialog("generate"), month="2026-10", customers=[str(chosen.pk)])
    admin.post(dialog("generate"), answers)
    work_off()
    assert [invoice.customer for invoice in Invoice.objects.all()] == [chosen]


@pytest.mark.parametrize("customers_given", [["999999"], ["x"]])
def test_a_customer_that_is_not_there_is_refused(admin: Client, customers: None, customers_given: list[str]) -> None:
    page = admin.post(dialog("generate"), {"month": "2026-10", "customers": customers_given, **CONFIRMED})
    assert page.context["form"].errors["customers"]
    assert not Job.objects.exists()


def test_a_month_to_come_warns_and_refuses_nothing(admin: Client, customers: None) -> None:
    said, answers = previewed(admin, dialog("generate"), month="2026-12")
    assert "Ce mois n’a pas commencé." in said
    admin.post(dialog("generate"), answers)
    assert BillingRun.objects.get().period == date(2026, 12, 1)


def test_a_run_that_had_nothing_to_bill_leads_back_to_the_list(admin: Client, issued: BillingRun) -> None:
    _said, answers = previewed(admin, dialog("generate"), month="2026-10")
    admin.post(dialog("generate"), answers)
    empty = BillingRun.objects.exclude(pk=issued.pk).get()
    work_off()
    answer = admin.get(page_of(empty), follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "Il ne reste rien à facturer pour ce mois" in answer.content.decode()


# --- «Valider et numéroter»


def test_numbering_says_what_it_will_do_and_does_it(sign_in_as: SignIn, drafts: BillingRun) -> None:
    clerk = sign_in_as(Role.BILLING)
    said, answers = previewed(clerk, dialog("issue", drafts), issue_on="2026-11-03")
    assert "2 factures datées du 3 novembre 2026, de F2026-000001 à F2026-000002." in said
    assert "Total TTC : 24,00 €." in said
    assert not Invoice.objects.issued().exists()
    clerk.post(dialog("issue", drafts), answers)
    assert not Invoice.objects.issued().exists()  # a worker does it
    work_off()
    assert list(Invoice.objects.issued().values_list("number", flat=True).order_by("number")) == [
        "F2026-000001",
        "F2026-000002",
    ]
    assert LogEntry.objects.get().change_message == "Valider et numéroter"


def test_numbering_without_an_identity_is_refused_before_anything_is_started(admin: Client, drafts: BillingRun) -> None:
    Integrator.objects.all().delete()
    page = admin.post(dialog("issue", drafts), {**CONFIRMED, "issue_on": "2026-11-03"}).content.decode()
    assert "avant que l’identité de l’intégrateur soit renseignée" in page
    assert "Rien n’est encore fait" not in page
    drafts.refresh_from_db()
    assert (drafts.state, Job.objects.count()) == (RunState.REVIEW, 0)


def test_numbering_tells_who_is_refused_and_why(admin: Client, drafts: BillingRun) -> None:
    drafts.items.filter(customer__number="C2").update(state="failed", reason="Pas d’adresse.")
    said, _answers = previewed(admin, dialog("issue", drafts), issue_on="2026-11-03")
    assert "1 facture datée du 3 novembre 2026 : F2026-000001." in said
    assert "Pas d’adresse." in said
    assert "Total TTC : 12,00 €." in said


@pytest.mark.parametrize("day", ["", "hier", "2026-13-01"])
def test_numbering_needs_a_date(admin: Client, drafts: BillingRun, day: str) -> None:
    page = admin.post(dialog("issue", drafts), {"issue_on": day, **CONFIRMED})
    assert page.context["form"].errors["issue_on"]
    assert not Job.objects.exists()


def test_numbering_while_the_drafts_are_made_is_refused_with_a_sentence(admin: Client, drafts: BillingRun) -> None:
    _said, answers = previewed(admin, dialog("issue", drafts), issue_on="2026-11-03")
    admin.post(dialog("recompute", drafts), CONFIRMED)
    page = seen(admin, page_of(drafts))
    assert buttons_on(page) == ["download"]
    refused = admin.post(dialog("issue", drafts), answers).content.decode()
    assert "Une autre tâche est encore en cours ici" in refused
    assert [job.kind for job in Job.objects.all()] == [JobKind.COMPUTE]


# --- The others


def test_downloading_starts_a_job(sign_in_as: SignIn, issued: BillingRun) -> None:
    accountant = sign_in_as(Role.ACCOUNTANT)
    accountant.post(dialog("download", issued), {"format": "zip", **CONFIRMED})
    assert Job.objects.get().parameters == {"run": issued.pk, "format": "zip"}


def test_sending_says_how_many_and_whom_it_cannot_reach(admin: Client, issued: BillingRun) -> None:
    issued.invoices.get(customer__number="C2").customer.contacts.all().delete()
    page = seen(admin, dialog("send_all", issued))
    assert "1 facture sera envoyée par e-mail, avec son PDF." in page
    assert "1 client n’a pas d’adresse e-mail de facturation : C2." in page
    admin.post(dialog("send_all", issued), CONFIRMED)
    assert Job.objects.get().kind == JobKind.MAIL
    assert not Delivery.objects.exists()


def test_sending_without_a_sender_is_refused_once_and_for_all(admin: Client, issued: BillingRun) -> None:
    Integrator.objects.update(email="")
    one = reverse("admin:billing_invoice_send", args=[issued.invoices.first().pk])  # type: ignore[union-attr]
    for address in (dialog("send_all", issued), one):
        for answer in (admin.get(address), admin.post(address, CONFIRMED)):
            assert answer.status_code == 200
            page = answer.content.decode()
            assert "Il manque l’adresse de l’expéditeur" in page
            assert "sera envoyée" not in page
            assert "seront envoyées" not in page
    assert not Job.objects.exists()


def test_drawing_is_taken_up_again_where_nobody_is_at_it(admin: Client, drafts: BillingRun) -> None:
    issue_run(run=drafts, issue_on=ISSUED_ON)
    assert "draw" in buttons_on(seen(admin, page_of(drafts)))
    admin.post(dialog("draw", drafts), CONFIRMED)
    assert Job.objects.get().kind == JobKind.RENDER
    assert "draw" not in buttons_on(seen(admin, page_of(drafts)))


# --- Who may


ALL = {"generate", "issue", "recompute", "download"}


@pytest.mark.parametrize(
    ("role", "on_drafts", "on_issued"),
    [
        (Role.ADMINISTRATOR, ALL, {"generate", "send_all", "download", "export_recap"}),
        (Role.BILLING, ALL, {"generate", "send_all", "download", "export_recap"}),
        (Role.ACCOUNTANT, {"download"}, {"download", "export_recap"}),
        (Role.READER, set(), set()),
    ],
)
def test_each_role_has_its_buttons_and_no_other(
    sign_in_as: SignIn, drafts: BillingRun, role: Role, on_drafts: set[str], on_issued: set[str]
) -> None:
    client = sign_in_as(role)
    assert set(buttons_on(seen(client, LIST))) == on_drafts
    bill_period(month=OCTOBER, issue_on=ISSUED_ON)
    assert set(buttons_on(seen(client, LIST))) == on_issued


@pytest.mark.parametrize("role", [Role.SALES, Role.SUPPORT, Role.ACCOUNTANT, Role.READER])
def test_other_roles_are_refused(sign_in_as: SignIn, drafts: BillingRun, role: Role) -> None:
    client = sign_in_as(role)
    answers = {"month": "2026-10", "again": "on", "issue_on": "2026-11-03", **CONFIRMED}
    for address in (
        dialog("generate"),
        *(dialog(name, drafts) for name in ("recompute", "issue", "draw", "send_all")),
        reverse("admin:billing_invoice_send", args=[drafts.invoices.earliest("pk").pk]),
    ):
        assert (client.get(address).status_code, client.post(address, answers).status_code) == (403, 403)
    assert not Job.objects.exists()


def test_whoever_may_not_see_invoices_sees_none_of_them(sign_in: SignIn, drafts: BillingRun) -> None:
    page = seen(sign_in("billing.view_billingrun"), page_of(drafts))
    assert "/files/invoice/" not in page
    assert "24,00 €" in page
