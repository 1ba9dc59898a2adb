"""Templates of the trial event, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from apps.messaging.events import Texts
from apps.messaging.models import EmailTemplate, EmailTemplateVersion
from apps.messaging.services import templates
from tests.messaging.conftest import EVENT

OWN = Texts("Pour {{ customer }}", "Le nôtre : {{ bill.number }}", "<p>Le nôtre : {{ bill.number }}</p>")


def a_template(name: str = "Le nôtre", *, texts: Texts = OWN, in_use: bool = True) -> EmailTemplate:
    template = templates.create_template(event=EVENT, name=name, texts=texts, actor=None, at=timezone.now())
    if in_use:
        return templates.put_in_use(template=template, actor=None, at=timezone.now())
    return template


def write(template: EmailTemplate, expected: int, *, actor: Any = None, **changed: str) -> EmailTemplateVersion:
    """The next version; ``changed`` are texts that differ from :data:`OWN`."""
    return templates.write_version(
        template=template,
        texts=replace(OWN, **changed),
        note="",
        actor=actor,
        at=timezone.now(),
        expected=expected,
    )


def spoil(template: EmailTemplate, **texts: str) -> None:
    """As an upgrade would that takes placeholders away: past the services."""
    EmailTemplateVersion.objects.filter(template=template).update(**(texts or {"text": "{{ gone }}"}))
