"""What has changed between two versions of a text, line by line, for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Unchanged lines that are shown around what has changed.
CONTEXT = 3
#: Above this likeness, two lines are one that was edited: its words are compared.
ALIKE = 0.4
#: Longer lines are shown as a whole: what comparing costs grows with the square of the words.
WORDS_COMPARED = 1_000

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, ``changed`` or the same in both versions."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ``kind`` is same, added, removed or skipped (lines left out, ``count`` of them)."""

    kind: str
    old: int | None = None
    new: int | None = None
    pieces: tuple[Piece, ...] = ()
    count: int = 0

    @property
    def sign(self) -> str:
        return {"added": "+", "removed": "−"}.get(self.kind, "")


def differences(old: str, new: str, *, context: int = CONTEXT) -> list[Row]:
    """The lines that differ, each with its neighbours; empty where nothing does. Line ends do not count."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    matcher = SequenceMatcher(None, before, after)
    rows: list[Row] = []
    shown = 0  # lines of the old version told of so far
    for group in matcher.get_grouped_opcodes(context):
        first = group[0][1]
        if first > shown:
            rows.append(Row("skipped", count=first - shown))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                rows += [_same(before[i1 + at], i1 + at, j1 + at) for at in range(i2 - i1)]
            else:
                rows += _changed(before[i1:i2], after[j1:j2], i1, j1)
        shown = group[-1][2]
    if shown < len(before):
        rows.append(Row("skipped", count=len(before) - shown))
    return rows


def _same(text: str, old: int, new: int) -> Row:
    return Row("same", old + 1, new + 1, (Piece(text),))


def _changed(before: list[str], after: list[str], i: int, j: int) -> Iterator[Row]:
    """What was there, then what is there now. As many lines as before are compared one by one."""
    paired = [_words(a, b) for a, b in zip(before, after, strict=True)] if len(before) == len(after) else None
    for at, text in enumerate(before):
        yield Row("removed", old=i + at + 1, pieces=paired[at][0] if paired else (Piece(text),))
    for at, text in enumerate(after):
        yield Row("added", new=j + at + 1, pieces=paired[at][1] if paired else (Piece(text),))


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if max(len(before), len(after)) > WORDS_COMPARED or matcher.ratio() < ALIKE:
        return (Piece(old),), (Piece(new),)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if i2 > i1:
            left.append(Piece("".join(before[i1:i2]), tag != "equal"))
        if j2 > j1:
            right.append(Piece("".join(after[j1:j2]), tag != "equal"))
    return tuple(left), tuple(right)
