"""Adjectives of invoices."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models


class InvoiceQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def drafts(self) -> Self:
        return self.filter(number__isnull=True)

    def issued(self) -> Self:
        return self.filter(number__isnull=False)

    def due_on(self, day: date) -> Self:
        return self.issued().filter(due_date=day)
