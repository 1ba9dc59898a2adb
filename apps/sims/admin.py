from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.core.admin import JOURNAL, HistoryModelAdmin, ReadOnly, ServiceDialog, badge, number
from apps.jobs.imports.admin import FileImportAdmin, send_dialog
from apps.jobs.uploads import SCRIPT
from apps.sims.choices import SimStatus
from apps.sims.file_kinds import SIM_FILES
from apps.sims.models import SimCard, SimImport


@admin.register(SimCard)
class SimCardAdmin(ReadOnly, HistoryModelAdmin):
    """«Gestion status SIM». PIN and PUK codes are on no list and no page: they are asked for, and the asking logged."""

    screen = _("SIM status management")
    list_display = (
        "iccid",
        badge(SimCard.status, SimStatus),
        number(SimCard.msisdn),
        "format",
        "network",
        "batch",
        "imported_at",
    )
    list_filter = (("status", ChoicesDropdownFilter), ("format", ChoicesDropdownFilter))
    search_fields = ("iccid",)
    search_help_text = _("ICCID, IMSI, number or batch")
    fieldsets = (
        (None, {"fields": (("iccid", badge(SimCard.status, SimStatus)), ("imsi", number(SimCard.msisdn)))}),
        (pgettext_lazy("SIM card", "Card"), {"fields": (("format", "network"), ("batch", "imported_at"))}),
    )
    panels = (JOURNAL,)
    actions_list = ("import_file",)
    actions_detail = ("show_codes",)

    show_codes = ServiceDialog(
        title=_("Show the codes"),
        description=_("PIN and PUK codes of this card. That you looked at them is written to the journal."),
        permission="sims.view_sim_secrets",
        service=lambda card, actor, answers: card,
        answer_template="sims/codes.html",
        icon="key",
    )

    import_file = send_dialog(SIM_FILES)

    class Media:
        js = (SCRIPT,)


@admin.register(SimImport)
class SimImportAdmin(FileImportAdmin):
    """«Import cartes SIM»."""

    screen = _("Import of SIM cards")
    kind = SIM_FILES
    send = send_dialog(SIM_FILES)
