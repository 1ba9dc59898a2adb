"""What a layout may not hold, though the printer would take it: whatever acts when the document is opened.

A printed page has no scripts, forms or frames, and its links lead to the web, a mailbox or a telephone. The printer
leaves most of the rest out without a word, which a document must not be; drawings (SVG) it hands to another library,
with fonts of this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.core.sandbox import TemplateFault

TAG = re.compile(
    r"<\s*(script|iframe|frame|object|embed|applet|form|input|textarea|select|button|base|link|svg|canvas"
    r"|pdf:insertpdf|pdf:font|pdf:signature)\b",
    re.IGNORECASE,
)
#: Positively: an address that begins otherwise, be it written in entities, is refused.
LINK = re.compile(r"""\bhref\s*=\s*["']?\s*(?!https?://|mailto:|tel:|\#|\{\{\s*\w)""", re.IGNORECASE)
DRAWING = re.compile(r"image/svg", re.IGNORECASE)


def markup_faults(html: str) -> Iterator[TemplateFault]:
    """Each with its line."""
    for number, line in enumerate(html.splitlines(), start=1):
        for found in TAG.finditer(line):
            yield TemplateFault(_("the tag <%(tag)s> has no place in a document") % {"tag": found[1]}, line=number)
        if LINK.search(line):
            yield TemplateFault(_("a link begins with https://, mailto: or tel:"), line=number)
        if DRAWING.search(line):
            yield TemplateFault(_("a picture is a PNG or a JPEG, not a drawing (SVG)"), line=number)
