"""What makes a catalogue fit to be shipped: each check tells the messages at fault, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
GLOSSARY = ROOT / "docs" / "glossaire.md"

# %(name)s, %s, %d… and {name}; "100 %" followed by a space is French, not a placeholder.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|%[sdrif]\b|\{\w*\}")
TAG = re.compile(r"<(/?\w+)[^>]*>")

#: Messages that French writes as English does. Anything else that is left as it was has not been translated.
SAME = frozenset(
    word.strip()
    for word in """
    %(unit)s × %(charged)s ÷ %(per)s|%(unit)s × %(charged)s|Action|Activation|Active|Administration|Association|BIC
    Base|CSV|Code|Data|Date|Dates|Destination|Document|Documents|EAN|Exports|F{YYYY}{MM}-{N:5}|Format|IBAN|ICCID|IMSI
    Installation|Journal|LCR|M2M|MMS|Messages|Micro|Mini|Nano|Option|Orange|Pages|PIN 1|PIN 2|PUK 1|PUK 2|Restriction
    SAS, SARL, SA…|SIREN|SIRET|SMS|Service|Services|Supervision|Total|Trio|VATEX-…|Version|Versions|XLSX (Excel)|Zone
    Zones|action|anomalies|base|code|contact|contacts|copies|date|destination|document|e-mail|eSIM|format|logo|mention
    Mode|Options|Type|Version %(number)s|option|prorata|version|version %(number)s|versions|%(count)s document
    %(count)s documents|IMEI|IMEI %(imei)s|Conditions|RIO|RIO incorrect|SHA-256|SIM SWAP|Stock|options|restriction|zone
    """.strip()
    .replace("\n", "|")
    .split("|")
)

#: Words of two senses: without a context nobody knows which one to translate.
HOMONYMS = frozenset(
    [
        "Active",
        "Suspended",
        "Terminated",
        "Cancelled",
        "Pending",
        "Waiting",
        "Sent",
        "Failed",
        "Refused",
        "Issued",
        "Draft",
        "Done",
        "Running",
        "Queued",
        "line",
        "lines",
        "Line",
        "Lines",
        "card",
        "Card",
        "order",
        "Order",
        "charge",
        "Charge",
        "bill",
        "Bill",
        "release",
        "Release",
        "grid",
        "Grid",
        "transfer",
        "Transfer",
        "by",
        "at",
        "until",
        "View",
        "Export",
        "Version",
        "Management",
        "Replaced",
        "Lost",
        "Faulty",
    ]
)

# What no font shows apart from the word beside it. A time (10:30) and an address (https:) have no blank at all.
BREAKABLE = re.compile(r" [:;?!»]|« ")

Entry = polib.POEntry


def translations(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    if entry.msgid_plural:
        return [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)]
    return [entry.msgstr]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def tags(text: str) -> list[str]:
    return sorted(TAG.findall(text))


# --- Faults of one translation


def loses_placeholders(entry: Entry, text: str) -> bool:
    """A plural may drop the count from the singular ("one line"), so each form may follow either original."""
    return placeholders(text) not in [placeholders(entry.msgid), placeholders(entry.msgid_plural or entry.msgid)]


def breaks_formatting(entry: Entry, text: str) -> bool:
    """A text that is formatted writes a percent sign as %%; a single one is an error when it is shown."""
    if "%%" not in entry.msgid and not any(one.startswith("%") for one in placeholders(entry.msgid)):
        return False
    return "%" in PLACEHOLDER.sub("", text.replace("%%", ""))


def loses_tags(entry: Entry, text: str) -> bool:
    return tags(text) not in [tags(entry.msgid), tags(entry.msgid_plural or entry.msgid)]


def moves_blanks(entry: Entry, text: str) -> bool:
    """What stands at the ends is part of a sentence that the code puts together."""

    def ends(one: str) -> tuple[str, str]:
        return one[: len(one) - len(one.lstrip())], one[len(one.rstrip()) :]

    return ends(text) != ends(entry.msgid)


def is_left_in_english(entry: Entry, text: str) -> bool:
    return text in (entry.msgid, entry.msgid_plural) and entry.msgid not in SAME


def has_straight_quotes(entry: Entry, text: str) -> bool:
    return re.search(r"['“”]", TAG.sub("", text)) is not None


def tears_punctuation(entry: Entry, text: str) -> bool:
    return BREAKABLE.search(text) is not None


CHECKS: dict[str, Callable[[Entry, str], bool]] = {
    "other placeholders": loses_placeholders,
    "a percent sign that is not doubled": breaks_formatting,
    "other tags": loses_tags,
    "other blanks at its ends": moves_blanks,
    "left in English": is_left_in_english,
    "straight or English quotes": has_straight_quotes,
    "punctuation after a blank that breaks": tears_punctuation,
}


def faults(catalogue: polib.POFile) -> Iterator[tuple[str, str]]:
    """(message, what is wrong with it)."""
    for entry in catalogue:
        if entry.obsolete:
            yield entry.msgid, "no longer in the code"
            continue
        if entry.fuzzy:
            yield entry.msgid, "fuzzy"
        if not all(translations(entry)):
            yield entry.msgid, "empty"
        if entry.msgid_plural and len(entry.msgstr_plural) != 2:
            yield entry.msgid, "not two plural forms"
        if entry.msgid in HOMONYMS and not entry.msgctxt:
            yield entry.msgid, "a homonym without a context"
        for text in filter(None, translations(entry)):
            yield from ((entry.msgid, wrong) for wrong, check in CHECKS.items() if check(entry, text))


# --- The compiled form


Key = tuple[str | None, str, str]


def key(entry: polib.POEntry | polib.MOEntry) -> Key:
    """What makes a message one of its own: its context, its text, its plural."""
    return entry.msgctxt, entry.msgid, entry.msgid_plural or ""


def stale(catalogue: polib.POFile, compiled: Path) -> set[Key]:
    """Messages of which the compiled catalogue says something else than the text."""
    text = {key(entry): translations(entry) for entry in catalogue.translated_entries()}
    binary = {key(entry): translations(entry) for entry in polib.mofile(str(compiled)) if entry.msgid}
    return {one for one in text.keys() | binary.keys() if text.get(one) != binary.get(one)}
