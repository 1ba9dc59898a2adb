from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.jobs.imports.admin import FileImportAdmin, send_dialog
from apps.tariffs.file_kinds import RATE_FILES
from apps.tariffs.models import RateImport


@admin.register(RateImport)
class RateImportAdmin(FileImportAdmin):
    """Files of rates that were sent."""

    screen = _("Imports of minute grids")
    kind = RATE_FILES
    send = send_dialog(RATE_FILES)
