"""What the outbox gives to read: the text of a mail, and its attachments at an address that asks for the right."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from post_office.models import Attachment

from apps.core import files
from apps.core.slots import Panel, contribute
from apps.messaging.events import is_confidential
from apps.messaging.models import Delivery, TemplateAttachment
from apps.messaging.rendering import with_inline_logo

ATTACHMENTS = "mail-attachment"
#: Files that go with the mails of a template.
TEMPLATE_FILE = "mail-template-file"
CONTENT_PERMISSION = "messaging.view_content"
#: What a browser may open at this site's address; the rest is only saved.
OPENED = {"application/pdf", "image/png", "image/jpeg", "text/plain"}


#: In the place of a text that holds a personal link: whoever reads it could use the link.
HIDDEN = _("This message holds a personal link: its text is shown to nobody.")


def content_of(delivery: Delivery, request: HttpRequest) -> dict[str, Any]:
    if is_confidential(delivery.event):
        return {"hidden": HIDDEN}
    return {
        "email": delivery.email,
        "attachments": [
            {
                "name": attachment.name,
                "address": files.address(ATTACHMENTS, attachment.pk, download=True) if attachment.file else "",
            }
            for attachment in delivery.email.attachments.order_by("pk")
        ],
    }


CONTENT = Panel(
    title=_("Content"),
    template="messaging/content.html",
    context=content_of,
    permission=CONTENT_PERMISSION,
    tab=False,
)


def shown_html(delivery: Delivery) -> str:
    """The HTML of a mail for a frame that may load nothing."""
    if is_confidential(delivery.event):
        return format_html("<p>{}</p>", HIDDEN)
    return with_inline_logo(str(delivery.email.html_message), delivery.logo)


def find_attachment(request: HttpRequest, pk: int) -> files.Content | None:
    attachment = Attachment.objects.filter(pk=pk).first()
    if attachment is None or not attachment.file:
        return None
    events = Delivery.objects.filter(email__attachments=pk).values_list("event", flat=True).distinct()
    if any(map(is_confidential, events)):
        return None
    content_type = attachment.mimetype if attachment.mimetype in OPENED else "application/octet-stream"
    try:
        data = files.stored_bytes(attachment.file.name)
    except FileNotFoundError:
        return None
    return files.Content(attachment.name, content_type, data)


def file_address(attachment: TemplateAttachment) -> str:
    """Where a file of a template is kept on disk from."""
    return files.address(TEMPLATE_FILE, attachment.pk, download=True)


def find_template_file(request: HttpRequest, pk: int) -> files.Content | None:
    attachment = TemplateAttachment.objects.select_related("stored").filter(pk=pk).first()
    if attachment is None:
        return None
    try:
        data = files.stored_bytes(attachment.stored.file.name)
    except FileNotFoundError:
        return None
    return files.Content(attachment.name, "application/octet-stream", data)


def register() -> None:
    contribute(files.SLOT, files.Source(TEMPLATE_FILE, "messaging.view_emailtemplate", find_template_file))
    contribute(files.SLOT, files.Source(ATTACHMENTS, CONTENT_PERMISSION, find_attachment))
