from __future__ import annotations

from apps.core.roles import Grants, Role

GRANTS: Grants = {
    Role.BILLING: ["export_recap", "view_recapexport"],
    Role.ACCOUNTANT: ["export_recap", "view_recapexport"],
}
