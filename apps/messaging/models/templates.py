"""The integrator's own texts for its mails.

A text is never changed: whoever edits a template writes its next version, and the latest version is the one in force.
An event without a template in use is told with the texts that the product ships (:mod:`apps.messaging.events`).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from post_office.models import Attachment as StoredAttachment
from simple_history.models import HistoricalRecords

from apps.messaging.choices import LETTER


class EmailTemplate(models.Model):
    """Texts for the mails about ``event``, or a letter that is sent by hand to chosen customers."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    event = models.CharField(_("event"), max_length=40)
    in_use = models.BooleanField(
        _("in use"), default=False, help_text=_("One template per event; without any, the shipped text is sent.")
    )
    bcc = models.TextField(_("hidden copies"), blank=True, help_text=_("E-mail addresses, one per line."))
    #: What went wrong with it when a mail was to be made; the shipped text was sent in its place.
    fault = models.TextField(_("fault"), blank=True, editable=False)
    fault_at = models.DateTimeField(_("fault of"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    history = HistoricalRecords(excluded_fields=["fault", "fault_at"])

    class Meta:
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")
        ordering = ["event", "name"]
        permissions = [("send_letter", _("Can send letters to customers"))]
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(in_use=True) & ~Q(event=LETTER),
                name="messaging_one_template_in_use",
            ),
            models.CheckConstraint(
                name="messaging_fault_has_a_time",
                condition=Q(fault="", fault_at__isnull=True) | (~Q(fault="") & Q(fault_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EmailTemplateVersion(models.Model):
    """One state of the texts of a template: written once, never changed."""

    template = models.ForeignKey(
        EmailTemplate, on_delete=models.PROTECT, related_name="versions", verbose_name=_("e-mail template")
    )
    number = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=500)
    text = models.TextField(_("plain text"))
    html = models.TextField(_("HTML text"))
    note = models.CharField(_("what has changed"), max_length=120, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("version of an e-mail template")
        verbose_name_plural = _("versions of e-mail templates")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="messaging_version_once"),
        ]

    def __str__(self) -> str:
        return _("version %(number)s") % {"number": self.number}


class TemplateAttachment(models.Model):
    """A file that goes with every mail made of a template."""

    template = models.ForeignKey(
        EmailTemplate, on_delete=models.PROTECT, related_name="attachments", verbose_name=_("e-mail template")
    )
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(max_length=80)
    #: The file, shared by all mails that it goes with: it is kept while the template or one of them needs it.
    stored = models.OneToOneField(StoredAttachment, on_delete=models.PROTECT, related_name="template", editable=False)
    size = models.PositiveIntegerField(_("size"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("attachment of an e-mail template")
        verbose_name_plural = _("attachments of e-mail templates")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["template", "name"], name="messaging_attachment_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class EventSwitch(models.Model):
    """That mails about an event are not to be sent. Events that customers cannot do without have no switch."""

    event = models.CharField(_("event"), max_length=40, unique=True)
    is_sent = models.BooleanField(_("sent"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("mail switch")
        verbose_name_plural = _("mail switches")

    def __str__(self) -> str:
        return self.event
