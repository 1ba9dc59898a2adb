"""Who may do what with customers. Bank accounts (mandates) are for those who sell, invoice or collect."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_customer", "view_contact", "view_address")
FILES = ("view_customerimport", "add_customerimport")
REACH = ("add_contact", "change_contact", "add_address", "change_address")

GRANTS: Grants = {
    Role.SALES: (
        *SEE,
        *REACH,
        "add_customer",
        "view_customerimport",
        "add_customerimport",
        "change_customer",
        "close_customer",
        "export_customer",
        "view_mandate",
        "add_mandate",
        "change_mandate",
        "send_credentials",
    ),
    # Keeps up to date whom to call and where to send, and nothing of what is invoiced.
    Role.SUPPORT: (*SEE, *REACH, "send_credentials"),
    Role.BILLING: (*SEE, *REACH, "change_customer", "view_mandate", "add_mandate", "change_mandate"),
    Role.ACCOUNTANT: (*SEE, "view_mandate"),
}
