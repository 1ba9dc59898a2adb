"""Who may do what with orders: those who sell enter and validate them, support follows the portings."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_order", "view_mobileitem", "view_serviceitem", "view_portin", "view_portevent", "view_operatorcode")
SELL = ("add_order", "change_order", "cancel_order", "validate_order")

GRANTS: Grants = {
    Role.SALES: (*SEE, *SELL, "change_portin"),
    Role.SUPPORT: (*SEE, *SELL, "change_portin", "override_porting_dates", "change_operatorcode", "add_operatorcode"),
    Role.BILLING: SEE,
}
