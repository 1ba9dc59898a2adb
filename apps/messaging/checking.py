"""What is wrong with the texts of a mail, told before they are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.core.sandbox import TemplateFault
from apps.core.sandbox.checking import faults_of, is_readable
from apps.messaging.events import Event, Texts
from apps.messaging.exceptions import TextFault
from apps.messaging.letterhead import COMPANY
from apps.messaging.markup import source_faults
from apps.messaging.models import EmailTemplateVersion
from apps.messaging.placeholders import kinds_of
from apps.messaging.rendering import LIMITS, PARTS, render_part


def check_texts(event: Event, texts: Texts) -> list[TextFault]:
    """Every fault of ``texts``, by field and line; none: they can be kept.

    What can be told without values is told of all branches; then each text is rendered with the examples.
    """
    kinds = kinds_of(event)
    values = {**event.example, COMPANY.name: COMPANY.example}
    return [
        fault
        for part in PARTS
        for fault in _of_part(part, getattr(texts, part), kinds, values, indispensable=event.indispensable)
    ]


def _of_part(
    part: str, source: str, kinds: Mapping[str, Any], values: Mapping[str, Any], *, indispensable: Sequence[str]
) -> list[TextFault]:
    found = [TextFault(part, fault.line, str(fault.reason)) for fault in faults_of(source, kinds, limits=LIMITS)]
    if part == "html" and is_readable(source, limits=LIMITS):
        found += [TextFault(part, fault.line, fault.reason) for fault in source_faults(source)]
    found += _of_size(part, source)
    found = found or list(_of_rendering(part, source, values, indispensable))
    return sorted(found, key=lambda fault: fault.line or 0)


def _of_size(part: str, source: str) -> Iterator[TextFault]:
    if "\x00" in source:
        yield TextFault(part, None, _("it holds an invisible character"))
    longest = EmailTemplateVersion._meta.get_field("subject").max_length or 0
    if part == "subject" and len(source) > longest:
        yield TextFault(part, None, _("it is longer than %(longest)d signs") % {"longest": longest})


def _of_rendering(
    part: str, source: str, values: Mapping[str, Any], indispensable: Sequence[str]
) -> Iterator[TextFault]:
    try:
        render_part(part, source, values, indispensable)
    except TemplateFault as fault:
        yield TextFault(part, fault.line, str(fault.reason))
    except DomainError as refusal:
        yield TextFault(part, None, str(refusal))
