"""The French catalogue is complete, keeps every placeholder, and its compiled form is the one committed.

Only the comparison with the code needs gettext; the rest is read in Python, so that it is tested everywhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
# %(name)s, %s, %d… and {name}; "100 %" followed by a space is French, not a placeholder.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|%[sdrif]\b|\{\w*\}")

Key = tuple[str | None, str, str]


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    assert CATALOGUE.exists()  # polib reads a path that is not there as if it were the catalogue's text
    return polib.pofile(str(CATALOGUE))


def key(entry: polib.POEntry | polib.MOEntry) -> Key:
    """What makes a message one of its own: its context, its text, its plural."""
    return entry.msgctxt, entry.msgid, entry.msgid_plural or ""


def translations(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    if entry.msgid_plural:
        return [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)]
    return [entry.msgstr]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def test_every_message_is_translated(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not all(translations(entry))] == []


def test_no_translation_is_fuzzy(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []


def test_no_message_is_kept_that_the_code_no_longer_has(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if entry.obsolete] == []


def test_translations_keep_the_placeholders(catalogue: polib.POFile) -> None:
    broken = {}
    for entry in catalogue:
        # A plural may drop the count from the singular ("one line"), so each form may follow either original.
        allowed = [placeholders(entry.msgid), placeholders(entry.msgid_plural or entry.msgid)]
        if any(placeholders(text) not in allowed for text in translations(entry) if text):
            broken[entry.msgid] = translations(entry)
    assert broken == {}


def test_french_has_its_two_plural_forms(catalogue: polib.POFile) -> None:
    assert re.search(r"nplurals\s*=\s*2;\s*plural\s*=\s*\(?n\s*>\s*1\)?", catalogue.metadata["Plural-Forms"])
    assert [e.msgid for e in catalogue if e.msgid_plural and len(e.msgstr_plural) != 2] == []


def test_the_compiled_catalogue_is_the_one_that_the_text_makes(catalogue: polib.POFile) -> None:
    text = {key(entry): translations(entry) for entry in catalogue.translated_entries()}
    compiled = {key(entry): translations(entry) for entry in polib.mofile(str(COMPILED)) if entry.msgid}
    differing = {one for one in text.keys() | compiled.keys() if text.get(one) != compiled.get(one)}
    assert differing == set(), "run: make messages"


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed on this machine")
def test_the_catalogue_has_the_messages_of_the_code(catalogue: polib.POFile, tmp_path: Path) -> None:
    for name in ("apps", "config", "templates", "locale"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    options = ["--locale", "fr", "--no-location", "--no-obsolete", "--no-wrap"]
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", *options], cwd=tmp_path, check=True, capture_output=True
    )
    extracted = polib.pofile(str(tmp_path / CATALOGUE.relative_to(ROOT)))
    in_code, in_catalogue = {key(entry) for entry in extracted}, {key(entry) for entry in catalogue}
    assert (in_code - in_catalogue, in_catalogue - in_code) == (set(), set()), "run: make messages"
