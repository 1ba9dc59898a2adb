"""Bulk operations in lists: rows are ticked or pasted. And their own list, which is the journal of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from apps.core.admin import DaysFilter, ModelAdmin, ReadOnly, ServiceDialog, badge, count
from apps.core.exceptions import DomainError
from apps.core.french import whole
from apps.core.slots import Panel
from apps.jobs.bulk import services
from apps.jobs.bulk.choices import BulkState
from apps.jobs.bulk.filters import BulkKindFilter
from apps.jobs.bulk.forms import ConfirmForm, PasteForm
from apps.jobs.bulk.kinds import BulkKind, bulk_kind, bulk_kinds, kinds_on
from apps.jobs.bulk.models import OPEN, BulkOperation
from apps.jobs.bulk.panels import items_shown
from apps.jobs.bulk.tasks import page_of
from apps.jobs.panels import JOBS_HERE


def ask_page(operation: BulkOperation) -> str:
    return reverse("admin:jobs_bulkoperation_ask", args=[operation.pk])


# --- In the lists of others


class BulkActions:
    """Stands before ModelAdmin: offers what the user may do to ticked rows (see :mod:`apps.jobs.bulk`)."""

    model: type[Model]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if IS_POPUP_VAR in request.GET:  # a row is chosen there, nothing is done to it
            return actions
        offered = {kind.code: (_begin(kind), kind.code, kind.title) for kind in kinds_on(self.model, request.user)}
        return {**actions, **offered}


def _begin(kind: BulkKind) -> Any:
    def begin(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        try:
            operation = services.choose_rows(kind=kind, rows=rows, actor=cast("Any", request.user))
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return None
        return redirect(ask_page(operation))

    return begin


def paste_dialog(model: str, *, permission: str, identifiers: Any, title: Any = None) -> ServiceDialog:
    """The button above the list of ``model`` that takes ``identifiers`` (what they are, in a few words), one a line."""

    class Form(PasteForm):
        target = model
        named = identifiers

    return ServiceDialog(
        title=title or gettext_lazy("Paste identifiers"),
        description=gettext_lazy("Nothing is done before you have seen what becomes of each row."),
        permission=permission,
        form=Form,
        service=lambda row, actor, answers: services.choose_pasted(
            kind=answers["kind"], text=answers["lines"], actor=actor
        ),
        leads_to=ask_page,
        icon="content_paste",
    )


# --- Their own list


def preview_applying(operation: BulkOperation, answers: dict[str, Any]) -> Sequence[str]:
    return [
        f"{operation.title} – {bulk_kind(operation.kind).about(operation.parameters)}",
        services.counts_sentence(operation),
        _("Each row is checked once more: what has changed since this preview is refused."),
    ]


def preview_undoing(operation: BulkOperation, answers: dict[str, Any]) -> Sequence[str]:
    told = ngettext("%(count)s row is made as before.", "%(count)s rows are made as before.", operation.changed)
    return [told % {"count": whole(operation.changed)}, _("What cannot be undone any more is kept and says why.")]


@admin.register(BulkOperation)
class BulkOperationAdmin(ReadOnly, ModelAdmin):
    """«Opérations en masse»: what was prepared, done and undone, row by row."""

    screen = gettext_lazy("Bulk operations")
    list_display = (
        "title",
        badge(BulkOperation.state, BulkState),
        count(BulkOperation.total),
        count(BulkOperation.changed),
        count(BulkOperation.refused),
        "created_by",
        "created_at",
    )
    list_select_related = ("created_by",)
    list_filter = (("state", ChoicesDropdownFilter), BulkKindFilter, ("created_at", DaysFilter))
    list_filter_submit = True
    panels = (
        Panel(
            title=pgettext_lazy("bulk operation", "Rows"),
            template="jobs/bulk_items.html",
            context=items_shown,
            permission="jobs.view_bulkoperation",
            order=2,
            tab=False,
        ),
        JOBS_HERE,
    )
    actions_detail = ("confirm", "resume", "undo", "abandon")

    confirm = ServiceDialog(
        title=pgettext_lazy("bulk operation", "Confirm"),
        permission="jobs.view_bulkoperation",
        form=ConfirmForm,
        when=lambda operation: operation.state == BulkState.READY,
        preview=preview_applying,
        # The form has compared it with the one that was shown; the service does so again with that of the locked row.
        service=lambda operation, actor, answers: services.confirm_operation(
            operation=allowed(operation, actor), edition=operation.edition, actor=actor
        ),
        done=gettext_lazy("The operation is confirmed: it is being done."),
        icon="check",
        variant=ActionVariant.PRIMARY,
    )
    resume = ServiceDialog(
        title=pgettext_lazy("bulk operation", "Go on"),
        permission="jobs.view_bulkoperation",
        when=services.was_interrupted,
        preview=lambda operation, answers: [
            _("It goes on with the rows whose turn had not come; nothing is done twice.")
        ],
        service=lambda operation, actor, answers: services.resume_operation(
            operation=allowed(operation, actor), actor=actor
        ),
        done=gettext_lazy("The operation goes on."),
        icon="replay",
    )
    undo = ServiceDialog(
        title=pgettext_lazy("bulk operation", "Undo"),
        permission="jobs.view_bulkoperation",
        when=services.can_be_undone,
        preview=preview_undoing,
        service=lambda operation, actor, answers: services.undo_operation(
            operation=allowed(operation, actor), actor=actor
        ),
        done=gettext_lazy("The operation is being undone."),
        icon="undo",
        variant=ActionVariant.DANGER,
    )
    abandon = ServiceDialog(
        title=pgettext_lazy("bulk operation", "Abandon"),
        permission="jobs.view_bulkoperation",
        when=lambda operation: operation.state in OPEN,
        preview=lambda operation, answers: [_("Nothing is done to any row. It stays in the list as abandoned.")],
        service=lambda operation, actor, answers: services.abandon_operation(
            operation=allowed(operation, actor), actor=actor
        ),
        done=gettext_lazy("The operation is abandoned: nothing has been done."),
        icon="close",
    )

    def scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.seen_by(request.user)  # type: ignore[attr-defined]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = (("title", badge(BulkOperation.state, BulkState)), ("created_by", "created_at"))
        about = (("about",),) if obj is not None and self.about(obj) else ()
        confirmed = (("confirmed_by", "confirmed_at"),) if obj is not None and obj.confirmed_at else ()
        return self.without_dead_ends(request, obj, ((None, {"fields": (*own, *about, *confirmed)}),))

    @admin.display(description=pgettext_lazy("bulk operation", "operation"), ordering="kind")
    def title(self, operation: BulkOperation) -> str:
        return operation.title

    @admin.display(description=pgettext_lazy("bulk operation", "what was asked"))
    def about(self, operation: BulkOperation) -> Any:
        known = bulk_kinds().get(operation.kind)
        return known.about(operation.parameters) if known and operation.edition else None

    # --- What its form asks

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.ask_view)
        return [path("<path:object_id>/ask/", view, name="jobs_bulkoperation_ask"), *super().get_urls()]

    def ask_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The kind's form, on a page of its own: its answers hold for all the rows. Answering plans them (anew)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        operation = self.get_object(request, object_id)
        if operation is None:
            raise Http404
        if not may_do(operation, request.user):
            raise PermissionDenied
        if operation.state not in OPEN:
            return redirect(page_of(operation))
        kind = bulk_kind(operation.kind)
        form = kind.form(data=request.POST or None, request=request, object_id=object_id)
        if request.method == "POST" and form.is_valid():
            try:
                services.plan_operation(operation=operation, parameters=kind.parameters(form.answers))
            except DomainError as refusal:
                form.refusal = refusal
            else:
                return redirect(page_of(operation))
        context = {
            **self.admin_site.each_context(request),
            "title": kind.title,
            "opts": self.opts,
            "kind": kind,
            "operation": operation,
            "form": form,
            "leave": reverse(f"admin:{kind.model.lower().replace('.', '_')}_changelist"),
        }
        request.screen = self.screen  # type: ignore[attr-defined]
        return TemplateResponse(request, "jobs/bulk_ask.html", context)


def may_do(operation: BulkOperation, user: Any) -> bool:
    """Whether ``user`` may do to rows what ``operation`` does."""
    known = bulk_kinds().get(operation.kind)
    return known is not None and user.has_perm(known.permission)


def allowed(operation: BulkOperation, actor: Any) -> BulkOperation:
    if not may_do(operation, actor):
        raise DomainError(_("You may look at this operation, but not do it: ask whoever may, or an administrator."))
    return operation
