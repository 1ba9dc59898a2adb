"""The first pages of an invoice: the layout filled in, then printed by xhtml2pdf.

The layout is HTML that the integrator may edit, so both steps are fenced: the template runs in the sandbox,
and the printing reads nothing but the bundled fonts, within limits of size and time. Whatever xhtml2pdf
complains about is an error: an image that does not load or a property it ignores must not end up in an issued
invoice unseen.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from apps.core import sandbox
from apps.core.exceptions import DomainError
from apps.documents import logo as logos
from apps.documents.presentation import Page, is_detailed_apart
from apps.documents.sheets import FONTS, prepare_reportlab
from apps.documents.shipped import LAYOUTS, shipped_layout
from apps.documents.snapshot import InvoiceSnapshot

#: How xhtml2pdf begins to say that a long address or footer was made smaller to fit its frame. It is the one
#: remark that may be passed over: nothing is missing from the page.
SHRUNK = "The content of the static frame"

POLICY = ResourceAccessPolicy.server(
    FONTS, allow_remote=False, max_document_bytes=2_000_000, max_render_seconds=20, max_resources=10
)


class UnprintableLayout(DomainError):
    """The filled-in layout is not a page that can be printed; ``reasons`` is what xhtml2pdf said."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(format_lazy(_("The layout cannot be printed: {}"), "; ".join(reasons)), reasons=reasons)


def render_front(snapshot: InvoiceSnapshot, *, logo: bytes | None = None, layout: str | None = None) -> bytes:
    """The PDF of the layout (the shipped one by default) for ``snapshot``, not numbered yet.

    Raises :class:`~apps.core.sandbox.TemplateFault` and :class:`UnprintableLayout` for what is wrong with the
    layout, :class:`~apps.documents.logo.WrongLogo` for a logo that is not the snapshot's.
    """
    return print_html(fill_layout(snapshot, logo=logo, layout=layout))


def fill_layout(snapshot: InvoiceSnapshot, *, logo: bytes | None = None, layout: str | None = None) -> str:
    """The layout as HTML, its placeholders replaced."""
    placed = logos.place(logo, expected_digest=snapshot.branding.logo_digest) if logo else None
    page = Page.of(snapshot, logo=placed, detailed_apart=is_detailed_apart(snapshot))
    return sandbox.render(layout or shipped_layout(), {"invoice": snapshot, "page": page})


@lru_cache(maxsize=1)
def base_style() -> str:
    return (LAYOUTS / "base.css").read_text(encoding="utf-8")


def print_html(html: str) -> bytes:
    """``html`` as PDF; :class:`UnprintableLayout` if anything at all is wrong with it."""
    prepare_reportlab()
    output = io.BytesIO()
    with _complaints() as complaints:
        try:
            # The path names no file; relative addresses are read from its folder.
            result = pisa.CreatePDF(
                html,
                dest=output,
                path=str(FONTS / "layout.html"),
                default_css=base_style(),
                resource_policy=POLICY,
            )
        except Exception as error:
            # Whatever it stumbles over, from the depth of its tables to a colour, came with the layout.
            raise UnprintableLayout([*complaints, f"{type(error).__name__}: {error}"]) from error
    if complaints or result.err or result.warn:
        raise UnprintableLayout(complaints)
    return output.getvalue()


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What xhtml2pdf logs in this thread meanwhile: it counts only some of its warnings."""
    found: list[str] = []
    thread = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread and not str(record.msg).startswith(SHRUNK):
                found.append(record.getMessage())

    logger = logging.getLogger("xhtml2pdf")
    collector = Collector(logging.WARNING)
    logger.addHandler(collector)
    try:
        yield found
    finally:
        logger.removeHandler(collector)
