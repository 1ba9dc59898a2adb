"""The libraries whose screens we show speak French here: what they say is in a catalogue of theirs or of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import import_export
import pytest
import simple_history
import unfold
from django.utils.translation.trans_real import translation

from apps.core import foreign_strings

# Parts of unfold for libraries that are not installed.
ABSENT = {"constance", "guardian", "hijack", "location_field", "reversion", "reversion_compare", "waffle"}
FORMATS = {"DATETIME_FORMAT", "TIME_FORMAT"}
IN_TEMPLATES = re.compile(r"""\{%\s*trans(?:late)?\s+(?:"([^"]+)"|'([^']+)')""")
IN_PYTHON = re.compile(r"""\b_\(\s*"((?:[^"\\]|\\.)+)"\s*\)""")


def sources(library: object) -> Iterator[Path]:
    root = Path(library.__file__).parent  # type: ignore[attr-defined]
    for path in [*root.rglob("*.html"), *root.rglob("*.py")]:
        inside = path.relative_to(root).parts
        if not ABSENT & set(inside) and not {"locale", "management", "tests"} & set(inside):
            yield path


def said_by(library: object) -> set[str]:
    found: set[str] = set()
    for path in sources(library):
        text = path.read_text()
        found |= {one or other for one, other in IN_TEMPLATES.findall(text)}
        if path.suffix == ".py":
            found |= {message for message in IN_PYTHON.findall(text) if "\\" not in message}
    return found


@pytest.mark.parametrize("library", [unfold, simple_history, import_export], ids=lambda library: library.__name__)
def test_what_a_library_says_is_in_a_french_catalogue(library: object) -> None:
    french = translation("fr")._catalog  # type: ignore[attr-defined]
    assert sorted(said_by(library) - set(french.keys()) - FORMATS) == []


def test_what_is_kept_for_a_library_is_still_said_by_it() -> None:
    everything = "\n".join(
        path.read_text() for library in (unfold, simple_history, import_export) for path in sources(library)
    )
    listed = [
        message
        for name, messages in vars(foreign_strings).items()
        if name.isupper()
        for message in messages
        if isinstance(message, str)
    ]
    assert len(listed) > 80
    assert [message for message in listed if not all(part in everything for part in _fragments(message))] == []


def _fragments(message: str) -> Iterator[str]:
    """The beginnings of what stands between placeholders, which templates and long literals write otherwise."""
    for part in re.split(r"%\(\w+\)s|%s|\{\}|[\"'\n]", message):
        if part.strip():
            yield part.strip()[:40]
