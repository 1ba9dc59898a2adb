"""What an import shows before it is confirmed: the first lines of each sort, and all of them in a report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.core.csvfiles import HIDDEN, Fault
from apps.core.french import whole
from apps.core.imports import Plan, Record
from apps.core.spreadsheets import as_csv
from apps.core.wording import sentence
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.models import FileImport

SHOWN = 100


def review_of(plan: Plan[Any]) -> dict[str, Any]:
    """Plain values for the page, at most :data:`SHOWN` of each sort; nothing but faults where there are some."""
    review: dict[str, Any] = {
        "faults": [_fault(one) for one in plan.faults[:SHOWN]],
        "warnings": [_fault(one) for one in plan.warnings[:SHOWN]],
    }
    if not plan.faults:
        new = plan.new[:SHOWN]
        # Whoever confirms has to see the price of a rate and the batch of a card; dots for secrets say nothing.
        headers = [name for name in _headers(plan) if any(_said(record, name) for record in new)]
        review["new_headers"] = headers
        review["new"] = [{"line": record.line, "cells": [_said(record, name) for name in headers]} for record in new]
        review["changed"] = [
            {"line": change.record.line, "key": change.record.called, "differences": list(change.described())}
            for change in plan.changed[:SHOWN]
        ]
        review["removed"] = [str(row) for row in plan.removed[:SHOWN]]
    return review


def _headers(plan: Plan[Any]) -> list[str]:
    return list(plan.records[0].row.values) if plan.records else []


def _said(record: Record, name: str) -> str:
    """What the file says in a column; nothing for a secret."""
    return "" if name in record.row.secret else record.row.values[name]


def _cells(record: Record) -> dict[str, str]:
    """What the file says, secrets hidden."""
    values = record.row.values
    return {name: HIDDEN if value and name in record.row.secret else value for name, value in values.items()}


def _fault(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line, "column": fault.column, "value": fault.value, "reason": sentence(fault)}


def report_of(plan: Plan[Any]) -> bytes:
    """The whole of it as CSV: what happens to each line, and why lines are refused."""
    header = [pgettext("file", "Line"), _("Outcome"), _("Column"), _("Value"), _("New value"), _("Reason")]
    return as_csv(header, _report_rows(plan))


def _report_rows(plan: Plan[Any]) -> Iterator[list[str]]:
    refused, warning = pgettext("line of a file", "refused"), pgettext("line of a file", "warning")
    for outcome, faults in ((refused, plan.faults), (warning, plan.warnings)):
        for fault in faults:
            yield [str(fault.line), outcome, fault.column, fault.value, "", sentence(fault)]
    if plan.faults:
        return
    new, changed = pgettext("line of a file", "new"), pgettext("line of a file", "changed")
    for record in plan.new:
        yield [str(record.line), new, "", _beginning(record), "", ""]
    for change in plan.changed:
        for column, before, after in change.described():
            yield [str(change.record.line), changed, column, before, after, change.record.called]
    for row in plan.removed:
        yield ["", pgettext("line of a file", "removed"), "", str(row), "", ""]


def _beginning(record: Record) -> str:
    return " · ".join(islice(filter(None, _cells(record).values()), 3))


def counts_sentence(row: FileImport) -> str:
    """What became of the file, or would become, in a sentence."""
    if row.state == ImportState.REFUSED:
        return ngettext(
            "%(file)s is refused: %(count)s fault, nothing has been written.",
            "%(file)s is refused: %(count)s faults, nothing has been written.",
            row.faults,
        ) % {"file": row.name, "count": whole(row.faults)}
    if row.state == ImportState.UNCHANGED:
        return _("%(file)s says nothing new: there is nothing to write.") % {"file": row.name}
    return _("%(file)s: %(new)s new, %(changed)s changed, %(removed)s removed, %(unchanged)s unchanged.") % {
        "file": row.name,
        **{name: whole(getattr(row, name)) for name in ("new", "changed", "removed", "unchanged")},
    }
