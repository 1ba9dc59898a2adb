"""What is wrong with the texts of a mail, told before they are kept."""

from __future__ import annotations

from apps.core.exceptions import DomainError
from apps.core.sandbox import TemplateFault, render
from apps.messaging.events import Event, Texts
from apps.messaging.exceptions import TextFault
from apps.messaging.letterhead import COMPANY
from apps.messaging.rendering import LIMITS


def check_texts(event: Event, texts: Texts) -> list[TextFault]:
    """Every fault of ``texts`` that is found, by field and line; none: they can be sent."""
    faults = []
    values = {**event.example, COMPANY.name: COMPANY.example}
    for field in ("subject", "text", "html"):
        source = getattr(texts, field)
        try:
            render(source, values, limits=LIMITS, plain=field != "html")
        except TemplateFault as fault:
            faults.append(TextFault(field, fault.line, str(fault.reason)))
        except DomainError as fault:
            faults.append(TextFault(field, None, str(fault)))
    return faults
