"""Adjectives of lines."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q


class LineQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def serving_on(self, day: date) -> Self:
        """Lines active or suspended on ``day``, by their dates, whatever their status is today."""
        return self.filter(Q(terminated_on__isnull=True) | Q(terminated_on__gt=day), activated_on__lte=day)

    def held(self, msisdn: str, day: date) -> Self:
        """The line that held the number (digits, E.164) on ``day``: none or one."""
        return self.filter(
            Q(numbers__end__isnull=True) | Q(numbers__end__gt=day),
            numbers__msisdn=msisdn,
            numbers__start__lte=day,
        )

    def with_sim(self, iccid: str, day: date) -> Self:
        """The line that the card ``iccid`` was in on ``day``."""
        return self.filter(
            Q(sims__end__isnull=True) | Q(sims__end__gt=day), sims__sim__iccid=iccid, sims__start__lte=day
        )
