"""Buttons that run a service: how a page of the back office changes more than its own row.

::

    class CdrFileAdmin(ReadOnly, ModelAdmin):
        actions_detail = ["back_out"]
        back_out = ServiceDialog(
            title=_("Back out"),
            permission="usage.change_cdrfile",
            preview=lambda file, answers: [...],  # sentences that say what will happen; nothing is written
            service=lambda file, actor, answers: services.back_out_file(file=file, actor=actor),
            done=_("The file has been backed out."),
        )

GET opens the dialog and changes nothing. POST (CSRF token, permission, valid form) calls the service. Where the form
asks something and there is a preview, the first POST shows what these answers will do and the second, with the same
answers, does it if that is still what they do; where it asks nothing, GET has shown it already. A :class:`DomainError`
is shown with its sentence and reasons; anything else is logged and raised. What was done is written to the admin's
journal. Named in ``actions_list`` the dialog stands above a list and is about no row: its functions get None.

A higher app puts a button on the page of a lower one from its ``ready()``. The button has a name of its own, which
ends its address (``admin:billing_billingrun_export``), and comes after the page's own buttons::

    contribute("billing.billingrun.actions", ServiceDialog(name="export", title=_("Export the invoices"), …))

``<app>.<model>.actions`` is the page of a row, ``<app>.<model>.list_actions`` the place above the list.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.exceptions import DomainError

logger = logging.getLogger(__name__)

Text = str | Promise
Answers = dict[str, Any]


class DialogForm(BaseDialogForm):  # type: ignore[misc]  # unfold ships no types
    """What a dialog asks; by itself, nothing but a confirmation. Fields take unfold's widgets.

    ``row`` is what the dialog is about, for fields that depend on it. One that asks for files goes without a preview:
    no browser sends files back to have them confirmed.
    """

    form_before_template = "admin/dialog_before.html"
    form_after_template = "admin/dialog_after.html"
    #: Draws the fields, where one below the other is not enough.
    fields_template = ""

    #: Digest of the answers that have been shown, and of the effects that were shown of them.
    _previewed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.sentences: Sequence[Text] = ()
        self.refusal: DomainError | None = None
        self.answer: Any = None
        self.answer_template = ""

    @property
    def asks(self) -> bool:
        return any(not name.startswith("_") for name in self.fields)

    @property
    def answers(self) -> Answers:
        """What was answered; empty before a valid POST."""
        cleaned = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {name: value for name, value in cleaned.items() if not name.startswith("_")}

    @property
    def was_previewed(self) -> bool:
        """Whether these answers have been shown to do just this."""
        return bool(self.cleaned_data["_previewed"] == self._digest())

    @property
    def is_overtaken(self) -> bool:
        """Whether these answers have been shown to do something else: it has changed since."""
        shown = self.cleaned_data["_previewed"].partition(".")[0]
        return bool(shown == self._digest().partition(".")[0] and not self.was_previewed)

    def show_previewed(self) -> None:
        """Have the browser send back what is said of a form that asks nothing, before any POST."""
        self.fields["_previewed"].initial = self._digest()

    def mark_previewed(self) -> None:
        posted: Any = self.data.copy()  # type: ignore[has-type]  # of unfold, which ships no types
        posted["_previewed"] = self._digest()
        self.data = posted

    def get_before_template_context(self, request: HttpRequest, object_id: Any = None) -> dict[str, Any]:
        return {"form": self}

    get_after_template_context = get_before_template_context

    def _digest(self) -> str:
        """Of the answers, then of what is said that they do."""
        posted = {name: self.data.getlist(name) for name in self.fields if not name.startswith("_")}
        told = list(map(str, self.sentences))
        return ".".join(
            hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest() for part in (posted, told)
        )


class ConfirmShown(DialogForm):
    """Confirms what the page has shown, and nothing that has taken its place since."""

    #: Said when it is something else by now.
    overtaken: Text

    #: Names what was shown.
    _shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["_shown"].initial = self.row and self.shown_now()

    def shown_now(self) -> str:
        """Names what the page shows of the row: the same only for the same."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("_shown") != self.shown_now():
            raise forms.ValidationError(str(self.overtaken))
        return dict(self.cleaned_data)


class DayInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # unfold ships no types
    """A day, with the browser's own calendar: the admin's needs scripts that a dialog does not bring."""

    input_type = "date"


