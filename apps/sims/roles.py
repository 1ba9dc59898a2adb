"""Who may do what with SIM cards. A customer whose telephone is locked asks Support for the PUK."""

from __future__ import annotations

from apps.core.roles import Grants, Role

GRANTS: Grants = {
    Role.SALES: ("view_simcard",),
    Role.SUPPORT: ("view_simcard", "change_simcard", "view_sim_secrets", "view_simimport", "add_simimport"),
}
