"""Refusals of what people write for mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.exceptions import DomainError

#: The texts of a mail as people call them.
FIELDS = {
    "subject": _("Subject"),
    "text": pgettext_lazy("mail", "Plain text"),
    "html": pgettext_lazy("mail", "HTML text"),
}


@dataclass(frozen=True, slots=True)
class TextFault:
    """What is wrong in one of the texts: ``field`` is subject, text or html; ``line`` from 1, None: all of it."""

    field: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        where = str(FIELDS[self.field])
        if self.line is not None and self.field != "subject":
            said = {"field": where, "line": self.line, "reason": self.reason}
            return str(_("%(field)s, line %(line)d: %(reason)s") % said)
        return str(_("%(field)s: %(reason)s") % {"field": where, "reason": self.reason})


class TextsRefused(DomainError):
    """Texts that are not kept, with every fault that was found."""

    def __init__(self, faults: Sequence[TextFault]) -> None:
        super().__init__(_("The texts have faults and are not kept."), reasons=[str(fault) for fault in faults])
        self.faults = tuple(faults)
