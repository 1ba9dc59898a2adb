"""Work for a process of its own, in a module that it can read before Django is up."""

from __future__ import annotations

import os

from apps.core.exceptions import DomainError
from apps.documents.apart import MOST_MEMORY


def die(*_given: object) -> None:
    os._exit(3)


def toil() -> None:
    while True:
        pass


def refuse() -> None:
    raise DomainError("Non.")


def eat() -> int:
    """More memory than there is."""
    return len(bytearray(MOST_MEMORY))
