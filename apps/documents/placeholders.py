"""What may be written in a layout and in the text of a payment mode, said to whoever writes them."""

from __future__ import annotations

from dataclasses import dataclass

from apps.documents.payment_texts import PLACEHOLDERS, SAMPLE, values_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """One thing that a text may name: ``insert`` is how it is written there, ``example`` what it looks like.

    ``group`` is the part of the document that it belongs to.
    """

    path: str
    meaning: str
    example: str
    insert: str
    group: str = ""


def documented_layout() -> list[Documented]:
    """All that a layout may name, part by part of the document."""
    return []


def documented_payment() -> list[Documented]:
    """All that the text of a payment mode may name."""
    examples = values_of(SAMPLE)
    return [
        Documented(path=f"{{{name}}}", meaning=str(meaning), example=examples[name], insert=f"{{{name}}}")
        for name, meaning in PLACEHOLDERS.items()
    ]
