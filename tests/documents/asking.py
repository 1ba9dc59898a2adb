"""Forms and dialogs of the invoice template's screens, as browsers send them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from apps.documents.models import InvoiceLayout

SENT = {"_form_submitted": "True"}


def address(page: str, *args: Any) -> str:
    return reverse(f"admin:documents_{page}", args=args)


def asked(client: Client, page: str, pk: Any, **answers: Any) -> Any:
    """What the dialog answers at first: its preview, or a refusal."""
    return client.post(address(page, pk), {**SENT, **answers})


def confirmed(client: Client, page: str, pk: Any, **answers: Any) -> Any:
    """The dialog with its preview confirmed."""
    shown = asked(client, page, pk, **answers).context["form"]
    return asked(client, page, pk, **answers, _previewed=shown.data["_previewed"])


def typed(layout: InvoiceLayout, **changes: Any) -> dict[str, Any]:
    """The form of «Textes et mise en page» as it is opened, then ``changes`` typed into it."""
    fields = {
        "expected": layout.version,
        "footer": layout.footer,
        "rate_kind": "ecb" if layout.penalty_rate is None else "own",
        "penalty_rate": "" if layout.penalty_rate is None else layout.penalty_rate,
        "penalties": layout.penalties,
        "recovery_indemnity": layout.recovery_indemnity,
        "early_payment": layout.early_payment,
        "vat_on_debits": "on" if layout.vat_on_debits else "",
        "standard_vat_rate": layout.standard_vat_rate,
        "html": layout.source.replace("\n", "\r\n"),
        "note": "",
    }
    posted = {**fields, **changes}
    return {name: value for name, value in posted.items() if name != "vat_on_debits" or value}


def errors(response: Any) -> dict[str, list[str]]:
    """The errors of a form that was refused, by field."""
    assert response.status_code == 200, response.status_code
    form = response.context["adminform"].form
    return {name: [str(one) for one in some] for name, some in form.errors.items()}
