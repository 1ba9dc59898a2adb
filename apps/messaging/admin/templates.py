from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.admin import JOURNAL, ModelAdmin, status
from apps.core.exceptions import DomainError
from apps.core.slots import Panel
from apps.messaging import template_dialogs as dialogs
from apps.messaging.admin import editing
from apps.messaging.choices import TemplateState
from apps.messaging.events import event, events, title_of
from apps.messaging.filters import TemplateEventFilter
from apps.messaging.in_force import latest_of
from apps.messaging.models import EmailTemplate
from apps.messaging.overview import overview
from apps.messaging.panels import file_address
from apps.messaging.services import templates as services
from apps.messaging.template_forms import NextVersionForm, compare_link

LOOK = "messaging.view_emailtemplate"


def versions_of(template: EmailTemplate, request: HttpRequest) -> dict[str, Any]:
    versions = list(template.versions.defer("text", "html").select_related("made_by"))
    may_change = request.user.has_perm(dialogs.CHANGE) and dialogs.is_known(template)
    restore = reverse("admin:messaging_emailtemplate_restore", args=[template.pk])
    return {
        "versions": [
            {
                "version": one,
                "changes": compare_link(template, one.number - 1, one.number) if one.number > 1 else "",
                "restore": f"{restore}?version={one.number}" if may_change and rank else "",
            }
            for rank, one in enumerate(versions)
        ],
        "compare": reverse("admin:messaging_emailtemplate_compare", args=[template.pk]) if versions[1:] else "",
    }


def along(template: EmailTemplate, request: HttpRequest) -> dict[str, Any]:
    detach = reverse("admin:messaging_emailtemplate_detach", args=[template.pk])
    may_change = request.user.has_perm(dialogs.CHANGE)
    return {
        "copies": template.bcc.split(),
        "files": [
            {
                "file": one,
                "address": file_address(one),
                "detach": f"{detach}?file={one.pk}" if may_change else "",
            }
            for one in template.attachments.select_related("added_by")
        ],
        "attach": reverse("admin:messaging_emailtemplate_attach", args=[template.pk]) if may_change else "",
        "copy_dialog": reverse("admin:messaging_emailtemplate_copies", args=[template.pk])
        if may_change and dialogs.copies.when(template)
        else "",
    }


