"""Who may look at the integrator's identity: those whose work carries its bank details and its VAT number."""

from __future__ import annotations

from apps.core.roles import Grants, Role

GRANTS: Grants = {
    Role.BILLING: ("view_integrator",),
    Role.ACCOUNTANT: ("view_integrator",),
}
