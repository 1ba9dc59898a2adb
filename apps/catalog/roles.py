"""Who may look at what is sold, and carry the lists away. The Administrateur alone changes offers and prices."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = (
    "view_offer",
    "view_plan",
    "view_option",
    "view_product",
    "view_handset",
    "view_offerprice",
    "view_handsetprice",
    "view_allowance",
    "view_offerrule",
)
EXPORT = ("export_plan", "export_option", "export_product", "export_handset")

GRANTS: Grants = {
    Role.SALES: (*SEE, *EXPORT),
    Role.SUPPORT: SEE,
    Role.BILLING: (*SEE, *EXPORT),
}
