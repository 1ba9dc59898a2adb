"""The attacks on the sandbox, and some of their own, through the check that texts of a mail must pass to be kept."""

from __future__ import annotations

import pytest

from apps.messaging.checking import check_texts
from apps.messaging.events import Event, Placeholder, Texts
from tests.core import apart
from tests.core.apart import Outcome
from tests.core.attacks import CANARY, REFUSED, world
from tests.core.grammar import generated

SLOWEST = 8.0  # seconds
GENERATED = 200

#: HTML that no mail holds, each refused.
MARKUP = {
    "script": "<script>alert(1)</script>",
    "script in capitals": "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "script cut by a tag": "<scr{% if 1 %}ipt{% endif %}>alert(1)</script>",
    "script cut by a comment": "<scr{# x #}ipt>alert(1)</script>",
    "script from a literal": "{{ '<script>alert(1)</script>' }}",
    "script from an alternative": "{{ customer.nothing|default:'<script>alert(1)</script>' }}",
    "script letter by letter": "{{ '<' }}script>alert(1)",
    "script in a link": '<a href="javascript:alert(1)">x</a>',
    "script in a link, in entities": '<a href="&#106;avascript:alert(1)">x</a>',
    "script in a link, with a tab": '<a href="java\tscript:alert(1)">x</a>',
    "script in a link, from a literal": "<a href=\"{{ 'javascript:alert(1)' }}\">x</a>",
    "link that is data": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "link to a file": '<a href="file:///etc/passwd">x</a>',
    "event": '<p onclick="alert(1)">x</p>',
    "event, without blank": '<p/onclick="alert(1)">x</p>',
    "event, cut": '<p on{% if 1 %}click{% endif %}="alert(1)">x</p>',
    "picture of the network": '<img src="http://x.example/x.png">',
    "picture without scheme": '<img src="//x.example/x.png">',
    "picture set": '<img srcset="http://x.example/x.png 2x">',
    "picture that fails": '<img src=x onerror="alert(1)">',
    "background": '<table background="http://x.example/x.png"><tr><td>x</td></tr></table>',
    "style that loads": "<p style=\"background: url('http://x.example/x.png')\">x</p>",
    "style that loads, in escapes": '<p style="background: u\\72l(http://x.example/x.png)">x</p>',
    "style that loads, in entities": '<p style="background: u&#114;l(http://x.example/x.png)">x</p>',
    "style sheet": "<style>@import url(http://x.example/x.css)</style>",
    "link to a style sheet": '<link rel="stylesheet" href="http://x.example/x.css">',
    "frame": '<iframe src="http://x.example/"></iframe>',
    "frame with a document": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "object": '<object data="http://x.example/"></object>',
    "embed": '<embed src="http://x.example/">',
    "form": '<form action="http://x.example/"><input name="a"></form>',
    "base": '<base href="http://x.example/">',
    "meta": '<meta http-equiv="refresh" content="0; url=http://x.example/">',
    "svg": '<svg onload="alert(1)"><a xlink:href="javascript:alert(1)">x</a></svg>',
    "math": "<math><mtext><script>alert(1)</script></mtext></math>",
    "a comment": "<!-- <script>alert(1)</script> -->",
    "a conditional comment": "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "a declaration": "<!DOCTYPE html><p>x</p>",
    "CDATA": "<![CDATA[<script>alert(1)</script>]]>",
    "a processing instruction": "<?php echo 1 ?><p>x</p>",
    "never closed": "<p>x</p><a href='https://x.example",
    "50,000 tags never closed": "<a " * 30_000,
    "90,000 angles": "<" * 90_000,
    "comments never closed": "<!--" * 20_000,
    "declarations never closed": "<!" * 40_000,
    "CDATA never closed": "<![CDATA[" * 10_000,
    "closing tags never closed": "</a " * 20_000,
    "quotations that cross": "<p a='>\"<p b=\">'" * 8_000,
    "quotations that end in others": "<p a='>" * 12_000,
    "one quotation without end": "<p a=\"><p b='>" + "<p c=x>" * 12_000,
    "attributes without end": "<p a='" * 15_000,
}
#: Subjects that would be more than one header, or none.
SUBJECTS = {
    "a second header": "Bonjour\nBcc: tous@x.example",
    "a second header, by carriage return": "Bonjour\rBcc: tous@x.example",
    "a second header, from a literal": "Bonjour {{ 'x\nBcc: tous@x.example' }}",
    "a line separator": "Bonjour\u2028Bcc: tous@x.example",
    "a mark of direction": "Facture \u202egpj.exe",
    "NUL": "Bonjour\0",
    "nothing": "   ",
    "nothing after all": "{% if customer.nothing %}x{% endif %}",
    "too long": "x" * 251,
    "too long once filled in": "{{ customer.long }}",
}
FINE = Texts("Bonjour {{ customer.number }}", "Bonjour {{ customer.number }}", "<p>{{ customer.number }}</p>")


def event() -> Event:
    placeholders = [Placeholder(name, name, value) for name, value in world().items() if name != "company"]
    return Event(code="trial", title="trial", subject="x", text="x", html="x", placeholders=placeholders)


def _checked(texts: Texts) -> str:
    return "\n".join(f"{fault.field} {fault.line}: {fault.reason}" for fault in check_texts(event(), texts))


def as_text(source: str) -> Outcome:
    return apart.watched(lambda: _checked(Texts(FINE.subject, source, FINE.html)))


def as_html(source: str) -> Outcome:
    return apart.watched(lambda: _checked(Texts(FINE.subject, FINE.text, source)))


def as_subject(source: str) -> Outcome:
    return apart.watched(lambda: _checked(Texts(source, FINE.text, FINE.html)))


def refused(outcome: Outcome) -> bool:
    """With sentences that say nothing they should not, in time."""
    said = outcome.kind == "shown" and outcome.text != ""
    return said and CANARY not in outcome.text and outcome.seconds < SLOWEST


@pytest.mark.parametrize("work", [as_text, as_html, as_subject])
def test_no_attack_on_the_sandbox_can_be_kept(work: apart.Work) -> None:
    # Whoever writes more than a text may hold is told of that alone.
    found = apart.all_of(REFUSED.values(), work)
    assert {name: one for name, one in zip(REFUSED, found, strict=True) if not refused(one)} == {}


def test_no_text_holds_what_a_mail_may_not() -> None:
    found = apart.all_of(MARKUP.values(), as_html)
    assert {name: one for name, one in zip(MARKUP, found, strict=True) if not refused(one)} == {}


def test_no_subject_is_more_than_a_subject() -> None:
    found = apart.all_of(SUBJECTS.values(), as_subject)
    assert {name: one for name, one in zip(SUBJECTS, found, strict=True) if not refused(one)} == {}


def test_texts_that_are_fine_are_kept() -> None:
    assert _checked(FINE) == ""


def test_templates_made_up_by_chance_are_kept_or_refused_but_never_an_error() -> None:
    sources = list(generated(GENERATED, seed=7))
    found = apart.all_of(sources, as_html)
    wrong = [
        (one, source[:300])
        for one, source in zip(found, sources, strict=True)
        if one.kind != "shown" or CANARY in one.text or one.seconds > SLOWEST
    ]
    assert wrong == []
