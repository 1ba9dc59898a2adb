from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.catalog.file_kinds import OFFER_FILES
from apps.catalog.models import OfferImport
from apps.jobs.imports.admin import FileImportAdmin, send_dialog


@admin.register(OfferImport)
class OfferImportAdmin(FileImportAdmin):
    """Files of offers that were sent."""

    screen = _("Imports of offers")
    kind = OFFER_FILES
    send = send_dialog(OFFER_FILES)
