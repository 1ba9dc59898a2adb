"""Adjectives of call records. Each follows an index: there are millions of rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Max, Min, Q, Sum

from apps.core.periods import Month, months_between
from apps.core.search import by_number

if TYPE_CHECKING:
    from apps.usage.models import CdrFile


class RecordQuerySet(models.QuerySet):
    def of_file(self, file: CdrFile) -> Self:
        """The records of a file, by the range of their keys."""
        return self.filter(pk__gte=file.first_record_id, pk__lt=file.next_record_id)


class RatedRecordQuerySet(RecordQuerySet):
    def by_month_of(self, line_id: int) -> models.QuerySet:
        """One row per month of a line, the latest first: ``month``, ``records``, ``amount``, ``open_records``."""
        return (
            self.filter(line=line_id)
            .order_by("-month")
            .values("month")
            .annotate(records=Count("pk"), amount=Sum("price"), open_records=Count("pk", filter=Q(statement=None)))
        )

    def by_kind(self) -> models.QuerySet:
        """One row per kind: ``records``, ``billed`` (seconds, messages, bytes), ``covered`` by allowances, ``amount``.

        ``latest`` is the start of the last record.
        """
        return (
            self.order_by("kind")
            .values("kind")
            .annotate(
                records=Count("pk"),
                billed=Sum("billed_quantity"),
                covered=Sum("covered_quantity"),
                amount=Sum("price"),
                latest=Max("started_at"),
            )
        )

    def lines_and_months_of(self, file: CdrFile) -> set[tuple[int, date]]:
        """Which lines the records of a file are of, and in which months."""
        return set(self.of_file(file).order_by().values_list("line_id", "month").distinct())

    def months(self) -> list[date]:
        """First days of the months from the latest record's back to the earliest's."""
        ends = self.order_by().aggregate(first=Min("month"), last=Max("month"))
        if ends["first"] is None:
            return []
        return [month.start for month in months_between(Month.of(ends["first"]), Month.of(ends["last"]))][::-1]


class SuspendedRecordQuerySet(RecordQuerySet):
    def matching(self, text: str) -> Self:
        """Waiting records of a number, typed in any way, or with this identifier."""
        number = by_number("msisdn", text)
        identified = Q(cdr_id=text.strip())
        return self.filter(identified if number is None else identified | number)
