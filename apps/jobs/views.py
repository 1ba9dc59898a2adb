"""How far a job is, for the script that moves its bar."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from apps.jobs.models import Job
from apps.jobs.panels import shown


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The job as its page shows it (``html``) and whether it is over (``finished``). 404 for whoever may not see it."""
    user = request.user
    job = None
    if user.is_active and user.is_staff and user.has_perm("jobs.view_job"):
        job = Job.objects.seen_by(user).select_related("created_by").filter(pk=pk).first()
    if job is None:
        raise Http404
    html = render_to_string("jobs/job.html", shown(job, request), request=request)
    response = JsonResponse({"finished": not job.is_active, "state": job.state, "percent": job.percent, "html": html})
    add_never_cache_headers(response)
    return response
