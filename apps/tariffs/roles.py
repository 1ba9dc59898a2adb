"""Who may look at what a minute costs: whoever sells it, explains it or invoices it. Facturation keeps the prices."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_tariff", "view_tariffversion", "view_rate")
EXPORT = ("export_tariff",)
KEEP = ("add_tariff", "change_tariff", "change_rate", "view_rateimport", "add_rateimport")

GRANTS: Grants = {
    Role.SALES: (*SEE, *EXPORT),
    Role.SUPPORT: SEE,
    Role.BILLING: (*SEE, *EXPORT, *KEEP),
}
