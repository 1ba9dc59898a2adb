"""Files of offers, taken over on screen."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.catalog.imports import OfferImporter
from apps.jobs.imports.kinds import FileKind, register

OFFER_FILES = FileKind(
    model="catalog.OfferImport",
    title=_("Sales offers"),
    description=_("One offer per line, known by its code, as the lists of offers export them."),
    importer=lambda today, parameters: OfferImporter(today=today),
    leads_to=lambda file: reverse("admin:catalog_plan_changelist"),
)


def register_kinds() -> None:
    register(OFFER_FILES)
