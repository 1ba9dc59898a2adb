"""Who may do what with invoices. Facturation makes and issues them; the accountant keeps the rules of VAT."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_invoice", "view_invoiceline", "view_invoicevat", "view_invoicedocument")
SEE_RUNS = ("view_billingrun", "view_runitem")
# Whoever may look at an invoice opens it. A file of them all is an export.
EXPORT = ("download_billingrun",)

GRANTS: Grants = {
    Role.SALES: SEE,
    Role.BILLING: (
        *SEE,
        *SEE_RUNS,
        *EXPORT,
        "add_billingrun",
        "change_billingrun",
        "issue_billingrun",
        "change_invoice",
        "send_invoice",
        "view_vatrule",
    ),
    Role.ACCOUNTANT: (*SEE, *SEE_RUNS, *EXPORT, "view_vatrule", "add_vatrule", "change_vatrule"),
}