@dataclass(kw_only=True, eq=False)
class ServiceDialog:
    """One button and its dialog (see the module): an attribute of a ModelAdmin, named in its ``actions_…``."""

    title: Text
    #: ``{app}`` and ``{model}`` stand for the model of the page, where pages of several share the dialog.
    permission: str
    #: Does it. Gets the row, who asked, and the answers.
    service: Callable[[Any, Any, Answers], Any]
    form: type[DialogForm] = DialogForm
    #: Says what will happen, writing nothing. Gets the row and the answers.
    preview: Callable[[Any, Answers], Sequence[Text]] | None = None
    #: Whether the row's state allows it: no button otherwise. The service checks again, under its lock.
    when: Callable[[Any], bool] = lambda row: True
    #: What is said afterwards: a sentence, or a function that makes one of the service's result.
    done: Text | Callable[[Any], Text] = ""
    #: Where one goes afterwards, by the service's result: the page of the row, or the list, unless it says so.
    leads_to: Callable[[Any], str] | None = None
    #: Stay in the dialog and show the service's result, ``answer`` in this template.
    answer_template: str = ""
    description: Text = ""
    #: What the button inside the dialog says; the dialog's title unless it says so.
    submit: Text = ""
    icon: str | None = None
    variant: ActionVariant = ActionVariant.DEFAULT
    #: What its address ends with: that of the attribute; one that is contributed says it itself.
    name: str = ""
    #: Among the contributed ones.
    order: int = 100
    #: Contributed ones that name the same menu share it, in the place of a button each.
    menu: Text = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, model_admin: Any, owner: type | None = None) -> Any:
        """The bound action as unfold expects it: a function that carries its own description."""
        if model_admin is None:
            return self

        def action(request: HttpRequest, object_id: str | None = None) -> HttpResponse:
            return self.respond(model_admin, request, object_id)

        # Without unfold's ``allowed_permissions``: its system check queries the database, which stops the first
        # ``migrate`` of an empty one. The kit's ModelAdmin asks ``offered``, and respond() asks again.
        action.offered = partial(self.offered, model_admin)  # type: ignore[attr-defined]
        action.short_description = self.title  # type: ignore[attr-defined]
        action.dialog = {"title": self.title, "when": self.when}  # type: ignore[attr-defined]
        action.icon = self.icon  # type: ignore[attr-defined]
        action.variant = self.variant  # type: ignore[attr-defined]
        action.attrs = {}  # type: ignore[attr-defined]
        action.extra_options = {}  # type: ignore[attr-defined]
        return action

    def offered(self, model_admin: Any, request: HttpRequest, row: Any = None) -> bool:
        return self._is_allowed(model_admin, request) and (row is None or self.when(row))

    def _is_allowed(self, model_admin: Any, request: HttpRequest) -> bool:
        opts = model_admin.opts
        return bool(request.user.has_perm(self.permission.format(app=opts.app_label, model=opts.model_name)))

    def respond(self, model_admin: Any, request: HttpRequest, object_id: str | None) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if not self._is_allowed(model_admin, request):
            raise PermissionDenied
        row = self._row(model_admin, request, object_id)
        posted = request.method == "POST"
        form = self.form(
            data=request.POST if posted else None,
            files=request.FILES if posted else None,
            request=request,
            object_id=object_id,
            row=row,
        )
        if not form.is_valid():
            if self.preview and not form.asks:
                form.sentences = self._told(form, row)
                form.show_previewed()
        elif self.preview and not self._was_shown(form, row):
            pass
        else:
            try:
                result = self.service(row, request.user, form.answers)
            except DomainError as refusal:
                form.refusal, form.sentences = refusal, ()
            except Exception:
                logger.exception("%s failed on %s %s", self.name, model_admin.opts.label, object_id)
                raise
            else:
                self._journal(model_admin, request, row, result)
                if not self.answer_template:
                    return self._leave(model_admin, request, row, result)
                form.answer, form.answer_template = result, self.answer_template
        return self._dialog(request, form)

    def _row(self, model_admin: Any, request: HttpRequest, object_id: str | None) -> Any:
        if object_id is None:
            return None
        row = model_admin.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not model_admin.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _told(self, form: DialogForm, row: Any) -> Sequence[Text]:
        """What the preview says; nothing where it refuses."""
        try:
            sentences = self.preview(row, form.answers) if self.preview else ()
        except DomainError as refusal:
            form.refusal = refusal
            return ()
        return sentences

    def _was_shown(self, form: DialogForm, row: Any) -> bool:
        """Whether what these answers do now is what was shown; if not, it is shown now.

        What asks nothing and was never opened, as by a program, has been shown nothing that could have changed.
        """
        if not form.asks and not form.cleaned_data["_previewed"]:
            return True
        form.sentences = self._told(form, row)
        if form.refusal is not None:
            return False
        if form.was_previewed:
            return True
        if form.is_overtaken:
            form.refusal = DomainError(_("Things have changed since you looked: read what happens now, then confirm."))
        form.mark_previewed()
        return False

    def _journal(self, model_admin: Any, request: HttpRequest, row: Any, result: Any) -> None:
        if row is not None:
            model_admin.log_change(request, row, str(self.title))
        elif isinstance(result, Model):
            model_admin.log_addition(request, result, str(self.title))

    def _leave(self, model_admin: Any, request: HttpRequest, row: Any, result: Any) -> HttpResponse:
        """To the page of the row, or of what has been made above the list; a row of the list leads back to the list."""
        sentence = self.done(result) if callable(self.done) else self.done
        if sentence:
            messages.success(request, str(sentence))
        shown = row if row is not None else result
        view = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}"
        changelist = reverse(f"{view}_changelist")
        asked_from = urlsplit(request.headers.get("HX-Current-URL", ""))
        is_on_list = asked_from.path == changelist
        if self.leads_to is not None:
            target = self.leads_to(result)
        elif isinstance(shown, model_admin.model) and not (is_on_list and row is not None):
            target = reverse(f"{view}_change", args=[shown.pk])
        else:
            target = changelist
            if is_on_list and asked_from.query:  # the list, with its filters
                target = f"{target}?{asked_from.query}"
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": target})
        return redirect(target)

    def _dialog(self, request: HttpRequest, form: DialogForm) -> HttpResponse:
        context = {
            "dialog": {"title": self.title, "description": self.description},
            "form": form,
            "form_submit_text": self.submit or self.title,
        }
        response = render(request, "unfold/helpers/dialog.html", context)
        # What a dialog shows may be secret, and its preview is true only now.
        add_never_cache_headers(response)
        return response


def in_menus(dialogs: Sequence[ServiceDialog]) -> list[Any]:
    """The names of ``dialogs`` as unfold takes them, those that share a menu gathered where its first one is."""
    buttons: list[Any] = []
    menus: dict[str, dict[str, Any]] = {}
    for dialog in dialogs:
        if not dialog.menu:
            buttons.append(dialog.name)
            continue
        title = str(dialog.menu)
        if title not in menus:
            menus[title] = {"title": title, "items": []}
            buttons.append(menus[title])
        menus[title]["items"].append(dialog.name)
    return buttons
