"""Who may do what with mails. Their text and attachments tell who calls whom: for those who answer for them."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_delivery", "view_addressee", "view_attempt")

GRANTS: Grants = {
    Role.SALES: SEE,
    Role.SUPPORT: (*SEE, "view_content", "resend_delivery"),
    Role.BILLING: (*SEE, "view_content", "resend_delivery", "cancel_delivery"),
    Role.ACCOUNTANT: SEE,
}
