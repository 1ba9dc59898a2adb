"""Everybody who starts long work watches it; which jobs one sees is a matter of what one may do (Job.seen_by)."""

from __future__ import annotations

from apps.core.roles import Grants, Role

GRANTS: Grants = {
    Role.SALES: ["view_job", "view_bulkoperation"],
    Role.SUPPORT: ["view_job", "cancel_job", "view_bulkoperation"],
    Role.BILLING: ["view_job", "cancel_job"],
    Role.ACCOUNTANT: ["view_job"],
}
