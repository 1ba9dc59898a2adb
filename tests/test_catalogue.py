"""The French catalogue is complete, keeps every placeholder, and its compiled form is the one committed.

What is checked stands in :mod:`tests.catalogue`; here it is held against the catalogue, and against one that is wrong
in every way. Only the comparison with the code needs gettext; the rest is read in Python, so that it is tested
everywhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest

from tests.catalogue import CATALOGUE, COMPILED, GLOSSARY, ROOT, SAME, faults, key, stale, translations


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    assert CATALOGUE.exists()  # polib reads a path that is not there as if it were the catalogue's text
    return polib.pofile(str(CATALOGUE))


def test_every_message_is_said_in_good_french(catalogue: polib.POFile) -> None:
    assert list(faults(catalogue)) == []


def test_french_has_its_two_plural_forms(catalogue: polib.POFile) -> None:
    assert re.search(r"nplurals\s*=\s*2;\s*plural\s*=\s*\(?n\s*>\s*1\)?", catalogue.metadata["Plural-Forms"])


def test_the_compiled_catalogue_is_the_one_that_the_text_makes(catalogue: polib.POFile) -> None:
    assert stale(catalogue, COMPILED) == set(), "run: make messages"


def test_what_french_writes_as_english_does_is_still_in_the_catalogue(catalogue: polib.POFile) -> None:
    messages = {text for entry in catalogue for text in (entry.msgid, entry.msgid_plural)}
    assert SAME - messages == set(), "take it off the list"


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


# --- The checks bite


def a_catalogue(*entries: polib.POEntry) -> polib.POFile:
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n > 1);"}
    made.extend(entries)
    return made


def said(msgid: str, msgstr: str, **more: Any) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **more)


def counted(one: str, many: str, *forms: str) -> polib.POEntry:
    return polib.POEntry(msgid=one, msgid_plural=many, msgstr_plural=dict(enumerate(forms)))


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (said("Due date", ""), "empty"),
        (counted("a line", "%(n)d lines", "une ligne", ""), "empty"),
        (said("Due date", "Échéance", flags=["fuzzy"]), "fuzzy"),
        (said("Due date", "Échéance", obsolete=True), "no longer in the code"),
        (counted("a line", "%(n)d lines", "une ligne"), "not two plural forms"),
        (said("%(n)d of %(all)d", "%(n)d sur beaucoup"), "other placeholders"),
        (said("%(day)s", "%(jour)s"), "other placeholders"),
        (said("Hello {name}", "Bonjour"), "other placeholders"),
        (said("100 %% of %(all)d", "100 % de %(all)d"), "a percent sign that is not doubled"),
        (said("See <a href='%(page)s'>it</a>", "Voir %(page)s"), "other tags"),
        (said("now <b>", "<i>maintenant"), "other tags"),
        (said(" and more", "et plus"), "other blanks at its ends"),
        (said("Done.\n", "Fait."), "other blanks at its ends"),
        (said("Due date", "Due date"), "left in English"),
        (said("It’s due", "C'est dû"), "straight or English quotes"),
        (said("“Load”", "“Chargement”"), "straight or English quotes"),
        (said("Amount:", "Montant :"), "punctuation after a blank that breaks"),
        (said("“Load”", "« Chargement »"), "punctuation after a blank that breaks"),
        (said("line", "ligne"), "a homonym without a context"),
    ],
)
def test_a_fault_is_found(entry: polib.POEntry, wrong: str) -> None:
    assert (entry.msgid, wrong) in list(faults(a_catalogue(entry)))


@pytest.mark.parametrize(
    "entry",
    [
        said("Due date", "Échéance"),
        said("line", "ligne", msgctxt="mobile line"),
        said("Service", "Service"),
        said("See <a href='%(page)s'>it</a>:", "<a href='%(page)s'>La voir</a>\N{NO-BREAK SPACE}:"),
        said("%(part)s %% of it", "%(part)s\N{NO-BREAK SPACE}%% du tout"),
        said("A discount of 10 %", "Une remise de 10 %"),
        counted("a line", "%(n)d lines", "une ligne", "%(n)d lignes"),
        counted("%(n)d line", "%(n)d lines", "%(n)d ligne", "%(n)d lignes"),
        said("“Load” at 10:30", "«\N{NO-BREAK SPACE}Chargement\N{NO-BREAK SPACE}» à 10:30"),
    ],
)
def test_good_french_has_no_fault(entry: polib.POEntry) -> None:
    assert list(faults(a_catalogue(entry))) == []


def test_a_stale_compiled_catalogue_is_found(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    a_catalogue(said("Due date", "Échéance"), said("Month", "Mois")).save_as_mofile(str(compiled))
    assert stale(a_catalogue(said("Due date", "Échéance"), said("Month", "Mois")), compiled) == set()
    changed = a_catalogue(said("Due date", "À payer le"), said("Month", "Mois"))
    assert stale(changed, compiled) == {(None, "Due date", "")}
    assert stale(a_catalogue(said("Due date", "Échéance")), compiled) == {(None, "Month", "")}
    more = a_catalogue(said("Due date", "Échéance"), said("Month", "Mois"), said("Day", "Jour"))
    assert stale(more, compiled) == {(None, "Day", "")}


# --- The glossary


def glossary(text: str) -> Iterator[tuple[str, str]]:
    """(English, French) of every row; several words for one term are separated by commas."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and not set(cells[0]) <= {"-", " ", ":"} and cells[0] != "English":
            yield cells[0], cells[1]


def strays(catalogue: polib.POFile, terms: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Messages that are a term of the glossary, and say it in another word."""
    wrong = []
    for entry in catalogue:
        for english, shown in zip((entry.msgid, entry.msgid_plural), translations(entry), strict=False):
            allowed = terms.get(english.lower())
            if allowed and shown and shown.lower() not in allowed:
                wrong.append((english, shown))
    return wrong


@pytest.fixture(scope="module")
def terms() -> dict[str, list[str]]:
    rows = list(glossary(GLOSSARY.read_text()))
    found = {english.lower(): [word.strip().lower() for word in french.split(",")] for english, french in rows}
    assert len(found) == len(rows), "twice in the glossary"
    return found


def test_the_glossary_holds_the_words_of_the_product(terms: dict[str, list[str]]) -> None:
    assert len(terms) >= 80


def test_a_message_that_is_a_term_says_it_in_the_words_of_the_glossary(
    catalogue: polib.POFile, terms: dict[str, list[str]]
) -> None:
    assert strays(catalogue, terms) == []


def test_the_words_of_the_glossary_are_those_that_the_product_uses(
    catalogue: polib.POFile, terms: dict[str, list[str]]
) -> None:
    everything = "\n".join(text.lower() for entry in catalogue for text in translations(entry))
    unused = {english: french for english, french in terms.items() if not any(word in everything for word in french)}
    assert unused == {}


def test_a_stray_word_is_found() -> None:
    terms = {"due date": ["échéance"]}
    catalogue = a_catalogue(said("Due date", "Date limite"), said("due date", "échéance"), said("Day", "Jour"))
    assert strays(catalogue, terms) == [("Due date", "Date limite")]
    assert list(glossary("| English | Français | Note |\n|---|---|---|\n| due date | échéance | |\nother")) == [
        ("due date", "échéance")
    ]
