"""Parts to one document: numbered pages, marked drafts, metadata, and the same bytes for the same parts."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date

import pikepdf
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from apps.documents.sheets import BOLD, PAGE_HEIGHT, PAGE_WIDTH, PLAIN, QUIET, SMALL, paint, prepare_reportlab

LANGUAGE = "fr-FR"
STAMP = pikepdf.Name("/Stamp")
#: A text object that chooses a font and draws nothing, as ReportLab puts at the head of pages and tables.
IDLE_CHOICE = re.compile(rb"BT /\S+ [\d.]+ Tf [\d.]+ TL ET\s")
DRAFT_RED = "#b00020"


def join(parts: Sequence[bytes], *, number: str | None, title: str, author: str, issued_on: date) -> bytes:
    """One PDF of all ``parts`` in order, «N° … · page n/N» on each; «BROUILLON» across it without number.

    The date of the document is the day of issue, not the moment of drawing, and nothing is random: an invoice
    drawn again has the same bytes.
    """
    with pikepdf.new() as joined:
        _append(joined, parts)
        _stamp(joined, number)
        _describe(joined, title=title, author=author, issued_on=issued_on)
        return _saved(joined)


def concatenate(parts: Sequence[bytes]) -> bytes:
    """One PDF of all ``parts`` in order, as they are."""
    if len(parts) == 1:
        return parts[0]
    with pikepdf.new() as joined:
        _append(joined, parts)
        return _saved(joined)


def _append(joined: pikepdf.Pdf, parts: Sequence[bytes]) -> None:
    for part in parts:
        with pikepdf.open(io.BytesIO(part)) as opened:
            _drop_idle_fonts(opened)
            joined.pages.extend(opened.pages)


def _drop_idle_fonts(part: pikepdf.Pdf) -> None:
    """Take out the fonts that ReportLab chooses and never draws with.

    They are its Helvetica, which is not embedded, and archives (PDF/A) refuse a font that is merely named.
    """
    if not any(_not_embedded(page) for page in part.pages):
        return
    drawn = b""
    for page in part.pages:
        page.contents_coalesce()
        content = IDLE_CHOICE.sub(b"", page.obj.Contents.read_bytes())
        page.obj.Contents.write(content)
        drawn += content
    for page in part.pages:
        for name in _not_embedded(page):
            if f"{name} ".encode() not in drawn:
                del page.resources.Font[name]


def _not_embedded(page: pikepdf.Page) -> list[str]:
    fonts = page.resources.get("/Font", pikepdf.Dictionary())
    return [name for name, font in fonts.items() if "/FontDescriptor" not in font]


def _saved(joined: pikepdf.Pdf) -> bytes:
    output = io.BytesIO()
    joined.save(output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return output.getvalue()


def page_count(document: bytes) -> int:
    with pikepdf.open(io.BytesIO(document)) as opened:
        return len(opened.pages)


def _stamp(joined: pikepdf.Pdf, number: str | None) -> None:
    with pikepdf.open(io.BytesIO(_stamps(len(joined.pages), number))) as stamps:
        for page, stamp in zip(joined.pages, stamps.pages, strict=True):
            # Not Page.add_overlay: it names what it adds at random.
            form = joined.copy_foreign(stamp.as_form_xobject())
            page.add_resource(form, pikepdf.Name.XObject, STAMP)
            page.contents_add(b"q /Stamp Do Q")


def _stamps(pages: int, number: str | None) -> bytes:
    """A transparent document of that many pages, with what is to be printed over each."""
    prepare_reportlab()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, initialFontName=PLAIN)
    name = f"N° {number}" if number else "Brouillon"
    for page in range(1, pages + 1):
        canvas.setFont(PLAIN, SMALL)
        canvas.setFillColor(paint(QUIET))
        canvas.drawRightString(PAGE_WIDTH - 18 * mm, 8 * mm, f"{name} · page {page}/{pages}")
        if number is None:
            _draw_draft_mark(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_draft_mark(canvas: Canvas) -> None:
    red = paint(DRAFT_RED)
    canvas.saveState()
    canvas.setFont(BOLD, 92)
    canvas.setFillColor(Color(red.red, red.green, red.blue, alpha=0.10))
    canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -30, "BROUILLON")
    canvas.restoreState()


def _describe(joined: pikepdf.Pdf, *, title: str, author: str, issued_on: date) -> None:
    joined.Root.Lang = LANGUAGE
    joined.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    joined.docinfo["/Title"] = title
    joined.docinfo["/Author"] = author
    joined.docinfo["/CreationDate"] = f"D:{issued_on:%Y%m%d}000000Z"
    with joined.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = title
        metadata["dc:creator"] = [author]
        metadata["dc:language"] = [LANGUAGE]
        metadata["xmp:CreateDate"] = f"{issued_on.isoformat()}T00:00:00Z"
