"""Versions of the invoice template: written once, the latest in force, what was issued is drawn with its own."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from apps.billing.models import Invoice, InvoiceDocument
from apps.billing.services import bill_period, invoice_pdf, issue_run, verify_ledger
from apps.billing.services.drawing import draw_here
from apps.core.periods import Month
from apps.documents import shipped
from apps.documents.defaults import install_defaults
from apps.documents.models import InvoiceLayout
from apps.documents.services import (
    LayoutConflict,
    LayoutRefused,
    LayoutValues,
    checking,
    layout_in_force,
    layouts,
    preview_layout,
    restore_layout,
    use_shipped_layout,
    write_layout,
)
from tests.documents.samples import text
from tests.factories import IntegratorFactory, LineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Paris"))
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
OWN = shipped.shipped_layout().replace("</body>", "<p>Mise en page maison</p></body>")


def values(**changes: Any) -> LayoutValues:
    return replace(LayoutValues.of(layout_in_force()), **changes)


def unchecked(**changes: Any) -> InvoiceLayout:
    """The next version, written past the check, which has its own tests and takes seconds."""
    latest = layout_in_force()
    fields = {name: getattr(latest, name) for name in LayoutValues.__dataclass_fields__} | changes
    return InvoiceLayout.objects.create(version=latest.version + 1, made_at=AT, **fields)


def test_a_version_is_written_once_and_says_who_and_why() -> None:
    actor = UserFactory()
    version = write_layout(values=values(html=OWN, footer="Merci."), actor=actor, at=AT, expected=1, note="Essai")
    assert layout_in_force() == version
    assert (version.version, version.made_by, version.made_at, version.note) == (2, actor, AT, "Essai")
    assert version.source == OWN
    with pytest.raises(DatabaseError), transaction.atomic():
        InvoiceLayout.objects.filter(pk=version.pk).update(footer="Autre.")
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_a_version_with_faults_is_not_written_and_all_of_them_are_told() -> None:
    with pytest.raises(LayoutRefused) as refused:
        write_layout(values=values(html="{{ nothing }}", early_payment=""), actor=None, at=AT, expected=1)
    assert [(fault.field, fault.line) for fault in refused.value.faults] == [("early_payment", None), ("html", 1)]
    assert InvoiceLayout.objects.count() == 1


def test_who_started_from_an_older_version_is_told_who_was_faster() -> None:
    unchecked(footer="D'un autre", made_by=UserFactory(first_name="Zoé", last_name="Arnaud"))
    with pytest.raises(LayoutConflict, match="Arnaud") as conflict:
        write_layout(values=values(footer="Le mien"), actor=None, at=AT, expected=1)
    assert conflict.value.latest.footer == "D'un autre"
    assert layout_in_force().version == 2


def test_a_former_version_comes_back_as_a_new_one() -> None:
    unchecked(html=OWN, footer="Merci.")
    unchecked(footer="")
    restored = restore_layout(version=2, actor=None, at=AT, expected=3)
    assert (restored.version, restored.html, restored.footer) == (4, OWN, "Merci.")
    shipped_again = use_shipped_layout(actor=None, at=AT, expected=4)
    assert (shipped_again.version, shipped_again.html, shipped_again.footer) == (5, "", "Merci.")


def test_an_issued_invoice_is_drawn_again_with_the_layout_it_was_issued_with() -> None:
    IntegratorFactory()
    LineFactory(billing_start=OCTOBER.start)
    unchecked(html=OWN, footer="Ancien pied de page")
    bill_period(month=OCTOBER, issue_on=date(2026, 11, 3))
    invoice = Invoice.objects.issued().get()
    before = invoice_pdf(invoice, draw=draw_here)
    assert "Mise en page maison" in text(before)

    unchecked(html=OWN.replace("maison", "nouvelle"), footer="Nouveau pied de page")
    InvoiceDocument.objects.all().delete()  # lost: drawn again when somebody asks for it
    again = invoice_pdf(Invoice.objects.get(), draw=draw_here)
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(before).hexdigest()

    draft = bill_period(month=NOVEMBER).run.invoices.get()
    assert "Mise en page nouvelle" in text(invoice_pdf(draft, draw=draw_here))
    assert "Nouveau pied de page" in text(invoice_pdf(draft, draw=draw_here))


@pytest.mark.usefixtures("undrawn")
def test_an_invoice_gets_the_texts_in_force_when_it_is_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft is shown with the version in force whenever it is looked at, and issuing is one more look (ADR 0003)."""
    IntegratorFactory()
    LineFactory(billing_start=OCTOBER.start)
    run = bill_period(month=OCTOBER).run
    unchecked(footer="Écrit entre le brouillon et la facture")
    issue_run(run=run, issue_on=date(2026, 11, 3))
    invoice = Invoice.objects.issued().get()
    assert invoice.snapshot is not None
    assert invoice.snapshot["layout_version"] == "2"
    assert invoice.snapshot["branding"]["footer"] == "Écrit entre le brouillon et la facture"
    assert verify_ledger().faults == []


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)


def test_a_preview_shows_what_is_typed_on_our_own_papers() -> None:
    IntegratorFactory(legal_name="Opérateur Témoin")
    pdf = preview_layout(values=values(footer="Pied à l'essai"), key="few", user=UserFactory(), today=AT.date())
    assert "Pied à l'essai" in text(pdf)
    assert "Opérateur Témoin" in text(pdf)
    assert InvoiceLayout.objects.count() == 1


def test_an_upgrade_gives_its_layout_to_who_uses_the_shipped_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.documents.defaults.SHIPPED", 2)
    unchecked(footer="Merci.")
    install_defaults()
    latest = layout_in_force()
    assert (latest.version, latest.shipped, latest.footer) == (3, 2, "Merci.")
    install_defaults()
    assert layout_in_force() == latest
    unchecked(html=OWN)
    install_defaults()
    assert layout_in_force().html == OWN
    assert set(InvoiceLayout.objects.filter(version__lte=2).values_list("shipped", flat=True)) == {1}


def test_a_shipped_layout_is_never_changed() -> None:
    """Invoices of ten years ago are drawn with it. To improve it, add the next: ``shipped.SHIPPED``."""
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped.LAYOUTS.glob("invoice-*.html")
    }
    assert digests == {"invoice-1.html": "8eacce11be2557e583f244ae4cbe0de7f3eb435756e0c79638db0ea78bea6290"}


def test_a_version_with_the_layout_of_an_earlier_release_comes_back_as_it_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newest = OWN
    monkeypatch.setattr(
        layouts, "shipped_layout", lambda number=2: newest if number == 2 else shipped.shipped_layout(1)
    )
    monkeypatch.setattr(layouts, "SHIPPED", 2)
    assert LayoutValues.of(layout_in_force()).html == shipped.shipped_layout(1)


def test_the_rates_that_a_version_is_checked_with_are_those_of_the_day_in_paris(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[date] = []
    monkeypatch.setattr(checking, "check_layout", lambda values, today: asked.append(today) or [])  # type: ignore[func-returns-value]
    write_layout(values=values(), actor=None, at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC), expected=1)
    assert asked == [date(2027, 1, 1)]
