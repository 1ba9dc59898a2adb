"""A mail's subject, text and HTML, in full: nothing is left to fill in when it is sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from unicodedata import category

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from apps.core import sandbox
from apps.core.exceptions import DomainError
from apps.core.sandbox import Limits
from apps.messaging.events import Event, Texts
from apps.messaging.letterhead import Company
from apps.messaging.markup import is_blank, markup_faults
from apps.messaging.models import InlineImage

#: How the HTML names the logo that travels with the mail.
LOGO_CID = "logo"
#: post_office's column holds 989; a line of a header 998 (RFC 5322).
LONGEST_SUBJECT = 250
#: Of each text: a mail is a page or two, and a run makes thousands of them.
LIMITS = Limits(source_characters=100_000, loop_turns=2_000, output_characters=500_000, seconds=2.0)
#: The texts of a mail, by their names in :class:`~apps.messaging.events.Texts`.
PARTS = ("subject", "text", "html")


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render_event(event: Event, context: Mapping[str, Any], company: Company, *, with_logo: bool = False) -> Rendered:
    """The mail about ``event`` with the texts that the product ships; as :func:`render_texts`."""
    return render_texts(event, event.shipped, context, company, with_logo=with_logo)


def render_texts(
    event: Event, texts: Texts, context: Mapping[str, Any], company: Company, *, with_logo: bool = False
) -> Rendered:
    """The mail about ``event`` made of ``texts``.

    TemplateFault for a text that does not fit its placeholders or costs too much, DomainError for a subject that is
    none and for a mail without a text. ``context`` gives a value to each placeholder and to no other name:
    ValueError otherwise.
    """
    expected = {placeholder.name for placeholder in event.placeholders}
    if context.keys() != expected:
        raise ValueError(f"{event.code} takes {sorted(expected)}, not {sorted(context)}")
    values = {**context, "company": company}
    subject, text, body = (render_part(part, getattr(texts, part), values, event.indispensable) for part in PARTS)
    html = mark_safe(body)  # noqa: S308  # the sandbox has escaped every value, and only harmless tags are left
    frame = {"company": company, "subject": subject, "logo": f"cid:{LOGO_CID}" if with_logo else ""}
    return Rendered(
        subject=subject,
        text=render_to_string("messaging/mail.txt", {**frame, "body": text}),
        html=render_to_string("messaging/mail.html", {**frame, "body": html}),
    )


def render_part(part: str, source: str, values: Mapping[str, Any], indispensable: Sequence[str] = ()) -> str:
    """One of the three texts, filled in. What leaves is looked at here, whatever was looked at when it was kept.

    ``indispensable`` names the values that whoever reads the text, or the HTML, has to find in it.
    """
    source = source.strip() if part == "subject" else source
    shown = sandbox.render(source, values, limits=LIMITS, plain=part != "html")
    if is_blank(shown) if part == "html" else not shown.strip():
        raise DomainError(_("it is empty"))
    if part == "subject":
        return _one_line(shown)
    for name in indispensable:
        if str(values[name]) not in (unescape(shown) if part == "html" else shown):
            raise DomainError(
                _("it does not show {{ %(name)s }}, without which the mail is of no use") % {"name": name}
            )
    match part:
        case "text":
            return _tidy(shown)
    for fault in markup_faults(shown):
        raise DomainError(fault.reason)
    return shown


def with_inline_logo(html: str, logo: InlineImage | None) -> str:
    """The HTML of a mail for a frame that may load nothing: the logo stands in it."""
    if logo is None:
        return html
    image = base64.b64encode(bytes(logo.data)).decode()
    return html.replace(f'src="cid:{LOGO_CID}"', f'src="data:{logo.content_type};base64,{image}"')


def _one_line(subject: str) -> str:
    """A subject is a header: a line end in it would begin another one. No-break spaces, as in amounts, become plain."""
    subject = "".join(" " if category(sign) == "Zs" else sign for sign in subject)
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
