"""Who may do what with mails. Their text and attachments tell who calls whom: for those who answer for them."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_delivery", "view_addressee", "view_attempt")

GRANTS: Grants = {
    # Who sends letters reads them first.
    Role.SALES: (*SEE, "view_emailtemplate", "send_letter"),
    Role.SUPPORT: (*SEE, "view_content", "resend_delivery"),
    Role.BILLING: (*SEE, "view_content", "resend_delivery", "cancel_delivery", "view_emailtemplate"),
    Role.ACCOUNTANT: SEE,
}
