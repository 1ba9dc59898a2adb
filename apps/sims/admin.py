from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.core.admin import DaysFilter, HistoryModelAdmin, ReadOnly, ServiceDialog, badge, number
from apps.jobs.bulk.admin import BulkActions, paste_dialog
from apps.jobs.imports.admin import FileImportAdmin, send_dialog
from apps.jobs.uploads import SCRIPT
from apps.sims import declaring
from apps.sims.choices import SimStatus
from apps.sims.file_kinds import SIM_FILES
from apps.sims.filters import BatchFilter, SupplierFilter
from apps.sims.forms import DeclareForm
from apps.sims.models import SimCard, SimImport
from apps.sims.past import PAST, SHOW_CODES
from apps.sims.squares import square_of


def codes_of(card: SimCard, actor: Any, answers: dict[str, Any]) -> dict[str, Any]:
    return {"card": card, "square": square_of(card.esim_code) if card.esim_code else None}


@admin.register(SimCard)
class SimCardAdmin(BulkActions, ReadOnly, HistoryModelAdmin):
    """«Gestion status SIM». Codes are on no list and no page: they are asked for, and the asking logged."""

    screen = _("SIM status management")
    list_display = (
        "iccid",
        badge(SimCard.status, SimStatus),
        number(SimCard.msisdn),
        "format",
        "batch",
        "supplier",
        "imported_at",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("format", ChoicesDropdownFilter),
        BatchFilter,
        SupplierFilter,
        ("imported_at", DaysFilter),
    )
    list_filter_submit = True
    search_fields = ("iccid",)
    search_help_text = _("ICCID, IMSI, number or batch")
    fieldsets = (
        (None, {"fields": (("iccid", badge(SimCard.status, SimStatus)), ("imsi", number(SimCard.msisdn)))}),
        (pgettext_lazy("SIM card", "Card"), {"fields": (("format", "network"), ("batch", "supplier"), "imported_at")}),
    )
    panels = (PAST,)
    actions_list = ("import_file", "paste")
    actions_detail = ("declare", "show_codes")

    declare = ServiceDialog(
        title=declaring.DECLARE.title,
        permission=declaring.DECLARE.permission,
        form=DeclareForm,
        when=declaring.can_be_declared,
        preview=declaring.preview_one,
        service=declaring.declare_one,
        done=_("The card is declared so."),
        icon="report",
    )

    show_codes = ServiceDialog(
        title=SHOW_CODES,
        description=_("The codes of this card. That you looked at them is written to its past."),
        permission="sims.view_sim_secrets",
        service=codes_of,
        answer_template="sims/codes.html",
        icon="key",
    )

    import_file = send_dialog(SIM_FILES)
    paste = paste_dialog(
        "sims.SimCard", permission=declaring.DECLARE.permission, identifiers=_("ICCID or IMSI of the cards")
    )

    class Media:
        css = {"all": ["sims/sims.css"]}
        js = (SCRIPT,)


@admin.register(SimImport)
class SimImportAdmin(FileImportAdmin):
    """«Import cartes SIM»."""

    screen = _("Import of SIM cards")
    kind = SIM_FILES
    send = send_dialog(SIM_FILES)
