"""Taking a file over, CSV or workbook: everything that is wrong with it at once, or all of it in one transaction.

An app describes its file by a subclass of :class:`Importer`: the columns, how rows are known again, and how what
is new or changed gets written. From this follow, for every file alike, a :class:`Plan` that only reads (a screen
shows it before anybody confirms) and :meth:`Importer.run`, which plans again under a lock and writes the plan.
A file that was taken over plans nothing the second time.
"""

from apps.core.imports.bulk import (
    ROWS_PER_UPDATE,
    delete_with_history,
    in_batches,
    take_turns,
    update_with_history,
)
from apps.core.imports.columns import MANDATORY, Column, email, number, one_of, shown, text, whole_number
from apps.core.imports.importer import Importer
from apps.core.imports.plans import Change, Key, Known, Plan, Reading, Record
from apps.core.imports.readable import readable

__all__ = [
    "MANDATORY",
    "ROWS_PER_UPDATE",
    "Change",
    "Column",
    "Importer",
    "Key",
    "Known",
    "Plan",
    "Reading",
    "Record",
    "delete_with_history",
    "email",
    "in_batches",
    "number",
    "one_of",
    "readable",
    "shown",
    "take_turns",
    "text",
    "update_with_history",
    "whole_number",
]
