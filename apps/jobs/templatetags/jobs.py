"""Jobs on pages that are not about one row."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from apps.jobs.models import Job
from apps.jobs.panels import JOBS_SHOWN, shown

register = template.Library()


@register.inclusion_tag("jobs/jobs.html", takes_context=True)
def jobs_of_kind(context: Context, *kinds: str) -> dict[str, Any]:
    """The latest jobs of some kinds that the user may see: for the list from which they are started."""
    request = context["request"]
    jobs = Job.objects.none()
    if request.user.has_perm("jobs.view_job"):
        jobs = Job.objects.filter(kind__in=kinds).seen_by(request.user).select_related("created_by")
    return {"jobs": [shown(job, request) for job in jobs[:JOBS_SHOWN]], "request": request}
