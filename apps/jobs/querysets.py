"""Adjectives of jobs."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.jobs.choices import ACTIVE, JobState
from apps.jobs.kinds import kinds


def about(row: models.Model) -> str:
    """How a job names the row that it is about, whatever proxy it comes as: ``billing.billingrun:12``."""
    concrete: Any = row._meta.concrete_model
    return f"{concrete._meta.label_lower}:{row.pk}"


class JobQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def about(self, row: models.Model) -> Self:
        return self.filter(about=about(row))

    def queued(self, queues: Any) -> Self:
        return self.filter(state=JobState.QUEUED, queue__in=queues).order_by("pk")

    def seen_by(self, user: Any) -> Self:
        """Those that ``user`` started, and those of the kinds that the user may look at."""
        if user.is_superuser:
            return self
        allowed = [code for code, kind in kinds().items() if user.has_perm(kind.permission)]
        return self.filter(Q(created_by=user.pk) | Q(kind__in=allowed))

    def lease_is_over(self) -> Self:
        return self.filter(state=JobState.RUNNING, lease_until__lte=timezone.now())
