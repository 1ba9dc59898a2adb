"""Forgetting what mails carried: a call detail tells who called whom, and is not kept for ever in an outbox.

The invoice itself is kept where invoices are (:class:`apps.billing.models.InvoiceDocument`); the mail keeps its text,
its addresses, what became of it, and the names of what went with it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from post_office.models import Attachment as StoredAttachment

from apps.core import files
from apps.messaging.choices import DeliveryState
from apps.messaging.models import Delivery

CHUNK = 200


@transaction.atomic
def forget_old_attachments() -> bool:
    """Remove some files of mails older than MAIL_FILE_DAYS, copies included. Whether there were any."""
    ids = list(_outlived().select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:CHUNK])
    # Looked at again under the lock, which a copy takes too: it shares the attachments.
    for attachment in _outlived().filter(pk__in=ids):
        # Killed before the commit, it is done again; the other way round nothing would lead to the file any more.
        files.remove(attachment.file.name)
        StoredAttachment.objects.filter(pk=attachment.pk).update(file="")
    return bool(ids)


def _outlived() -> QuerySet[StoredAttachment]:
    """Files of which every mail is old, and none is still to leave; a template keeps what goes with its mails."""
    before = timezone.now() - timedelta(days=settings.MAIL_FILE_DAYS)
    to_leave = Q(state__in=(DeliveryState.QUEUED, DeliveryState.SENDING))
    needing = Delivery.objects.filter(Q(created_at__gte=before) | to_leave, email__attachments=OuterRef("pk"))
    kept: QuerySet[StoredAttachment] = StoredAttachment.objects.exclude(file="").filter(template=None)
    return kept.exclude(Exists(needing)).order_by("pk")
