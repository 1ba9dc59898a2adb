"""How many issued documents show each version of the invoice template: a column of the list of versions."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from apps.billing.models import Invoice
from apps.core.slots import ListColumn, contribute


def with_issued_documents(layouts: Any) -> Any:
    """A snapshot says which version it shows. Drafts show whichever is in force, and are not counted."""
    shown = Cast(KeyTextTransform("layout_version", "snapshot"), IntegerField())
    documents = Invoice.objects.issued().annotate(shown=shown).filter(shown=OuterRef("version")).order_by()
    counted = documents.values("shown").annotate(found=Count("pk")).values("found")
    return layouts.annotate(issued_documents=Coalesce(Subquery(counted), 0))


def register() -> None:
    contribute(
        "documents.invoicelayout.columns",
        ListColumn(
            "issued_documents",
            _("issued documents that show it"),
            with_issued_documents,
            permission="billing.view_invoice",
            figures=True,
        ),
    )
