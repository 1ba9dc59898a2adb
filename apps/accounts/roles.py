"""Who may do what with the people of the back office. Users and their sign-ins are the Administrateur's alone."""

from __future__ import annotations

from apps.core.roles import Grants, Role

# The journal of a page tells its readers what was done to it; «Historique» shows of each what he may see anyway.
JOURNAL = ("admin.view_logentry",)

GRANTS: Grants = dict.fromkeys(Role, JOURNAL)
