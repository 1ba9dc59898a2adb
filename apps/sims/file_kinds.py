"""«Import cartes SIM»: files of cards, taken over on screen."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.jobs.imports.kinds import FileKind, register
from apps.sims.imports import SimImporter

SIM_FILES = FileKind(
    model="sims.SimImport",
    title=_("SIM cards"),
    description=_("The wholesaler’s delivery file, one card per line; only the column ICCID is required."),
    importer=lambda today, parameters: SimImporter(today=today),
    leads_to=lambda file: reverse("admin:sims_simcard_changelist"),
)


def register_kinds() -> None:
    register(SIM_FILES)
