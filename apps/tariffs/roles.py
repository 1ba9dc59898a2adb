"""Who may look at what a minute costs: whoever sells it, explains it or invoices it."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_tariff", "view_tariffversion", "view_rate")

GRANTS: Grants = {
    Role.SALES: SEE,
    Role.SUPPORT: SEE,
    Role.BILLING: SEE,
}
