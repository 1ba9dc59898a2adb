"""Verbs of usage: load call records, cover, rate again, back out; close statements.

Those that work in columns bring Polars along and are imported when they are first asked for: a web process that
never loads need not start its threads.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from apps.usage.services.files import loading_files, pending_counts
from apps.usage.services.requesting import request_backing_out, request_load, request_rating
from apps.usage.services.statements import close_statements

if TYPE_CHECKING:
    from apps.usage.services.backing_out import back_out_file
    from apps.usage.services.covering import cover
    from apps.usage.services.explaining import explain_record
    from apps.usage.services.loading import load_file, load_files
    from apps.usage.services.pending import rate_pending

__all__ = [
    "back_out_file",
    "close_statements",
    "cover",
    "explain_record",
    "load_file",
    "load_files",
    "loading_files",
    "pending_counts",
    "rate_pending",
    "request_backing_out",
    "request_load",
    "request_rating",
]

_IN_COLUMNS = {
    "back_out_file": "backing_out",
    "cover": "covering",
    "explain_record": "explaining",
    "load_file": "loading",
    "load_files": "loading",
    "rate_pending": "pending",
}


def __getattr__(name: str) -> Any:
    if name not in _IN_COLUMNS:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_IN_COLUMNS[name]}"), name)
