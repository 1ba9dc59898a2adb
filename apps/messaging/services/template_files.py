"""Files that go with every mail made of a template."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from post_office.models import Attachment as StoredAttachment

from apps.core import files
from apps.core.exceptions import DomainError
from apps.messaging.attachable import cleaned_name, content_type_of
from apps.messaging.events import event as event_of
from apps.messaging.models import EmailTemplate, TemplateAttachment

MEGABYTE = 1024 * 1024
#: Of one file, and of all those of a template: beside them an invoice and its call detail have to fit.
MOST_BYTES = 5 * MEGABYTE
MOST_TOGETHER = 8 * MEGABYTE


def attach_file(*, template: EmailTemplate, name: str, data: bytes, actor: Any, at: datetime) -> TemplateAttachment:
    """Have a file go with every mail made of the template from now on.

    DomainError: its kind or its size, all of them together too heavy, a name that is taken, a mail with a personal
    link, which is short and nothing else.
    """
    cleaned = cleaned_name(name)
    content_type = content_type_of(cleaned, data)
    if event_of(template.event).confidential:
        raise DomainError(_("These mails hold a personal link: nothing is attached to them."))
    if len(data) > MOST_BYTES:
        raise DomainError(
            _("“%(name)s” is heavier than %(most)d MB.") % {"name": cleaned, "most": MOST_BYTES // MEGABYTE}
        )
    path = files.store(files.Area.DOCUMENTS, data, suffix=PurePath(cleaned).suffix)
    try:
        return _attached(template, cleaned, content_type, path, len(data), actor, at)
    except BaseException as error:
        files.remove(path)
        if isinstance(error, IntegrityError):
            raise DomainError(_("A file named “%(name)s” is attached already.") % {"name": cleaned}) from error
        raise


@transaction.atomic
def _attached(
    template: EmailTemplate, name: str, content_type: str, path: str, size: int, actor: Any, at: datetime
) -> TemplateAttachment:
    # Under the lock: two files at once are weighed together.
    locked = EmailTemplate.objects.select_for_update().get(pk=template.pk)
    together = locked.attachments.aggregate(all=Sum("size"))["all"] or 0
    if together + size > MOST_TOGETHER:
        raise DomainError(
            _("All attachments together are heavier than %(most)d MB.") % {"most": MOST_TOGETHER // MEGABYTE}
        )
    stored = StoredAttachment.objects.create(file=path, name=name, mimetype=content_type)
    return TemplateAttachment.objects.create(
        template=locked, name=name, content_type=content_type, stored=stored, size=size, added_by=actor, added_at=at
    )


@transaction.atomic
def detach_file(*, attachment: TemplateAttachment, actor: Any, at: datetime) -> None:
    """Mails made from now on go without it. Those that are made already keep it for as long as they keep any file.

    It is the outbox that removes the file, once none of them needs it. A fault of the template is forgotten, which
    may have been its files' weight; the next mail tells whether it is still there.
    """
    EmailTemplate.objects.select_for_update().get(pk=attachment.template_id)
    TemplateAttachment.objects.filter(pk=attachment.pk).delete()
    EmailTemplate.objects.filter(pk=attachment.template_id).update(fault="", fault_at=None)
