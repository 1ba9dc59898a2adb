"""Adjectives of bulk operations."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from apps.jobs.bulk.kinds import bulk_kinds


class BulkOperationQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> Self:
        """Those that ``user`` prepared, and those on rows that the user may look at."""
        if user.is_superuser:
            return self
        allowed = [code for code, kind in bulk_kinds().items() if user.has_perm(kind.view_permission)]
        return self.filter(Q(created_by=user.pk) | Q(kind__in=allowed))
