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
)

GRANTS: Grants = {
    Role.SALES: SEE,
    Role.SUPPORT: (*SEE, "change_line", "add_lineoperation"),
    Role.BILLING: SEE,
}
