"""Files of lines, taken over on screen: a fleet that another system has kept."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.jobs.imports.kinds import FileKind, register
from apps.lines.imports import LineImporter

LINE_FILES = FileKind(
    model="lines.LineImport",
    title=_("Mobile fleet"),
    description=_("One line per row: its number, SIM card, customer, plan and dates. Import these before it."),
    importer=lambda today, parameters: LineImporter(today=today),
    leads_to=lambda file: reverse("admin:lines_line_changelist"),
)


def register_kinds() -> None:
    register(LINE_FILES)
