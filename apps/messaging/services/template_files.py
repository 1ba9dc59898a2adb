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
from apps.messaging.models import EmailTemplate, TemplateAttachment

MEGABYTE = 1024 * 1024
#: Of one file, and of all those of a template: beside them an invoice and its call detail have to fit.
MOST_BYTES = 5 * MEGABYTE
MOST_TOGETHER = 8 * MEGABYTE


def attach_file(*, template: EmailTemplate, name: str, data: bytes, actor: Any, at: datetime) -> TemplateAttachment:
    """Have a file go with every mail made of the template. DomainError: its kind, its size, its name taken."""
    cleaned = " ".join(PurePath(name.replace("\\", "/")).name.split())
    path = files.store(files.Area.DOCUMENTS, data, suffix=PurePath(cleaned).suffix.lower())
    try:
        with transaction.atomic():
            locked = EmailTemplate.objects.select_for_update().get(pk=template.pk)
            together = locked.attachments.aggregate(all=Sum("size"))["all"] or 0
            if len(data) > MOST_BYTES or together + len(data) > MOST_TOGETHER:
                raise DomainError(_("The attachments are too heavy."))
            stored = StoredAttachment.objects.create(file=path, name=cleaned, mimetype="application/octet-stream")
            return TemplateAttachment.objects.create(
                template=locked,
                name=cleaned,
                content_type=stored.mimetype,
                stored=stored,
                size=len(data),
                added_by=actor,
                added_at=at,
            )
    except BaseException as error:
        files.remove(path)
        if isinstance(error, IntegrityError):
            raise DomainError(_("A file named “%(name)s” is attached already.") % {"name": cleaned}) from error
        raise


@transaction.atomic
def detach_file(*, attachment: TemplateAttachment, actor: Any, at: datetime) -> None:
    """Mails made from now on go without it. Those that are made already keep it, as long as they keep any file."""
    TemplateAttachment.objects.filter(pk=attachment.pk).delete()