@admin.register(EmailTemplate)
class EmailTemplateAdmin(ModelAdmin):
    """«Modèles d'e-mail»: above, all that is sent; the list is that of the integrator's own texts.

    Saving the page of a template writes its next version. Who may only look sees the version in force.
    """

    screen = _("E-mail templates")
    form = NextVersionForm
    list_display = ("name", "shown_event", "state", "shown_version", "made_at")
    list_filter = (TemplateEventFilter,)
    search_fields = ("name",)
    search_help_text = _("Name")
    sortable_by = ("name",)
    list_before_template = "messaging/sent.html"
    fieldsets = (
        (pgettext_lazy("mail", "Text"), {"fields": ("subject", "html", "text")}),
        (_("This version"), {"fields": ("note",)}),
    )
    looked_at = ((pgettext_lazy("mail", "Text"), {"fields": ("shown_subject", "shown_html", "shown_text")}),)
    readonly_fields = ("shown_subject", "shown_html", "shown_text")
    change_form_before_template = "messaging/template_before.html"
    change_form_outer_after_template = "messaging/template_beside.html"
    panels: ClassVar[Any] = (
        Panel(
            title=pgettext_lazy("template", "Versions"),
            template="messaging/template_versions.html",
            context=versions_of,
            permission=LOOK,
            order=10,
        ),
        Panel(
            title=_("Copies and attachments"),
            template="messaging/template_along.html",
            context=along,
            permission=LOOK,
            order=20,
        ),
        JOURNAL,
    )
    actions_list = ("switch", "create")
    actions_detail = (
        "put_in_use",
        "put_out_of_use",
        {
            "title": _("More actions"),
            "icon": "more_horiz",
            "items": ["rename", "restore", "use_shipped", "copies", "attach", "detach"],
        },
    )

    create = dialogs.create
    switch = dialogs.switch
    rename = dialogs.rename
    put_in_use = dialogs.put_in_use
    put_out_of_use = dialogs.put_out_of_use
    restore = dialogs.restore
    use_shipped = dialogs.use_shipped
    copies = dialogs.copies
    attach = dialogs.attach
    detach = dialogs.detach

    class Media:
        css: ClassVar[Any] = {"all": ["core/template_editor.css", "messaging/templates.css"]}
        js = ("jobs/upload.js", "core/template_editor.js", "messaging/templates.js")

    # --- Who may do what

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # by the dialog

    def has_change_permission(self, request: HttpRequest, obj: EmailTemplate | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and (obj is None or dialogs.is_known(obj))

    def get_fieldsets(self, request: HttpRequest, obj: EmailTemplate | None = None) -> Any:
        return self.fieldsets if self.has_change_permission(request, obj) else self.looked_at

    def get_readonly_fields(self, request: HttpRequest, obj: EmailTemplate | None = None) -> Any:
        return [] if self.has_change_permission(request, obj) else super().get_readonly_fields(request, obj)

    # --- The list

    def with_details(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.annotate(version=Max("versions__number"), made_at=Max("versions__made_at"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_add = request.user.has_perm(dialogs.ADD)
        may_change = request.user.has_perm(dialogs.CHANGE)
        extra = {
            "sent": overview(),
            "may_customise": may_add,
            "switch": reverse("admin:messaging_emailtemplate_switch") if may_change else "",
            "letters": self._letters(request),
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def _letters(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Those in use, each with what higher apps do with it: send it."""
        codes = [one.code for one in events().values() if one.by_hand]
        rows = EmailTemplate.objects.filter(event__in=codes, in_use=True).order_by("name") if codes else ()
        return [
            {
                "template": row,
                "buttons": [
                    (dialog.title, reverse(f"admin:messaging_emailtemplate_{dialog.name}", args=[row.pk]))
                    for dialog in self.contributed_actions("actions")
                    if dialog.offered(self, request, row)
                ],
            }
            for row in rows
        ]

    # --- The page

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "messaging_emailtemplate"
        return [
            path("customise/<slug:code>/", wrap(self.customise_view), name=f"{name}_customise"),
            path("<path:object_id>/preview/", wrap(self.preview_view), name=f"{name}_preview"),
            path("<path:object_id>/samples/", wrap(self.samples_view), name=f"{name}_samples"),
            path("<path:object_id>/test/", wrap(self.test_view), name=f"{name}_test"),
            path("<path:object_id>/compare/", wrap(self.compare_view), name=f"{name}_compare"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def customise_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """A template of the event, with the shipped text to begin with; clicked twice, it is one."""
        if not request.user.has_perm(dialogs.ADD):
            raise PermissionDenied
        if code not in events():
            raise Http404
        told = event(code)
        there = EmailTemplate.objects.filter(event=code).order_by("-in_use", "pk").first()
        if there is None:
            try:
                there = services.create_template(
                    event=told, name=str(told.title), texts=told.shipped, actor=request.user, at=timezone.now()
                )
            except DomainError as refusal:
                messages.error(request, str(refusal))
                return redirect("admin:messaging_emailtemplate_changelist")
            self.log_addition(request, there, gettext("Customised"))
        return redirect(dialogs.page_of(there))

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return editing.preview(self, request, object_id)

    @method_decorator(require_safe)
    def samples_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return editing.samples(self, request, object_id)

    @method_decorator(require_POST)
    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return editing.test(self, request, object_id)

    @method_decorator(require_safe)
    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return editing.compare(self, request, object_id)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError:  # written by somebody else between the check and the save: by now the form sees it
            return super().changeform_view(request, *args, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        if obj is not None:
            context["latest"] = latest_of(obj)
            context["shown_event"] = title_of(obj.event)
            if dialogs.is_known(obj):
                may_write = self.has_change_permission(request, obj)
                context |= editing.beside(request, obj, may_write=may_write)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: EmailTemplate, form: NextVersionForm, change: bool) -> None:
        form.instance.written = form.write(actor=request.user)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        said = gettext("Version %(number)d is saved.") % {"number": obj.written.number}
        if obj.in_use:
            said = " ".join([said, gettext("It is in force for the mails to come.")])
        messages.success(request, said)
        return redirect(dialogs.page_of(obj))

    # --- Columns and fields

    @admin.display(description=_("used for"), ordering="event")
    def shown_event(self, template: EmailTemplate) -> str:
        return title_of(template.event)

    @admin.display(description=_("state"))
    def state(self, template: EmailTemplate) -> str:
        return status(TemplateState.of(template))

    @admin.display(description=_("version"))
    def shown_version(self, template: Any) -> Any:
        return template.version

    @admin.display(description=_("made at"))
    def made_at(self, template: Any) -> Any:
        return template.made_at

    @admin.display(description=_("Subject"))
    def shown_subject(self, template: EmailTemplate) -> str:
        return _source(template, "subject")

    @admin.display(description=_("Text in HTML"))
    def shown_html(self, template: EmailTemplate) -> str:
        return _source(template, "html")

    @admin.display(description=_("Plain text"))
    def shown_text(self, template: EmailTemplate) -> str:
        return _source(template, "text")


def _source(template: EmailTemplate, name: str) -> str:
    latest = latest_of(template)
    return format_html('<div class="mail-source" translate="no">{}</div>', getattr(latest, name) if latest else "")
