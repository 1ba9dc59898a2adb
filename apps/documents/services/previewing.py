"""A version of the layout before it is written, on a made-up document or on a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise

from apps.documents.services.layouts import LayoutValues
from apps.documents.snapshot import InvoiceSnapshot

#: Contributions to this slot are :class:`RealDocuments`.
REAL_DOCUMENTS: Final = "documents.real_documents"


@dataclass(frozen=True, slots=True)
class Choice:
    """A document to preview on: ``key`` is handed back to :func:`preview_layout`."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Real:
    """A real document as it is shown, with its logo."""

    snapshot: InvoiceSnapshot
    logo: bytes | None


@dataclass(frozen=True, slots=True)
class RealDocuments:
    """Documents of a higher app, found by number or customer, for holders of ``permission``.

    Its keys are ``name:pk``.
    """

    name: str
    title: str | Promise
    permission: str
    search: Callable[[str, int], list[Choice]]
    read: Callable[[int], Real]


def sample_choices() -> list[Choice]:
    """The made-up documents, the ordinary one first."""
    return []


def real_choices(text: str, *, user: Any, limit: int = 10) -> list[Choice]:
    """Real documents that ``user`` may see, found by ``text``."""
    return []


def preview_layout(*, values: LayoutValues, key: str, user: Any, today: date) -> bytes:
    """The PDF of the document ``key`` with the texts and the layout of ``values``.

    DomainError says what is wrong: LayoutRefused with its line, or a layout that takes too long to draw.
    """
    raise NotImplementedError
