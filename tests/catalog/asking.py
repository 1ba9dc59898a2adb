"""The buttons of offers over HTTP, as a browser asks them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

CONFIRMED = {"_form_submitted": "True"}
# Of the table on the page, which nobody fills in.
TABLES = {f"prices-{count}_FORMS": "0" for count in ("TOTAL", "INITIAL")}


def errors(response: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in said] for name, said in response.context["adminform"].form.errors.items()}


def button(client: Client, row: Any, name: str, answers: dict[str, Any], *, model: str = "plan") -> Any:
    """Answer a dialog: look at what it will do, if it says so, and confirm."""
    address, answers = reverse(f"admin:catalog_{model}_{name}", args=[row.pk]), {**answers, **CONFIRMED}
    response = client.post(address, answers)
    form = response.context and response.context.get("form")
    if form is not None and not form.errors and not form.refusal:
        assert form.sentences
        response = client.post(address, {**answers, "_previewed": form.data["_previewed"]})
    return response
