"""Adjectives of invoices and runs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from apps.billing.choices import DocumentPart, ItemState, RunState
from apps.core.fields import MoneyField
from apps.customers.choices import ContactRole
from apps.customers.models import Contact, Customer
from apps.documents.choices import DocumentKind


class InvoiceQuerySet(models.QuerySet):
    def drafts(self) -> Self:
        return self.filter(number__isnull=True)

    def issued(self) -> Self:
        return self.filter(number__isnull=False)

    def due_on(self, day: date) -> Self:
        return self.issued().filter(due_date=day)

    def lacking_document(self) -> Self:
        """Issued ones whose PDF is still to be drawn; without those of which that has failed."""
        drawn = Q(documents__part=DocumentPart.FRONT)
        return self.issued().exclude(drawn).exclude(drawing__fault__gt="")

    def unsent(self) -> Self:
        """Issued ones that nobody has given to the outbox yet."""
        return self.issued().filter(sendings=None)

    def without_address(self) -> Self:
        """Those whose customer has no address for invoices: nobody can be sent them."""
        reached = Contact.objects.filter(role=ContactRole.BILLING, customer=OuterRef("customer")).exclude(email="")
        return self.filter(~Exists(reached))

    def with_sending_state(self) -> Self:
        """``sending_state`` (a DeliveryState, None as long as nothing was sent) and ``sent_at`` of the latest mail.

        A copy that somebody sent again counts instead of the mail that it repeats.
        """
        from apps.billing.models import InvoiceSending

        latest = InvoiceSending.objects.filter(invoice=OuterRef("pk")).order_by("-pk")
        return self.annotate(
            sending_state=Subquery(latest.values("delivery__state")[:1]),
            sent_at=Subquery(latest.values("delivery__sent_at")[:1]),
        )

    def with_document_state(self) -> Self:
        """``is_drawn``: whether its PDF lies in the store; ``drawing_fault``: why it could not be drawn."""
        from apps.billing.models import InvoiceDocument

        fronts = InvoiceDocument.objects.filter(invoice=OuterRef("pk"), part=DocumentPart.FRONT)
        return self.annotate(is_drawn=Exists(fronts), drawing_fault=F("drawing__fault"))

    def with_call_detail_state(self) -> Self:
        """``has_call_detail``: whether a call detail was drawn with it; none is where the customer wanted none."""
        from apps.billing.models import InvoiceDocument

        annexes = InvoiceDocument.objects.filter(invoice=OuterRef("pk"), part=DocumentPart.ANNEX)
        return self.annotate(has_call_detail=Exists(annexes))

    def totals(self) -> dict[str, Decimal]:
        """``net``, ``vat`` and ``gross`` of them all."""
        sums = self.order_by().aggregate(net=Sum("net"), vat=Sum("vat"), gross=Sum("gross"))
        return {name: value or Decimal(0) for name, value in sums.items()}

    def balance(self, day: date) -> dict[str, Decimal]:
        """Gross sums before any payment: ``invoiced``, ``credited`` (≤ 0), ``total`` of what is issued, of which
        ``to_come`` (due on ``day`` or later) and ``due`` (before it); ``drafted`` is not issued.
        """
        issued = Q(number__isnull=False)
        parts = {
            "invoiced": issued & ~Q(kind=DocumentKind.CREDIT_NOTE),
            "credited": issued & Q(kind=DocumentKind.CREDIT_NOTE),
            "total": issued,
            "to_come": issued & Q(due_date__gte=day),
            "due": issued & Q(due_date__lt=day),
            "drafted": ~issued,
        }
        sums = self.order_by().aggregate(**{name: Sum("gross", filter=rows) for name, rows in parts.items()})
        return {name: value or Decimal(0) for name, value in sums.items()}

    def matching(self, text: str) -> Self:
        """Invoices whose number begins with ``text`` or ends with it, or whose customer it is."""
        text = text.strip()
        return self.filter(
            Q(number__istartswith=text) | Q(number__iendswith=text) | Q(customer__in=Customer.objects.matching(text))
        )

    def with_net_of(self, line_id: int) -> Self:
        """Invoices that bill something of a mobile line, the latest first; ``line_net`` is the net of that part."""
        from apps.billing.models import InvoiceLine

        parts = InvoiceLine.objects.filter(line=line_id)
        part = parts.filter(invoice=OuterRef("pk")).order_by().values("invoice").annotate(total=Sum("net"))
        return (
            self.filter(pk__in=parts.values("invoice"))
            .annotate(line_net=Subquery(part.values("total")))
            .order_by("-issue_date", "-pk")
        )


class InvoiceLineQuerySet(models.QuerySet):
    def net_by_mobile_line(self) -> dict[str, Any]:
        """The net of each mobile line's part, by its number; under "" what is the customer's as a whole."""
        rows = self.order_by().values("msisdn").annotate(part=Sum("net"))
        return {row["msisdn"]: row["part"] for row in rows}


class BillingRunQuerySet(models.QuerySet):
    def unfinished(self) -> Self:
        return self.exclude(state=RunState.DONE)

    def with_totals(self) -> Self:
        """``invoice_count``, ``net_total``, ``gross_total`` of its invoices and drafts, ``refused_count``."""
        from apps.billing.models import Invoice, RunItem

        invoices = Invoice.objects.filter(run=OuterRef("pk")).order_by().values("run")
        refused = RunItem.objects.filter(run=OuterRef("pk"), state=ItemState.FAILED).order_by().values("run")

        def over(rows: models.QuerySet[Any], total: Any, field: models.Field[Any, Any]) -> Coalesce:
            return Coalesce(Subquery(rows.annotate(total=total).values("total")), 0, output_field=field)

        return self.annotate(
            invoice_count=over(invoices, Count("pk"), models.IntegerField()),
            refused_count=over(refused, Count("pk"), models.IntegerField()),
            net_total=over(invoices, Sum("net"), MoneyField()),
            gross_total=over(invoices, Sum("gross"), MoneyField()),
        )


class RunItemQuerySet(models.QuerySet):
    def refused(self) -> Self:
        return self.filter(state=ItemState.FAILED)

    def refused_first(self) -> Self:
        return self.order_by(Case(When(state=ItemState.FAILED, then=0), default=1), "customer__number")
