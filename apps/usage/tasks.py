"""What workers do for usage. Each is safe to run twice: it goes on from what has been committed.

The services are looked up when they are called: they bring Polars along, which no page needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.exceptions import DomainError
from apps.core.files import stored_file
from apps.core.french import euros, whole
from apps.core.money import MICROS, amount_text
from apps.jobs.kinds import Kind, Queue, register
from apps.jobs.models import Upload
from apps.jobs.work import HandedOver, Outcome, Work
from apps.usage import services
from apps.usage.kinds import BACK_OUT, LOAD, RATE_PENDING
from apps.usage.models import CdrFile
from apps.usage.services.watching import LoadWatch
from apps.usage.wording import OUTCOMES, amounts_summary, load_summary

NAMED = 5  # of the files of a load


class WatchedByJob(LoadWatch):
    """Writes down, with each chunk, how far a load is; the cursor tells which files the job has loaded."""

    def __init__(self, work: Work, before: int) -> None:
        self.work = work
        #: Lines of files that an earlier attempt has loaded.
        self.before = before

    def reads(self, name: str, lines: int) -> None:
        # Not progress: a file that takes its worker down has got nowhere by being read again.
        self.work.note(_("%(file)s is being read: %(lines)s lines") % {"file": name, "lines": whole(lines)})
        if self.work.is_stopping:
            raise HandedOver

    def begins(self, file: CdrFile) -> None:
        self.work.note(_("%(file)s is being loaded") % {"file": file.name})

    def progress(self, *, done: int, total: int | None = None) -> None:
        known = None if total is None else self.before + total
        self.work.progress(done=self.before + done, total=known)

    def covers(self, file: CdrFile) -> None:
        self.work.note(_("the allowances of %(file)s are being counted off") % {"file": file.name})

    def has_loaded(self, file: CdrFile) -> None:
        self.work.save_cursor(loaded=[*self.work.cursor.get("loaded", []), file.pk])


def load(work: Work) -> Outcome:
    """«Chargement» of the files that were sent together. What an earlier attempt loaded counts as loaded."""
    before = list(CdrFile.objects.filter(pk__in=work.cursor.get("loaded", [])).order_by("pk"))
    names, lost = _files_to_load(work, {file.sha256 for file in before})
    report = services.load_files(
        paths=list(names),
        names=names,
        format_code=work.parameters["format"],
        actor=work.actor,
        watch=WatchedByJob(work, sum(file.lines for file in before)),
    )
    files = [*before, *report.files]
    refusals = [*work.parameters["refusals"], *lost, *map(str, report.refusals)]
    if not files:
        raise DomainError(refusals[0], reasons=refusals[1:])
    return Outcome(
        sentences=_sentences(files),
        refusals=refusals,
        link=_page(files),
        data={
            "files": [file.pk for file in files],
            **{name: sum(getattr(file, name) for file in files) for name in ("lines", *OUTCOMES)},
            "amount": amount_text(_amount(files), MICROS),
            "cost": amount_text(_cost(files), MICROS),
        },
    )


def _files_to_load(work: Work, loaded: set[str]) -> tuple[dict[Path, str], list[str]]:
    """The files that are not ``loaded`` yet, by their names; and why others cannot be: they are not kept for ever."""
    names = {digest: name for digest, name in work.parameters["names"].items() if digest not in loaded}
    files: dict[Path, str] = {}
    for upload in Upload.objects.filter(pk__in=work.parameters["uploads"], sha256__in=names).order_by("pk"):
        path = stored_file(upload.path)
        if path.exists():
            files[path] = names.pop(upload.sha256)
    return files, [_("%(file)s is no longer kept here: send it again.") % {"file": name} for name in names.values()]


def _sentences(files: list[CdrFile]) -> list[str]:
    said = [_("CDRs well loaded")]
    said += [load_summary(file) for file in files]
    said.append(amounts_summary(_amount(files), _cost(files)))
    if any(file.waiting for file in files):
        said.append(_("What could not be rated is kept among the waiting CDRs."))
    return said


def _amount(files: list[CdrFile]) -> Decimal:
    return sum((file.amount for file in files), Decimal(0))


def _cost(files: list[CdrFile]) -> Decimal:
    return sum((file.cost for file in files), Decimal(0))


def _page(files: list[CdrFile]) -> str:
    if len(files) == 1:
        return reverse("admin:usage_cdrfile_change", args=[files[0].pk])
    return reverse("admin:usage_cdrfile_changelist")


def names_of(parameters: Mapping[str, Any]) -> str:
    """Which files a load is of: the first few."""
    names = sorted(parameters.get("names", {}).values())
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


def rate_pending(work: Work) -> Outcome:
    """«Valoriser à nouveau»: the report is of all attempts together."""
    from apps.usage.services.pending import PendingReport

    def settled(report: PendingReport) -> None:
        work.save_cursor(
            waiting=report.waiting, rated=report.rated, amount=amount_text(report.amount, MICROS), last=report.last
        )

    cursor = work.cursor
    since = PendingReport(**{**cursor, "amount": Decimal(cursor["amount"])}) if cursor else PendingReport()
    report = services.rate_pending(since=since, progress=work.progress, settled=settled)
    sentence = ngettext(
        "%(rated)s of %(waiting)s waiting record has been rated (%(amount)s excluding tax).",
        "%(rated)s of %(waiting)s waiting records have been rated (%(amount)s excluding tax).",
        report.waiting,
    )
    figures = {"rated": whole(report.rated), "waiting": whole(report.waiting), "amount": euros(report.amount)}
    return Outcome(
        sentences=[sentence % figures],
        data={"waiting": report.waiting, "rated": report.rated, "amount": amount_text(report.amount, MICROS)},
    )


def back_out(work: Work) -> Outcome:
    """«Annuler le chargement». One transaction, which a worker that takes over waits for and then finds done."""
    file = CdrFile.objects.get(pk=work.parameters["file"])
    try:
        services.back_out_file(file=file, actor=work.actor)
    except DomainError:
        file.refresh_from_db()
        if file.backed_out_at is None or file.backed_out_at < work.job.created_at:
            raise
    return Outcome(sentences=[_("The file has been backed out.")], data={"file": file.pk})


def register_kinds() -> None:
    register(
        Kind(
            code=LOAD,
            title=gettext_lazy("Load of call records"),
            run=load,
            queue=Queue.CDR,
            permission="usage.view_cdrfile",
            starts="usage.add_cdrfile",
            subject=names_of,
        )
    )
    register(
        Kind(
            code=RATE_PENDING,
            title=gettext_lazy("Second rating of the waiting CDRs"),
            run=rate_pending,
            queue=Queue.CDR,
            permission="usage.view_suspendedrecord",
            starts="usage.change_suspendedrecord",
        )
    )
    register(
        Kind(
            code=BACK_OUT,
            title=gettext_lazy("Backing out of a file of call records"),
            run=back_out,
            queue=Queue.CDR,
            permission="usage.view_cdrfile",
            starts="usage.change_cdrfile",
        )
    )
