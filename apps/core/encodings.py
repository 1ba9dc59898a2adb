"""What a file is when it is not the UTF-8 text it should be.

Bytes that are not UTF-8 are kept through decoding as lone surrogates (``errors="surrogateescape"``), so that
each can be named where it stands. Guessing an encoding serves only to tell a person what to change: nothing
is imported on a guess.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Undecodable bytes, control characters that no text needs, and the mark a former bad conversion left behind.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\udc80-\udcff\ufffd]")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
REPLACEMENT = "\ufffd"

# The encodings that French spreadsheets save CSV in, the likeliest first.
_CANDIDATES = {"CP1252": "cp1252", "CP850": "cp850", "Mac Roman": "mac_roman"}
_FRENCH_SIGNS = frozenset("éèêëàâäçùûüôöîïœæÉÈÊËÀÂÄÇÙÛÜÔÖÎÏŒÆ°€’«»")

_SIGNATURES = (
    (b"\xff\xfe\x00\x00", "encoding", "UTF-32"),
    (b"\xff\xfe", "encoding", "UTF-16"),
    (b"\xfe\xff", "encoding", "UTF-16"),
    (b"\x1f\x8b", "archive", "GZIP"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet", "XLS"),
)
_ZIP = b"PK\x03\x04"
_ZIPPED_SPREADSHEETS = ((b"xl/workbook", "XLSX"), (b"opendocument.spreadsheet", "ODS"))


class ForeignFormat(NamedTuple):
    """A file that is no UTF-8 text: the kind (``encoding``, ``spreadsheet``, ``archive``) and its name."""

    kind: str
    name: str


def foreign_format(data: bytes) -> ForeignFormat | None:
    """What ``data`` is, if its first bytes show that it cannot be read as lines of UTF-8."""
    for signature, kind, name in _SIGNATURES:
        if data.startswith(signature):
            return ForeignFormat(kind, name)
    if data.startswith(_ZIP):
        for part, name in _ZIPPED_SPREADSHEETS:
            if part in data:
                return ForeignFormat("spreadsheet", name)
        return ForeignFormat("archive", "ZIP")
    # Without a byte order mark UTF-16 still shows: every other byte of Western text is NUL.
    beginning = data[:1000]
    if max(beginning[0::2].count(0), beginning[1::2].count(0)) > len(beginning) // 4:
        return ForeignFormat("encoding", "UTF-16")
    return None


def likely_encoding(text: str) -> str:
    """The encoding that reads the most French signs in the escaped bytes of ``text``; CP1252 at a tie."""
    escaped = "".join(_ESCAPED_BYTE.findall(text)).encode("ascii", "surrogateescape")

    def merit(name: str) -> int:
        return sum(sign in _FRENCH_SIGNS for sign in escaped.decode(_CANDIDATES[name], "ignore"))

    return max(_CANDIDATES, key=merit)


def repaired(text: str, encoding: str) -> str:
    """``text`` as it reads in ``encoding``, to be shown; unchanged if it has no escaped byte."""
    if not _ESCAPED_BYTE.search(text):
        return text
    return text.encode("utf-8", "surrogateescape").decode(_CANDIDATES[encoding], "replace")


def unreadable_reason(character: str) -> str:
    """The code of the sentence for a character that :data:`UNREADABLE` found."""
    if _ESCAPED_BYTE.match(character):
        return "text_encoding"
    return "text_replaced" if character == REPLACEMENT else "text_control"
