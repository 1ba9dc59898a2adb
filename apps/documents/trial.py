"""Trying a version of the layout on the samples: run in a process of its own (:mod:`apps.documents.apart`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.core.sandbox import TemplateFault
from apps.documents.front import UnprintableLayout, fill_layout, print_html
from apps.documents.legal import missing
from apps.documents.markup import markup_faults
from apps.documents.rendering import render_invoice
from apps.documents.snapshot import InvoiceSnapshot
from apps.documents.visible import visible_text


@dataclass(frozen=True, slots=True)
class TrialFault:
    """What went wrong on the sample ``code``: a ``reason`` (with its line), or a ``mention`` that is missing."""

    code: str
    reason: str = ""
    line: int | None = None
    mention: str = ""


def try_layout(source: str, documents: Iterable[tuple[str, InvoiceSnapshot]]) -> list[TrialFault]:
    """Draw each document with ``source`` and read it. The first mistake of the template or of the printer ends it.

    A mention that several documents lack is told once.
    """
    found: dict[str, TrialFault] = {}
    for code, snapshot in documents:
        try:
            filled = fill_layout(snapshot, layout=source)
            # Once more, now that the placeholders have their values: a link may have been put together.
            for fault in markup_faults(filled):
                return [TrialFault(code, reason=str(fault.reason))]
            drawn = print_html(filled)
        except TemplateFault as wrong:
            return [TrialFault(code, reason=str(wrong.reason), line=wrong.line)]
        except UnprintableLayout as unprintable:
            return [TrialFault(code, reason=str(unprintable))]
        for mention in missing(snapshot, visible_text(drawn)):
            found.setdefault(mention, TrialFault(code, mention=mention))
    return list(found.values())


def draw_whole(source: str, snapshot: InvoiceSnapshot, logo: bytes | None) -> bytes:
    """The document as people would see it, without call detail. DomainError for what is wrong with the layout."""
    return render_invoice(snapshot, logo=logo, layout=source)
