"""Text that would run if some page took it for HTML, written wherever a form or a file can bring text in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connection, models, transaction
from playwright.sync_api import Page

from apps.core import guards

IMAGE = '"><img src=x onerror=alert(1)>'
ELEMENT = "'; <x-x>{{7*7}}</x-x>"
SHORT = '"><x-x>'
#: Signs of a text that was taken for HTML, or for a template.
SIGNS = "[onerror], x-x"
EVALUATED = "<x-x>49"
ROWS = 2

# Neither shown nor written by people: what Django and our own code know things by.
OWN_MATTERS = {"sessions", "contenttypes", "axes"}
OWN_NAMES = {
    "accounts.User.password",
    "admin.LogEntry.change_message",  # JSON, which Django writes
    "admin.LogEntry.object_id",
    "auth.Group.name",  # the roles: they come from the code
    "auth.Permission.codename",
    # Checked sign by sign before they are written: #1f4e79, F{YYYY}-{N:6}.
    "branding.Integrator.accent_colour",
    "branding.Integrator.primary_colour",
    "documents.NumberSeries.pattern",
    "jobs.Job.kind",
    "messaging.Delivery.event",
    "messaging.EmailTemplate.event",
    "messaging.EventSwitch.event",
    "messaging.HistoricalEmailTemplate.event",
    "messaging.HistoricalEventSwitch.event",
    "post_office.Attachment.mimetype",
    "post_office.Email.html_message",  # HTML by trade: tests/e2e/test_hostile_text.py shows it in its frame
}


def fields() -> Iterator[tuple[type[models.Model], Any]]:
    """Every text of every model that somebody outside can have a say in."""
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed or model._meta.app_label in OWN_MATTERS:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField)
            if not is_text or field.choices or not field.editable or _is_digest(field):
                continue
            if f"{model._meta.label}.{field.name}" not in OWN_NAMES:
                yield model, field


def _is_digest(field: Any) -> bool:
    return field.max_length == 64 and field.name in {"sha256", "digest"}


def write_everywhere() -> dict[str, list[str]]:
    """Overwrite the texts of the first rows of every table. What the database refuses cannot get there either.

    Which fields now hold which text: those too short for it hold none.
    """
    guards.lift(connection)
    written: dict[str, list[str]] = {}
    for model, field in fields():
        for place, row in enumerate(model._base_manager.order_by("pk").values_list("pk", flat=True)[:ROWS]):
            text = _text_for(field, place)
            try:
                with transaction.atomic():
                    changed = text and model._base_manager.filter(pk=row).update(**{field.attname: text})
            except DatabaseError:
                continue
            if changed:
                written.setdefault(f"{model._meta.label}.{field.name}", []).append(text)
    return written


def _text_for(field: Any, place: int) -> str:
    ending = str(place) if field.unique else ""
    for text in ((IMAGE, ELEMENT)[place % 2], SHORT):
        if len(text + ending) <= (field.max_length or 1000):
            return text + ending
    return ""


def is_of(label: str) -> bool:
    """Whether ``app.Model.field`` is a field at all: a list of names must not outlive them."""
    app, model, name = label.split(".")
    try:
        apps.get_model(app, model)._meta.get_field(name)
    except (LookupError, FieldDoesNotExist):
        return False
    return True


def taken_for_html(page: Page) -> list[str]:
    """What of it stands on the page as elements, or was evaluated."""
    found: list[str] = page.evaluate(
        """([signs, evaluated]) => {
            const found = [...document.querySelectorAll(signs)].map(element => element.outerHTML.slice(0, 200));
            if (document.body.textContent.includes(evaluated)) found.push(evaluated);
            return found;
        }""",
        [SIGNS, EVALUATED],
    )
    return found
