"""Lists of millions of rows, without counting them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property


class EstimatedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts what is filtered; of a whole big table, asks PostgreSQL how many rows it believes to hold.

    PostgreSQL walks a whole table to count it, but its planner keeps an estimate (``reltuples``) that a vacuum
    or an analysis brings up to date. Below ``exact_below`` rows a count costs nothing and is exact. SQLite keeps
    no such figure, and counts its tables of one machine fast enough.
    """

    exact_below = 50_000

    @property
    def template_name(self) -> str | None:
        """What the list says of its length: «environ 1 000 000»."""
        return "admin/pagination_estimated.html" if self.is_estimated else None

    @cached_property
    def is_estimated(self) -> bool:
        return self._estimate >= self.exact_below

    @cached_property
    def count(self) -> int:
        return self._estimate if self.is_estimated else super().count

    @cached_property
    def _estimate(self) -> int:
        """Rows of the whole table; 0 where there is a condition, which the estimate knows nothing of."""
        rows = self.object_list
        if not isinstance(rows, QuerySet) or rows.query.where or rows.query.is_sliced or rows.query.combinator:
            return 0
        connection = connections[rows.db]
        if connection.vendor != "postgresql":
            return 0
        table = connection.ops.quote_name(rows.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
            (believed,) = cursor.fetchone()
        return max(0, int(believed))  # -1 before the first analysis
