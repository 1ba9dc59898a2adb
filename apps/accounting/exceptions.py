from __future__ import annotations

from apps.core.exceptions import DomainError


class NothingIssued(DomainError):
    """A run without an issued invoice has nothing for the accounts: drafts are no accounting documents."""


class UnbalancedRecap(DomainError):
    """An invoice whose parts do not add up: no file leaves with it."""
