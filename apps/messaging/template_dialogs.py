"""The buttons of «Modèles d'e-mail»: what they say before they act, and the services they call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant

from apps.core.admin import ServiceDialog
from apps.core.exceptions import DomainError
from apps.messaging import template_forms as forms
from apps.messaging.events import event, events
from apps.messaging.exceptions import TextsRefused
from apps.messaging.in_force import latest_of, texts_of
from apps.messaging.models import EmailTemplate, EmailTemplateVersion, EventSwitch
from apps.messaging.services import templates as services

Answers = dict[str, Any]
CHANGE, ADD = "messaging.change_emailtemplate", "messaging.add_emailtemplate"


def page_of(template: EmailTemplate) -> str:
    return reverse("admin:messaging_emailtemplate_change", args=[template.pk])


def is_known(template: EmailTemplate) -> bool:
    """Whether an installed app still sends what it is for."""
    return template.event in events()


def _create(row: None, actor: Any, answers: Answers) -> EmailTemplate:
    chosen = event(answers["event"])
    return services.create_template(
        event=chosen, name=answers["name"], texts=chosen.shipped, actor=actor, at=timezone.now()
    )


create = ServiceDialog(
    title=gettext_lazy("Create a template"),
    permission=ADD,
    form=forms.CreateForm,
    service=_create,
    done=gettext_lazy("The template is created. Write its texts, then put it in use."),
    icon="add",
    variant=ActionVariant.PRIMARY,
)

rename = ServiceDialog(
    title=gettext_lazy("Rename"),
    permission=CHANGE,
    form=forms.NameForm,
    service=lambda template, actor, answers: services.rename_template(
        template=template, name=answers["name"], actor=actor
    ),
    done=gettext_lazy("The template is renamed."),
    icon="edit",
)


def _putting_in_use(template: EmailTemplate, answers: Answers) -> Iterator[str]:
    services.refuse_unwritten(template)
    told = event(template.event)
    if told.by_hand:
        yield _("“%(name)s” is offered to whoever sends letters to customers.") % {"name": template.name}
        return
    said = {"event": told.title, "name": template.name}
    yield _("The mails “%(event)s” will be made of “%(name)s”.") % said
    other = EmailTemplate.objects.filter(event=template.event, in_use=True).exclude(pk=template.pk).first()
    if other is not None:
        yield _("“%(name)s” is no longer in use; it stays in the list.") % {"name": other.name}


put_in_use = ServiceDialog(
    title=gettext_lazy("Put in use"),
    permission=CHANGE,
    when=lambda template: not template.in_use and is_known(template),
    preview=lambda template, answers: list(_putting_in_use(template, answers)),
    service=lambda template, actor, answers: services.put_in_use(template=template, actor=actor, at=timezone.now()),
    done=gettext_lazy("The template is in use."),
    icon="check_circle",
    variant=ActionVariant.PRIMARY,
)


def _putting_out(template: EmailTemplate, answers: Answers) -> list[str]:
    if is_known(template) and event(template.event).by_hand:
        return [_("“%(name)s” is no longer offered to whoever sends letters.") % {"name": template.name}]
    return [_("The mails about it are made of the shipped text again. The template stays in the list.")]


put_out_of_use = ServiceDialog(
    title=gettext_lazy("Put out of use"),
    permission=CHANGE,
    when=lambda template: template.in_use,
    preview=_putting_out,
    service=lambda template, actor, answers: services.put_out_of_use(template=template, actor=actor, at=timezone.now()),
    done=gettext_lazy("The template is out of use."),
    icon="do_not_disturb_on",
)


# --- Back to other texts


def _changes(template: EmailTemplate, texts: Any) -> Iterator[str]:
    """What becomes of each of the three texts. DomainError where they have faults by now, or change nothing."""
    faults = services.check_texts(event(template.event), texts)
    if faults:
        raise TextsRefused(faults)
    latest = latest_of(template)
    before = texts_of(latest) if latest else None
    if before == texts:
        raise DomainError(_("These are the texts in force already."))
    for name, label in (("subject", _("Subject")), ("html", _("Text in HTML")), ("text", _("Plain text"))):
        if before is None or getattr(before, name) != getattr(texts, name):
            shown = texts.subject.strip() if name == "subject" else _("it changes")
            yield _("%(text)s: %(becomes)s") % {"text": label, "becomes": shown}
        else:
            yield _("%(text)s: as it is") % {"text": label}
    yield _("It becomes version %(number)d; the earlier ones stay.") % {"number": (latest.number if latest else 0) + 1}


def _restoring(template: EmailTemplate, answers: Answers) -> list[str]:
    earlier = EmailTemplateVersion.objects.get(template=template, number=answers["version"])
    return list(_changes(template, texts_of(earlier)))


def _in_force(template: EmailTemplate) -> int:
    latest = latest_of(template)
    return latest.number if latest else 0


restore = ServiceDialog(
    title=gettext_lazy("Restore a version"),
    description=gettext_lazy("Its texts become a new version, which is in force at once."),
    permission=CHANGE,
    form=forms.RestoreForm,
    when=lambda template: is_known(template) and _in_force(template) > 1,
    preview=_restoring,
    service=lambda template, actor, answers: services.restore_version(
        template=template, number=answers["version"], actor=actor, at=timezone.now(), expected=_in_force(template)
    ),
    done=gettext_lazy("The version is restored."),
    leads_to=lambda version: page_of(version.template),
    icon="settings_backup_restore",
)

use_shipped = ServiceDialog(
    title=gettext_lazy("Return to the shipped text"),
    description=gettext_lazy("The text that comes with ISM becomes a new version of this template."),
    permission=CHANGE,
    when=is_known,
    preview=lambda template, answers: list(_changes(template, event(template.event).shipped)),
    service=lambda template, actor, answers: services.use_shipped_texts(
        template=template, actor=actor, at=timezone.now(), expected=_in_force(template)
    ),
    done=gettext_lazy("The shipped text is back."),
    leads_to=lambda version: page_of(version.template),
    icon="restart_alt",
)

# --- What goes along

copies = ServiceDialog(
    title=gettext_lazy("Hidden copies"),
    description=gettext_lazy("Each mail made of this template is also sent to these addresses, which nobody sees."),
    permission=CHANGE,
    form=forms.CopiesForm,
    when=lambda template: is_known(template) and not event(template.event).confidential,
    service=lambda template, actor, answers: services.set_hidden_copies(
        template=template, addresses=answers["addresses"], actor=actor, at=timezone.now()
    ),
    done=gettext_lazy("The hidden copies are saved."),
    icon="alternate_email",
)


def _attach(template: EmailTemplate, actor: Any, answers: Answers) -> Any:
    sent = answers["file"]
    return services.attach_file(template=template, name=sent.name, data=sent.read(), actor=actor, at=timezone.now())


attach = ServiceDialog(
    title=gettext_lazy("Attach a file"),
    description=gettext_lazy("It goes with each mail made of this template. At most 5 MB."),
    permission=CHANGE,
    form=forms.AttachForm,
    service=_attach,
    done=gettext_lazy("The file is attached."),
    icon="attach_file_add",
)


detach = ServiceDialog(
    title=gettext_lazy("Remove a file"),
    permission=CHANGE,
    form=forms.DetachForm,
    when=lambda template: template.attachments.exists(),
    preview=lambda template, answers: [
        _("The mails to come go without “%(name)s”. Those that are made already keep it.") % {"name": answers["file"]}
    ],
    service=lambda template, actor, answers: services.detach_file(
        attachment=answers["file"], actor=actor, at=timezone.now()
    ),
    done=gettext_lazy("The file is removed."),
    icon="attach_file_off",
)


# --- Sent or not


def _switching(row: None, answers: Answers) -> list[str]:
    told = event(answers["event"])
    if answers["is_sent"] == "yes":
        return [_("The mails “%(event)s” are sent from now on.") % {"event": told.title}]
    return [
        _("The mails “%(event)s” are no longer sent to anybody.") % {"event": told.title},
        _("Those that wait in the outbox leave all the same."),
    ]


def _switch(row: None, actor: Any, answers: Answers) -> EventSwitch:
    return services.switch_event(
        event=event(answers["event"]), is_sent=answers["is_sent"] == "yes", actor=actor, at=timezone.now()
    )


switch = ServiceDialog(
    title=gettext_lazy("Send or not"),
    permission=CHANGE,
    form=forms.SwitchForm,
    preview=_switching,
    service=_switch,
    done=lambda row: _("The mail is sent.") if row.is_sent else _("The mail is no longer sent."),
    icon="toggle_on",
)
