"""Sentences with ``{placeholders}``: the texts of payment modes and of penalties, shorter than a template.

A brace that is no known placeholder is refused with its position, so that none is ever printed on an invoice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from apps.core.refusals import Refusal

_PLACEHOLDER = re.compile(r"\{(?P<name>[^{}]*)\}|(?P<stray>[{}])")


class PhraseRefused(Refusal):
    """A sentence with a placeholder that nobody can fill in; ``position`` counts characters from 1."""

    def __init__(self, code: str, *, position: int, **params: object) -> None:
        super().__init__(code, position=position, **params)
        self.position = position


def faults(text: str, known: Collection[str]) -> list[PhraseRefused]:
    """Every brace of ``text`` that is not one of the ``known`` placeholders, in order; not raised."""
    found = []
    for match in _PLACEHOLDER.finditer(text):
        if match["stray"]:
            found.append(PhraseRefused("phrase_brace", position=match.start() + 1))
        elif match["name"] not in known:
            expected = ", ".join(f"{{{name}}}" for name in known)
            found.append(
                PhraseRefused("phrase_field", position=match.start() + 1, field=match["name"], expected=expected)
            )
    return found


def names(text: str) -> set[str]:
    """The placeholders that ``text`` holds."""
    return {match["name"] for match in _PLACEHOLDER.finditer(text) if not match["stray"]}


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its placeholders replaced, all at once: a value that holds a brace is not looked at again.

    What is unknown stays as it is written; :func:`faults` has refused it before.
    """
    return _PLACEHOLDER.sub(lambda match: values.get(match["name"] or "", match[0]), text)
