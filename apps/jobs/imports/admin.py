"""The list of the files of one kind, and the page of one of them: what it would do, or did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from apps.core.admin import DaysFilter, ModelAdmin, ReadOnly, ServiceDialog, badge, count
from apps.core.slots import Panel
from apps.jobs.imports import services
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.forms import ConfirmForm
from apps.jobs.imports.kinds import FileKind, page_of
from apps.jobs.imports.models import FileImport
from apps.jobs.imports.panels import review_shown
from apps.jobs.imports.review import counts_sentence
from apps.jobs.panels import JOBS_HERE
from apps.jobs.uploads import SCRIPT


def send_dialog(kind: FileKind) -> ServiceDialog:
    """The button that asks for a file of ``kind``: on the list of its imports, and on that of what they bring.

    The page brings :data:`apps.jobs.uploads.SCRIPT`.
    """
    return ServiceDialog(
        title=gettext_lazy("Import a file"),
        description=kind.description,
        permission=kind.add_permission,
        form=kind.form,
        service=lambda row, actor, answers: services.send_file(
            kind=kind, file=answers["file"], parameters=kind.parameters(answers), actor=actor
        ),
        done=gettext_lazy("The file is received and being checked: nothing is written before you confirm."),
        leads_to=page_of,
        icon="upload_file",
        variant=ActionVariant.PRIMARY,
    )


def preview_writing(row: FileImport, answers: dict[str, Any]) -> Sequence[str]:
    said = [
        counts_sentence(row),
        _("Each line is checked once more: if the data has changed meanwhile, you are asked again."),
    ]
    if row.warnings:
        said.append(_("There are warnings: look at them first."))
    return said


class FileImportAdmin(ReadOnly, ModelAdmin):
    """Subclassed for each kind of file (see :mod:`apps.jobs.imports`)."""

    kind: ClassVar[FileKind]
    list_display = (
        "name",
        badge(FileImport.state, ImportState),
        count(FileImport.new),
        count(FileImport.changed),
        count(FileImport.removed),
        count(FileImport.faults),
        "created_by",
        "created_at",
    )
    list_select_related = ("created_by",)
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", DaysFilter))
    search_fields = ("name",)
    search_help_text = gettext_lazy("File name")
    panels = (
        Panel(
            title=gettext_lazy("What the file says"),
            template="jobs/import_review.html",
            context=review_shown,
            permission="jobs.view_job",
            order=2,
            tab=False,
        ),
        JOBS_HERE,
    )
    actions_list = ("send",)
    actions_detail = ("confirm", "check_again", "abandon")

    class Media:
        js = (SCRIPT,)

    send: ClassVar[ServiceDialog]

    confirm = ServiceDialog(
        title=gettext_lazy("Confirm the import"),
        permission="{app}.add_{model}",
        form=ConfirmForm,
        when=lambda row: row.state == ImportState.READY,
        preview=preview_writing,
        # The form has compared it with the one that was shown; the service does so again with that of the locked row.
        service=lambda row, actor, answers: services.confirm_import(file=row, fingerprint=row.fingerprint, actor=actor),
        done=gettext_lazy("The import is confirmed: it is being written."),
        icon="check",
        variant=ActionVariant.PRIMARY,
    )
    check_again = ServiceDialog(
        title=gettext_lazy("Check again"),
        permission="{app}.add_{model}",
        when=services.can_be_checked,
        preview=lambda row, answers: [
            _("The file is compared with what the back office holds now. Nothing is written.")
        ],
        service=lambda row, actor, answers: services.check_import_again(file=row, actor=actor),
        done=gettext_lazy("The file is being checked again."),
        icon="refresh",
    )
    abandon = ServiceDialog(
        title=pgettext_lazy("import", "Abandon"),
        permission="{app}.add_{model}",
        when=services.can_be_abandoned,
        preview=lambda row, answers: [_("Nothing of this file is written. It stays in the list as abandoned.")],
        service=lambda row, actor, answers: services.abandon_import(file=row, actor=actor),
        done=gettext_lazy("The import is abandoned: nothing has been written."),
        icon="close",
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = (("name", badge(FileImport.state, ImportState)), ("created_by", "created_at"))
        about = (("about",),) if obj is not None and self.kind.about(obj.parameters) else ()
        confirmed = (("confirmed_by", "confirmed_at"),) if obj is not None and obj.confirmed_at else ()
        return self.without_dead_ends(request, obj, ((None, {"fields": (*own, *about, *confirmed)}),))

    @admin.display(description=pgettext_lazy("import", "for"))
    def about(self, row: FileImport) -> Any:
        return self.kind.about(row.parameters)
