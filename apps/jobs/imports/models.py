"""A file that somebody wants to have taken over, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.core.fsm import ProtectedFSMMixin
from apps.jobs.imports.choices import ImportState

CHECKED = (ImportState.READY, ImportState.UNCHANGED, ImportState.REFUSED)


class FileImportManager(models.Manager["FileImport"]):
    """The files of a proxy are those of its kind, which is named like it."""

    def get_queryset(self) -> models.QuerySet[FileImport]:
        rows = super().get_queryset()
        return rows.filter(kind=self.model._meta.label_lower) if self.model._meta.proxy else rows


class FileImport(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """One file of one kind (:mod:`apps.jobs.imports`); the row stays as the journal of what was taken over.

    ``fingerprints`` name what was shown, one for each part in which the file is written. ``review`` holds the first
    lines of each sort for the page; all of them are in the report at ``report_path``.
    """

    kind = models.CharField(max_length=60, editable=False)
    name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(pgettext_lazy("file", "size"), default=0)
    upload = models.ForeignKey("jobs.Upload", on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    parameters = models.JSONField(default=dict, editable=False)
    state = FSMField(
        _("state"), max_length=12, choices=ImportState.choices, default=ImportState.CHECKING, protected=True
    )
    lines = models.PositiveIntegerField(pgettext_lazy("file", "lines"), default=0)
    new = models.PositiveIntegerField(pgettext_lazy("lines of a file", "new"), default=0)
    changed = models.PositiveIntegerField(pgettext_lazy("lines of a file", "changed"), default=0)
    unchanged = models.PositiveIntegerField(pgettext_lazy("lines of a file", "unchanged"), default=0)
    removed = models.PositiveIntegerField(pgettext_lazy("lines of a file", "removed"), default=0)
    faults = models.PositiveIntegerField(pgettext_lazy("lines of a file", "faults"), default=0)
    warnings = models.PositiveIntegerField(pgettext_lazy("lines of a file", "warnings"), default=0)
    fingerprints = models.JSONField(default=list, editable=False)
    review = models.JSONField(default=dict, editable=False)
    report_path = models.CharField(max_length=200, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    created_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    finished_at = models.DateTimeField(_("written at"), null=True)

    objects = FileImportManager()

    class Meta:
        verbose_name = _("import of a file")
        verbose_name_plural = _("imports of files")
        ordering = ["-pk"]
        # Whose list it is on decides who may do what.
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "-id"], name="jobs_import_by_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """Names the whole of what was shown."""
        return "-".join(self.fingerprints)

    @property
    def changes_anything(self) -> bool:
        return bool(self.new or self.changed or self.removed)

    @transition(field=state, source=ImportState.CHECKING, target=ImportState.REFUSED)
    def refuse(self) -> None:
        """Something is wrong with the file: none of it is taken over."""

    @transition(field=state, source=ImportState.CHECKING, target=ImportState.UNCHANGED)
    def find_nothing(self) -> None:
        """The database says already what the file says."""

    @transition(field=state, source=ImportState.CHECKING, target=ImportState.READY)
    def show(self) -> None:
        """Somebody is to look at it and confirm."""

    @transition(field=state, source=ImportState.READY, target=ImportState.WRITING)
    def confirm(self) -> None:
        """What was shown is to be written."""

    @transition(field=state, source=ImportState.WRITING, target=ImportState.DONE)
    def finish(self) -> None:
        """All of it is written."""

    @transition(field=state, source=[*CHECKED, ImportState.WRITING], target=ImportState.CHECKING)
    def check_again(self) -> None:
        """What was shown is no longer what would happen, or may no longer be."""

    @transition(field=state, source=[*CHECKED, ImportState.CHECKING], target=ImportState.ABANDONED)
    def abandon(self) -> None:
        """Nobody wants it any more."""
