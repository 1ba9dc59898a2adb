"""Who may look at how invoices are numbered, laid out and paid. Changing it is the Administrateur's."""

from __future__ import annotations

from apps.core.roles import Grants, Role

GRANTS: Grants = {
    Role.SALES: ("view_paymentterms", "view_paymentmethod"),
    Role.BILLING: (
        "view_paymentterms",
        "view_paymentmethod",
        "view_invoicelayout",
        "view_numberseries",
        "view_legalrate",
    ),
    Role.ACCOUNTANT: ("view_paymentterms", "view_paymentmethod", "view_numberseries", "view_legalrate"),
}
