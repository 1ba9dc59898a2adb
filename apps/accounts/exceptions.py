from __future__ import annotations

from apps.core.exceptions import DomainError


class NobodyInCharge(DomainError):
    """The last person who can give rights would lose his own."""
