"""Nobody of the integrator has a right in the customer space: its pages are for customers, and theirs alone."""

from __future__ import annotations

from apps.core.roles import Grants

GRANTS: Grants = {}
