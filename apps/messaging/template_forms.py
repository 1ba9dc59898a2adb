"""What the screens of «Modèles d'e-mail» ask: the texts of a template, and its dialogs."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.core.admin import DialogForm
from apps.core.exceptions import DomainError
from apps.core.forms import WrittenText
from apps.jobs.uploads import FileInput
from apps.messaging.addresses import mailboxes
from apps.messaging.events import Event, Texts, event, events
from apps.messaging.exceptions import TextFault
from apps.messaging.in_force import latest_of, texts_of
from apps.messaging.models import EmailTemplate, EmailTemplateVersion
from apps.messaging.services import templates as services


def written(label: Any, rows: int, *, help_text: Any = "") -> WrittenText:
    """Whether it is empty is said with the other faults."""
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows, "data-editor": True, "translate": "no"})
    return WrittenText(label=label, widget=widget, help_text=help_text, required=False)


class TextsForm(forms.ModelForm):
    """The texts in force and what is typed over them; by itself it is for a preview, which shows what is there."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"), required=False, widget=UnfoldAdminTextInputWidget(attrs={"spellcheck": "false"})
    )
    html = written(
        label=gettext_lazy("Text in HTML"),
        rows=18,
        help_text=gettext_lazy("What stands between the logo and the foot of the mail: both are added by themselves."),
    )
    text = written(
        label=gettext_lazy("Plain text"), rows=14, help_text=gettext_lazy("For mailboxes that show no HTML.")
    )
    note = forms.CharField(
        label=gettext_lazy("What has changed"),
        max_length=EmailTemplateVersion._meta.get_field("note").max_length,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("A few words for the list of versions."),
    )
    #: The version that was on screen when writing began.
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = EmailTemplate
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = latest_of(self.instance)
        if version is not None:
            self.initial = {**self.initial, "subject": version.subject, "html": version.html, "text": version.text}
        self.initial = {**self.initial, "note": "", "expected": version.number if version else 0}

    @property
    def event(self) -> Event:
        return event(self.instance.event)

    @property
    def texts(self) -> Texts:
        cleaned = self.cleaned_data
        return Texts(cleaned["subject"], cleaned["text"], cleaned["html"])


class NextVersionForm(TextsForm):
    """The one that is saved: it becomes the next version, or is refused with all its faults."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._tell_of_others()
        if not self.errors:
            for fault in services.check_texts(self.event, self.texts):
                self.add_error(fault.field, located(fault))
        if not self.errors:
            latest = latest_of(self.instance)
            if latest is not None and texts_of(latest) == self.texts and not self.instance.fault:
                raise ValidationError(_("Nothing has been changed: there is nothing to save."))
        return cleaned

    def _tell_of_others(self) -> None:
        """A version written meanwhile is told once, and nothing typed is lost: saving again comes after it."""
        latest = latest_of(self.instance)
        began = self.cleaned_data.get("expected")
        if latest is None or began == latest.number:
            return
        posted: Any = self.data.copy()  # type: ignore[attr-defined]  # of a QueryDict, which is not written to
        posted["expected"] = str(latest.number)
        self.data = posted
        link = compare_link(self.instance, began or latest.number, latest.number)
        raise ValidationError(
            format_html(
                '{} <a href="{}" target="_blank" class="underline">{}</a>. {}',
                _("%(who)s has written version %(number)d meanwhile.")
                % {"who": latest.made_by or "–", "number": latest.number},
                link,
                _("What it changes"),
                _("What you have typed is still here: save again to put it in its place."),
            )
        )

    def write(self, *, actor: Any) -> EmailTemplateVersion:
        """The next version; DomainError where somebody was quicker since the check."""
        return services.write_version(
            template=self.instance,
            texts=self.texts,
            note=self.cleaned_data["note"],
            actor=actor,
            at=timezone.now(),
            expected=self.cleaned_data["expected"],
        )


def located(fault: TextFault) -> str:
    """A fault that leads to its place."""
    if fault.line is None or fault.field == "subject":
        return fault.reason
    place = _("Line %(line)d") % {"line": fault.line}
    button = '<button type="button" class="cursor-pointer underline" data-of="id_{}" data-line="{}">{}</button>'
    return format_html(button + "\N{NO-BREAK SPACE}: {}", fault.field, fault.line, place, fault.reason)


def compare_link(template: EmailTemplate, old: int, new: int) -> str:
    address = reverse("admin:messaging_emailtemplate_compare", args=[template.pk])
    return f"{address}?old={old}&new={new}"


# --- Dialogs


class NameForm(DialogForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=EmailTemplate._meta.get_field("name").max_length,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = self.row.name if self.row else ""


class CreateForm(NameForm):
    event = forms.ChoiceField(
        label=gettext_lazy("Used for"),
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("The text that comes with ISM is where you begin."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["event"]
        # Letters first: events are customised from the table of what is sent.
        ordered = sorted(events().values(), key=lambda one: (not one.by_hand, str(one.title)))
        choices.choices = [(one.code, one.title) for one in ordered]


class SwitchForm(DialogForm):
    """Whether the mails about an event are sent; ``?event=`` names the one that was clicked on."""

    event = forms.ChoiceField(label=gettext_lazy("Mail"), widget=UnfoldAdminSelectWidget)
    is_sent = forms.ChoiceField(
        label=pgettext_lazy("mails of an event", "Sent"),
        choices=[("yes", gettext_lazy("It is sent")), ("no", gettext_lazy("It is not sent"))],
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event_field: Any = self.fields["event"]
        event_field.choices = [(one.code, one.title) for one in events().values() if one.optional]
        event_field.initial = self.request.GET.get("event")
        self.fields["is_sent"].initial = "no" if self.request.GET.get("is_sent") == "no" else "yes"


class CopiesForm(DialogForm):
    addresses = forms.CharField(
        label=gettext_lazy("Hidden copies"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        required=False,
        help_text=gettext_lazy("E-mail addresses, one per line."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["addresses"].initial = self.row.bcc

    def clean_addresses(self) -> list[str]:
        try:
            return mailboxes(filter(None, re.split(r"[,;\s]+", self.cleaned_data["addresses"])))[0]
        except DomainError as refusal:
            raise ValidationError(str(refusal)) from refusal


class AttachForm(DialogForm):
    file = forms.FileField(label=gettext_lazy("File"), widget=FileInput)


class DetachForm(DialogForm):
    """Which file; ``?file=`` names the one that was clicked on."""

    file: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("File"), queryset=None, widget=UnfoldAdminSelectWidget, empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].queryset = self.row.attachments.all()
        self.fields["file"].initial = self.request.GET.get("file")


class RestoreForm(DialogForm):
    """Which version; ``?version=`` names the one that was clicked on."""

    version = forms.TypedChoiceField(
        label=pgettext_lazy("template", "Version"), coerce=int, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier: list[Any] = list(self.row.versions.values_list("number", "note"))
        choices: Any = self.fields["version"]
        choices.choices = [(number, _named(number, note)) for number, note in earlier[1:]]
        choices.initial = self.request.GET.get("version")


def _named(number: int, note: str) -> str:
    named = _("version %(number)s") % {"number": number}
    return f"{named} – {note}" if note else named
