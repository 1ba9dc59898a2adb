"""Who may look at what is sold. Offers and their prices are the Administrateur's to change."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_offer", "view_plan", "view_option", "view_product", "view_offerprice", "view_allowance")

GRANTS: Grants = {
    Role.SALES: SEE,
    Role.SUPPORT: SEE,
    Role.BILLING: SEE,
}
