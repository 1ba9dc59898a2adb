"""A layout that the integrator edits: what is refused, and that nothing gets out of its fence."""

from __future__ import annotations

import logging

import pytest

from apps.core.sandbox import TemplateFault
from apps.documents.front import UnprintableLayout, print_html, render_front
from apps.documents.logo import WrongLogo, digest, place
from apps.documents.rendering import render_invoice
from apps.documents.snapshot import Branding
from apps.documents.workshop import Order, draw_all
from tests.documents.samples import invoice, logo, text

PAGE = "<html><head><style>{style}</style></head><body>{body}</body></html>"


def html(body: str = "<p>texte</p>", style: str = "") -> str:
    return PAGE.format(body=body, style=style)


def test_a_layout_of_ones_own_is_used() -> None:
    layout = html("<h1>Relevé {{ invoice.number }}</h1><p>{{ invoice.gross|euros }}</p>")
    document = render_invoice(invoice(), layout=layout)
    assert text(document) == "Relevé F2026-000001 15,48 € N° F2026-000001 · page 1/1"


def test_a_mistake_in_a_layout_is_named_with_its_line() -> None:
    with pytest.raises(TemplateFault) as refused:
        render_front(invoice(), layout=html("\n\n<p>{{ invoice.nummber }}</p>"))
    assert refused.value.line == 3


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ('<img src="http://127.0.0.1:1/x.png">', ""),
        ('<img src="https://example.org/x.png">', ""),
        ('<img src="file:///etc/passwd">', ""),
        ('<img src="/etc/passwd">', ""),
        ('<img src="../front.py">', ""),
        ('<img src="absent.png">', ""),
        ('<img src="data:image/png;base64,AAAA">', ""),
        ('<pdf:insertpdf src="/etc/passwd">', ""),
        ("<p>x</p>", '@import url("http://127.0.0.1:1/x.css");'),
        ("<p>x</p>", '@font-face { font-family: "X"; src: url("http://127.0.0.1:1/x.ttf"); }'),
        ("<p>x</p>", '@font-face { font-family: "X"; src: url("/usr/share/fonts/x.ttf"); }'),
        ("<p>x</p>", 'p { font-family: "Comic Sans"; }'),
        ("<p>x</p>", "p { transform: rotate(3deg); }"),
        ("<p>x</p>", '@page { background-image: url("http://127.0.0.1:1/x.png"); }'),
        ("<div>" * 300 + "x", ""),
        ("<p>漢字</p>", ""),
    ],
    ids=lambda value: value[:48] or "-",
)
def test_what_the_printer_complains_about_is_refused(body: str, style: str) -> None:
    with pytest.raises(UnprintableLayout) as refused:
        print_html(html(body, style))
    assert refused.value.reasons


def test_a_layout_that_is_too_long_to_print_is_refused() -> None:
    with pytest.raises(UnprintableLayout):
        print_html(html("<p>x</p>" * 300_000))


def test_complaints_elsewhere_in_the_process_are_not_ours() -> None:
    before = list(logging.getLogger("xhtml2pdf").handlers)
    logging.getLogger("xhtml2pdf").warning("of another document")
    assert print_html(html())
    assert logging.getLogger("xhtml2pdf").handlers == before


def test_a_logo_fits_its_box_and_keeps_its_proportions() -> None:
    placed = place(logo(), expected_digest="")
    assert placed.height_mm == "20.00"
    assert placed.width_mm == "60.00"
    assert placed.source.startswith("data:image/png;base64,")


@pytest.mark.parametrize("image", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF-1.7"])
def test_a_logo_that_is_no_picture_is_refused(image: bytes) -> None:
    with pytest.raises(WrongLogo):
        place(image, expected_digest="")


def test_an_issued_document_takes_no_other_logo_than_its_own() -> None:
    snapshot = invoice(branding=Branding(logo_digest=digest(logo())))
    assert render_front(snapshot, logo=logo())
    with pytest.raises(WrongLogo):
        render_front(snapshot, logo=logo("#00ff00"))


def test_a_fault_in_one_document_is_told_in_words_and_does_not_stop_the_others() -> None:
    """In a drawing process, where the reason has to be put into words too."""
    cut_off = logo()[:-40]
    orders = [Order(1, invoice(), logo()), Order(2, invoice(), cut_off), Order(3, invoice(), None)]
    fine, faulty, also_fine = draw_all(orders)
    assert (fine.fault, also_fine.fault) == ("", "")
    assert fine.front
    assert also_fine.front
    assert faulty.key == 2
    assert faulty.fault.startswith("UnprintableLayout: ")
