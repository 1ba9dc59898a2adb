"""Parts joined to one document: numbered, described, and always the same bytes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import date

import pikepdf
import pypdf
import pytest

from apps.documents.annex import call_section, render_annex
from apps.documents.joining import concatenate, page_count
from apps.documents.rendering import assemble, render_body, render_invoice
from tests.documents.samples import calls, fleet, invoice, logo, pages

SECTION = call_section(msisdn="33639980001", calls=calls(80))


def test_parts_stored_apart_give_the_document_drawn_at_once() -> None:
    snapshot = invoice(*fleet(10))
    body, annex = render_body(snapshot, logo=logo()), render_annex(snapshot, [SECTION])
    assert pages(assemble(snapshot, [body, annex])) == pages(render_invoice(snapshot, logo=logo(), calls=[SECTION]))


def test_the_invoice_without_its_purged_annex_is_numbered_anew() -> None:
    snapshot = invoice(*fleet(10))
    body = render_body(snapshot)
    shown = pages(assemble(snapshot, [body]))
    assert len(shown) == page_count(body)
    assert f"page 1/{len(shown)}" in shown[0]


def test_a_body_is_not_numbered_yet() -> None:
    assert "page 1/" not in pages(render_body(invoice()))[0]


def test_one_part_alone_is_left_as_it_is() -> None:
    assert concatenate([b"%PDF"]) == b"%PDF"


def test_the_same_invoice_has_the_same_bytes() -> None:
    snapshot = invoice(*fleet(10))
    first = render_invoice(snapshot, logo=logo(), calls=[SECTION])
    assert render_invoice(snapshot, logo=logo(), calls=[SECTION]) == first


def test_the_same_invoice_has_the_same_bytes_in_another_process_without_settings() -> None:
    """A drawing process may be started bare: no settings, no apps, another hash seed, another day."""
    program = (
        "import hashlib; from tests.documents.samples import fleet, invoice; "
        "from apps.documents.rendering import render_invoice; "
        "print(hashlib.sha256(render_invoice(invoice(*fleet(3)))).hexdigest())"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**bare, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Noumea"))
    }
    assert len(digests) == 1


def test_a_document_says_what_it_is() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_invoice(invoice())))
    assert reader.metadata is not None
    assert reader.metadata.title == "Facture F2026-000001"
    assert reader.metadata.author == "Télécom Intégration Démo"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2026, 11, 2)
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"


def test_the_title_of_a_draft_says_so() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_invoice(invoice(number=None))))
    assert reader.metadata is not None
    assert reader.metadata.title == "Facture (brouillon)"


@pytest.mark.parametrize("number", ["F2026-000001", None])
def test_every_font_is_embedded(number: str | None) -> None:
    """What archives (PDF/A) ask, and what prints alike everywhere."""
    document = render_invoice(invoice(*fleet(10), number=number), logo=logo(), calls=[SECTION])
    with pikepdf.open(io.BytesIO(document)) as opened:
        fonts = [
            item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
        ]
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts)


def test_a_page_is_a4() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_invoice(invoice(*fleet(10)), calls=[SECTION])))
    sizes = {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in reader.pages}
    assert sizes == {(595, 842)}
