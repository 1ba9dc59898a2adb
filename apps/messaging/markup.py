"""What the HTML of a mail may hold: text with its looks, tables, links, and pictures that travel with the mail.

Said positively, so that what mailboxes will learn to run tomorrow is not sent today. Nothing is loaded from
elsewhere: whoever opens a mail would tell that server so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from django.template.base import tag_re
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

TAGS = frozenset(
    """a abbr b big blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i
    img ins li mark ol p pre q s small span strike strong sub sup table tbody td tfoot th thead time tr u
    ul""".split()  # noqa: SIM905  # a table to read
)
ATTRIBUTES = frozenset(
    """align alt bgcolor border cellpadding cellspacing cite class color colspan datetime dir face height href id lang
    rel role rowspan scope size span src start style summary target title type valign value
    width""".split()  # noqa: SIM905
)
#: Where a link may lead, and where a picture may come from: out of the mail itself.
LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
PICTURE = re.compile(r"cid:", re.IGNORECASE)
#: In a style: whatever loads something or runs, and what could hide it from us.
UNFIT_STYLE = re.compile(r"url\s*\(|image-set|@|\\|/\*|<|expression|javascript:|behavior|-moz-binding", re.IGNORECASE)
#: Stands for a placeholder whose value is not known yet: a sign that no text holds.
HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
NOT_CLOSED = gettext_noop("a tag that is not closed, or a “<” that is to be written &lt;")


@dataclass(frozen=True, slots=True)
class MarkupFault:
    """What mails do not hold, and on which line of the HTML."""

    line: int
    reason: str


def markup_faults(html: str) -> list[MarkupFault]:
    """All that is in ``html`` and may not be, in the order of its lines."""
    unclosed = _unclosed(html)
    if unclosed:
        # The reader would look for its end from every place on, which takes a time that grows with the square.
        return [MarkupFault(unclosed, _(NOT_CLOSED))]
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.faults


def _unclosed(html: str) -> int:
    """The line of the first tag that another one begins in, or the end; 0: there is none."""
    before, *tags = html.split("<")
    line = 1 + before.count("\n")
    for tag in tags:
        if ">" not in tag:
            return line
        line += tag.count("\n")
    return 0


def source_faults(source: str) -> list[MarkupFault]:
    """The same for a template, whose values are not known: what is sent is looked at again when it is."""
    return markup_faults(tag_re.sub(_blank, source))


def is_blank(html: str) -> bool:
    """Whether a reader would see nothing."""
    return not (unescape(strip_tags(html)).strip() or "<img" in html.lower())


def _blank(found: re.Match[str]) -> str:
    """As many lines as the tag had. A value becomes a hole, a tag nothing that could part a word in two."""
    tag = found.group()
    return (HOLE if tag.startswith("{{") else " ") + "\n" * tag.count("\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.faults: list[MarkupFault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self._refuse(_("the tag <%(tag)s> is not allowed in a mail") % {"tag": _short(tag)})
        for name, value in attrs:
            self._read_attribute(name, (value or "").strip())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in TAGS:
            self._refuse(_("the tag <%(tag)s> is not allowed in a mail") % {"tag": _short(tag)})

    def handle_data(self, data: str) -> None:
        # Also a tag that is never closed: a mailbox would close it somewhere below.
        if "<" in data:
            self._refuse(_(NOT_CLOSED))

    def handle_comment(self, data: str) -> None:
        self._refuse(_("comments are written {# … #} in a mail"))

    def handle_decl(self, decl: str) -> None:
        self._refuse(_("a mail is a piece of a page: no declaration stands in it"))

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def _read_attribute(self, name: str, value: str) -> None:
        if name not in ATTRIBUTES:
            self._refuse(_("the attribute “%(name)s” is not allowed in a mail") % {"name": _short(name)})
        elif name == "href" and not value.startswith(HOLE) and not LINK.match(value):
            self._refuse(_("a link begins with https://, mailto: or tel:"))
        elif name == "src" and not PICTURE.match(value):
            self._refuse(_("pictures are not loaded from elsewhere: a mail holds its own (cid:)"))
        elif name == "style" and UNFIT_STYLE.search(value):
            self._refuse(_("a style loads nothing and holds neither “url(”, “@” nor “\\”"))

    def _refuse(self, reason: str) -> None:
        fault = MarkupFault(self.getpos()[0], reason)
        if fault not in self.faults:
            self.faults.append(fault)


def _short(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:30]}…"
