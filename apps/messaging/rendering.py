"""A mail's subject, text and HTML, in full: nothing is left to fill in when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from apps.core import sandbox
from apps.core.exceptions import DomainError
from apps.messaging.events import Event
from apps.messaging.letterhead import Company

#: How the HTML names the logo that travels with the mail.
LOGO_CID = "logo"
#: post_office's column holds 989; a line of a header 998 (RFC 5322).
LONGEST_SUBJECT = 250


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render_event(event: Event, context: Mapping[str, Any], company: Company, *, with_logo: bool = False) -> Rendered:
    """The mail about ``event``. TemplateFault for a text that does not fit its placeholders.

    ``context`` gives a value to each placeholder and to no other name: ValueError otherwise.
    """
    expected = {placeholder.name for placeholder in event.placeholders}
    if context.keys() != expected:
        raise ValueError(f"{event.code} takes {sorted(expected)}, not {sorted(context)}")
    values = {**context, "company": company}
    texts = event.texts
    subject = _one_line(sandbox.render(texts.subject.strip(), values, plain=True))
    text = _tidy(sandbox.render(texts.text, values, plain=True))
    html = mark_safe(sandbox.render(texts.html, values))  # noqa: S308  # the sandbox has escaped every value
    frame = {"company": company, "subject": subject, "logo": f"cid:{LOGO_CID}" if with_logo else ""}
    return Rendered(
        subject=subject,
        text=render_to_string("messaging/mail.txt", {**frame, "body": text}),
        html=render_to_string("messaging/mail.html", {**frame, "body": html}),
    )


def _one_line(subject: str) -> str:
    """A subject is a header: a line end in it would begin another one."""
    if not subject.isprintable():
        raise DomainError(_("The subject of the mail holds a line end or an invisible character."))
    if len(subject) > LONGEST_SUBJECT:
        raise DomainError(_("The subject of the mail is too long."))
    return subject


def _tidy(text: str) -> str:
    """Without the blank lines that tags leave behind: one between two paragraphs."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for rank, line in enumerate(lines) if line or lines[rank - 1]]
    return "\n".join(kept)
