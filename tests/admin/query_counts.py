"""The number of queries of a page, as a contract: it is the same whatever the page is about the length of."""

from __future__ import annotations

import re
from collections import Counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries_of(client: Client, address: str) -> list[str]:
    """The statements that a GET of ``address`` runs; it must succeed."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return [query["sql"] for query in captured.captured_queries]


def surplus(few: list[str], many: list[str]) -> str:
    """What the longer page asked more of the database, for the message of a failing test."""
    if len(few) == len(many):
        return ""
    before, after = Counter(map(_shape, few)), Counter(map(_shape, many))
    repeated = [f"{after[shape] - before[shape]:+d}: {shape}" for shape in after if after[shape] != before[shape]]
    return f"{len(few)} queries for few rows, {len(many)} for many:\n" + "\n".join(repeated)


def _shape(sql: str) -> str:
    """A statement without its values."""
    return re.sub(r"'[^']*'|\b\d+\b", "?", sql)
