"""Who may do what with lines. Support changes them; others look at them for what they sell and invoice."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = (
    "view_line",
    "view_linenumber",
    "view_linesim",
    "view_linestate",
    "view_linetariff",
    "view_lineoperation",
    "view_subscription",
    "view_discount",
    "view_oneoffcharge",
    "view_linehandset",
    "view_lineinternational",
    "view_plannedoperation",
    "view_provisioningrequest",
    "view_provisioningfile",
)
OPERATE = (
    "change_line",
    "add_lineoperation",
    "restrict_line",
    "terminate_line",
    "change_line_offers",
    "swap_sim",
    "change_plannedoperation",
    "change_provisioningrequest",
)

GRANTS: Grants = {
    Role.SALES: SEE,
    Role.SUPPORT: (*SEE, *OPERATE),
    Role.BILLING: SEE,
}
