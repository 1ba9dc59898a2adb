"""What a file is when it is not the UTF-8 text it should be.

Bytes that are not UTF-8 are kept through decoding as lone surrogates (``errors="surrogateescape"``), so that
each can be named where it stands. Guessing an encoding serves only to tell a person what to change: nothing
is imported on a guess.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Marks of a reader of workbooks before what is no value: a formula, a number whose last digits are gone. Unicode keeps
# these code points for the inside of programs: no text that is exchanged has them.
FORMULA, DIGITS_LOST = "\ufdd0", "\ufdd1"
MARKS = FORMULA + DIGITS_LOST
REPLACEMENT = "\ufffd"


def _as_cp1252(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


# é is two bytes in UTF-8; read as CP1252 and written as UTF-8 once more, they are two characters: Ã©. ’ makes three.
_FOLLOWING = f"[{re.escape(''.join(map(_as_cp1252, range(0x80, 0xC0))))}]"
_TWICE = f"[ÂÃÅ]{_FOLLOWING}|â{_FOLLOWING}{{2}}"

# Undecodable bytes, control characters and others that no text needs, and what former bad conversions left behind.
UNREADABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\udc80-\udcff\ufdd0-\ufdef\ufffd-\uffff]|{_TWICE}")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")

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


def unreadable_reason(found: str) -> str:
    """The code of the sentence for what :data:`UNREADABLE` found."""
    if len(found) > 1:
        return "text_twice"
    if _ESCAPED_BYTE.match(found):
        return "text_encoding"
    return _REASONS.get(found, "text_control")


_REASONS = {REPLACEMENT: "text_replaced", FORMULA: "cell_formula", DIGITS_LOST: "cell_digits"}


def once(found: str) -> str:
    """What was meant by ``found``, characters that were encoded twice."""
    return b"".join(one.encode("cp1252", "ignore") or one.encode("latin-1") for one in found).decode("utf-8", "replace")


class Lookalike(NamedTuple):
    """A character that is taken for another one, or for none; its position is counted from 1."""

    position: int
    plain: str


# What word processors write for what a keyboard types, and what no screen shows.
_LOOKALIKES = dict.fromkeys("\xa0\u2007\u2009\u202f", " ") | dict.fromkeys("‘’ʼ′", "'") | dict.fromkeys("‐‑‒–—−", "-")
_LOOKALIKES |= dict.fromkeys("\xad\u200b\u200c\u200d\u2060\ufeff", "")


def find_lookalike(text: str) -> Lookalike | None:
    """The first character of ``text`` that looks like one of a keyboard and is none."""
    if text.isascii():
        return None
    return next((Lookalike(n, _LOOKALIKES[one]) for n, one in enumerate(text, start=1) if one in _LOOKALIKES), None)
