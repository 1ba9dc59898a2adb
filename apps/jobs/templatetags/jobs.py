"""Jobs on pages that are not about one row."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from apps.jobs.models import Job
from apps.jobs.panels import lately, shown

register = template.Library()


@register.inclusion_tag("jobs/jobs.html", takes_context=True)
def jobs_of_kind(context: Context, *kinds: str) -> dict[str, Any]:
    """The jobs of some kinds, latest or under way, that the user may see: for the list that starts them."""
    request = context["request"]
    jobs = Job.objects.none()
    if request.user.has_perm("jobs.view_job"):
        jobs = lately(Job.objects.filter(kind__in=kinds).seen_by(request.user))
    return {"jobs": [shown(job, request) for job in jobs], "request": request}
