"""What is refused in the texts of a mail, all at once and with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.utils import translation

from apps.messaging.checking import check_texts
from apps.messaging.events import Texts
from apps.messaging.markup import HOLE, is_blank, markup_faults, source_faults
from tests.messaging.conftest import EVENT

GOOD = EVENT.shipped


@pytest.fixture(autouse=True)
def as_written() -> Iterator[None]:
    with translation.override("en"):
        yield


def places(**changed: str) -> list[tuple[str, int | None]]:
    return [(fault.field, fault.line) for fault in check_texts(EVENT, replace(GOOD, **changed))]


def test_the_shipped_texts_have_no_fault() -> None:
    assert check_texts(EVENT, GOOD) == []


def test_every_fault_is_said_with_its_field_and_its_line() -> None:
    texts = Texts(
        subject="{{ bill.nowhere }}",
        text="Bonjour\n{{ customer|euros }}\n{% if bill.number == 'x' %}{{ nowhere }}{% endif %}",
        html="<p>a</p>\n<script>x</script>\n<p onclick='x'>{{ bill.gross|date }}</p>",
    )
    found = [(fault.field, fault.line) for fault in check_texts(EVENT, texts)]
    assert found == [("subject", 1), ("text", 2), ("text", 3), ("html", 2), ("html", 3), ("html", 3)]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"subject": ""}, ("subject", None)),
        ({"subject": " \n "}, ("subject", None)),
        ({"subject": "un\ndeux"}, ("subject", None)),
        ({"subject": "x" * 251}, ("subject", None)),
        ({"subject": "{# " + "x" * 500 + " #}ici"}, ("subject", None)),
        ({"subject": "{% if bill.number == 'x' %}jamais{% endif %}"}, ("subject", None)),
        ({"text": "\n \n"}, ("text", None)),
        ({"text": "x" * 100_001}, ("text", None)),
        ({"text": "a\x00b"}, ("text", None)),
        ({"text": "{% for a in bill.number|paragraphs %}{{ a }}"}, ("text", 1)),
        ({"html": "<p>&nbsp;</p>\n<br>"}, ("html", None)),
        ({"html": "a\n{{ bill.number|safe }}"}, ("html", 2)),
        ({"html": "a\n{% include 'x' %}"}, ("html", 2)),
        ({"html": "a\n{{ '<script>' }}"}, ("html", None)),
        ({"html": "a {{ bill.number|default:'<img src=x onerror=y>' }}{{ '<iframe>' }}"}, ("html", None)),
    ],
)
def test_what_no_mail_is_made_of(changed: dict[str, str], place: tuple[str, int | None]) -> None:
    assert places(**changed) == [place]


def test_no_break_spaces_as_french_has_them_may_stand_in_a_subject() -> None:
    assert places(subject="Facture\xa0: {{ bill.gross|euros }}") == []


@pytest.mark.parametrize(
    "html",
    [
        "<p style='color: red; padding: 4px 8px'>a</p><a href='https://x.example/?a=1&b=2'>b</a>",
        "<a href='mailto:a@b.example'>a</a><a href=\"TEL:+33639980001\">b</a><img src='cid:logo' alt='' width=10>",
        "<table role=presentation><tbody><tr><td colspan=2 valign=top>a<br/>b &amp; c &lt; d</td></tr></table>",
        "<a href='{{ link }}'>a</a><td {% if a %}align='right'{% endif %}>",
        "<a href='{% if a %}https://x{% else %}https://y{% endif %}'>a</a>",
    ],
)
def test_what_mails_are_made_of_is_let_through(html: str) -> None:
    assert source_faults(html) == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<SCRIPT SRC=//x>",
        "<scr{# x #}ipt>",
        "<{% if a %}script>",
        "<iframe src=x>",
        "<object>",
        "<embed>",
        "<form action=x>",
        "<input>",
        "<button>",
        "<link rel=stylesheet href=x>",
        "<style>p{}</style>",
        "<meta http-equiv=refresh>",
        "<base href=//x>",
        "<svg onload=x>",
        "<math><mi xlink:href=x>",
        "<video src=x>",
        "<p onclick=x>",
        "<p OnMouseOver = 'x'>",
        "<img src=cid:a onerror=x>",
        "<p/onclick=x>",
        "<p {{ a }}>",
        "<p data-x=1>",
        "<a href='javascript:x'>",
        "<a href=' JaVaScRiPt:x'>",
        "<a href='java&#115;cript:x'>",
        "<a href='java\tscript:x'>",
        "<a href='data:text/html,x'>",
        "<a href='//x.example'>",
        "<a href='/admin/'>",
        "<a href=''>",
        "<img src='https://x.example/pixel.png'>",
        "<img src='{{ link }}'>",
        "<img srcset='https://x'>",
        "<td background='https://x'>",
        "<p style='background: url(https://x)'>",
        "<p style='background: u\\72l(https://x)'>",
        "<p style='background: ur/**/l(https://x)'>",
        "<p style='background: URL (x)'>",
        "<p style='width: expression(x)'>",
        "<p style='@import x'>",
        "<!-- <script> -->",
        "<!--[if mso]><script><![endif]-->",
        "<!DOCTYPE html>",
        "<?php x ?>",
        "<![CDATA[x]]>",
        "a < b",
        "<p title='a",
        "<img src=cid:a onerror=alert(1)",
        "</body>",
        f"<a{HOLE}b>",
    ],
)
def test_what_could_run_load_or_hide_is_refused_with_its_line(html: str) -> None:
    assert [fault.line for fault in source_faults(f"<p>un</p>\n{html}")][:1] == [2]


def test_a_long_page_of_junk_is_read_in_good_time() -> None:
    for junk in ("<" * 100_000, "<a " * 33_000, "<!--" * 25_000, "<a href='" * 11_000, "&#" * 50_000, "</" * 50_000):
        markup_faults(junk)


def test_blank_is_what_nobody_sees() -> None:
    assert is_blank("<p> &nbsp;</p><br>")
    assert not is_blank("<p>a</p>")
    assert not is_blank("<img src='cid:x'>")
