"""A version of the layout before it is written, on a made-up document or on a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from apps.branding.models import Integrator
from apps.core.exceptions import DomainError
from apps.core.slots import contributions
from apps.documents.apart import run_apart
from apps.documents.mentions import mentions_of
from apps.documents.samples import SAMPLES
from apps.documents.seller import bank_of, branding_of, seller_of
from apps.documents.services.layouts import LayoutValues
from apps.documents.services.rates import rates_on
from apps.documents.shipped import shipped_layout
from apps.documents.snapshot import InvoiceSnapshot
from apps.documents.trial import draw_whole

#: Contributions to this slot are :class:`RealDocuments`.
REAL_DOCUMENTS: Final = "documents.real_documents"
#: Of processor time.
PREVIEW_SECONDS: Final = 20.0


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

    ``search(text, limit)`` gives pairs of a primary key and a label, ``read`` the document or ``None``; their keys for
    :func:`preview_layout` are ``name:pk``.
    """

    name: str
    permission: str
    search: Callable[[str, int], list[tuple[int, str]]]
    read: Callable[[int], Real | None]


def sample_choices() -> list[Choice]:
    """The made-up documents, the ordinary one first."""
    return [Choice(sample.code, str(sample.label)) for sample in SAMPLES]


def real_choices(text: str, *, user: Any, limit: int = 10) -> list[Choice]:
    """Real documents that ``user`` may see, found by ``text``."""
    return [
        Choice(f"{source.name}:{pk}", label)
        for source in contributions(REAL_DOCUMENTS)
        if user.has_perm(source.permission)
        for pk, label in source.search(text, limit)
    ][:limit]


def preview_layout(*, values: LayoutValues, key: str, user: Any, today: date) -> bytes:
    """The PDF of the document ``key`` with the texts and the layout of ``values``, drawn in a process of its own.

    DomainError for what is wrong with them, for a layout that takes too long, and for a document that is not there
    or not for the eyes of ``user``.
    """
    real = _document(key, user)
    snapshot = with_texts(real.snapshot, values, today=today)
    return run_apart(draw_whole, values.html or shipped_layout(), snapshot, real.logo, seconds=PREVIEW_SECONDS)


def with_texts(snapshot: InvoiceSnapshot, values: LayoutValues, *, today: date) -> InvoiceSnapshot:
    """The document as it would read with the texts of ``values``."""
    mentions = mentions_of(
        values,
        individual=not snapshot.mentions.recovery_indemnity,
        operation_category=snapshot.mentions.operation_category,
        rates=rates_on(today),
    )
    return replace(snapshot, mentions=mentions, branding=replace(snapshot.branding, footer=values.footer))


def _document(key: str, user: Any) -> Real:
    for sample in SAMPLES:
        if sample.code == key:
            return _as_ours(sample.make())
    name, _colon, pk = key.partition(":")
    for source in contributions(REAL_DOCUMENTS):
        if source.name == name and pk.isdecimal() and user.has_perm(source.permission):
            found: Real | None = source.read(int(pk))
            if found is not None:
                return found
    raise DomainError(_("Choose the document to preview on."))


def _as_ours(snapshot: InvoiceSnapshot) -> Real:
    """A sample with the integrator's own identity and look, once they are filled in."""
    integrator = Integrator.objects.first()
    if integrator is None:
        return Real(snapshot, None)
    bank = snapshot.bank and bank_of(integrator)
    shown = replace(snapshot, seller=seller_of(integrator), bank=bank, branding=branding_of(integrator, footer=""))
    return Real(shown, bytes(integrator.logo) if integrator.logo else None)
