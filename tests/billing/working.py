"""What workers do, done here and now."""

from __future__ import annotations

from apps.core.french import NBSP
from apps.jobs.choices import Queue
from apps.jobs.models import Job
from apps.jobs.worker import claim_job, run_job


def work_off() -> list[Job]:
    """Run every job that waits, and those that these start; as they ended, in order."""
    done = []
    while (work := claim_job(list(Queue))) is not None:
        run_job(work)
        done.append(Job.objects.get(pk=work.job.pk))
    return done


def said(job: Job) -> list[str]:
    """What a job says at its end, sentences and refusals, with plain spaces."""
    result = job.result
    return [sentence.replace(NBSP, " ") for sentence in (*result["sentences"], *result["refusals"])]
