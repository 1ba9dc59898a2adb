"""Who may do what with call records. Whom a person called is shown to those who answer for it or invoice it."""

from __future__ import annotations

from apps.core.roles import Grants, Role

SEE = ("view_cdrformat", "view_cdrfile", "view_statement", "view_ratedrecord", "view_suspendedrecord")

GRANTS: Grants = {
    # Mends the line or the number that a record waits for, then rates it again.
    Role.SUPPORT: (*SEE, "change_suspendedrecord"),
    Role.BILLING: (
        *SEE,
        "add_cdrfile",
        "change_cdrfile",
        "change_suspendedrecord",
        "add_cdrformat",
        "change_cdrformat",
    ),
}
