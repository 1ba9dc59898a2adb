"""Adjectives of mails."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from apps.messaging.choices import IN_TROUBLE, DeliveryState

#: Between the key of a mail and the number of its copy: «invoice:12#2».
COPY_MARK = "#"


class DeliveryQuerySet(models.QuerySet):
    def due(self, now: datetime) -> Self:
        """Waiting, and their time has come; the one that has waited longest first."""
        return self.filter(state=DeliveryState.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at", "pk")

    def being_sent(self) -> Self:
        return self.filter(state=DeliveryState.SENDING)

    def in_trouble(self) -> Self:
        return self.filter(state__in=IN_TROUBLE)

    def failed(self) -> Self:
        """What can be tried again as it is: nothing has left, no copy has been made, and its files are still kept."""
        from apps.messaging.models import Delivery

        bare = Delivery.objects.filter(email__attachments__file="")
        return self.filter(state=DeliveryState.FAILED, resent_as__isnull=True).exclude(pk__in=bare.values("pk"))

    def of_key(self, key: str) -> Self:
        """A mail and the copies that people have sent of it, the latest last."""
        return self.filter(Q(key=key) | Q(key__startswith=key + COPY_MARK)).order_by("pk")

    def matching(self, text: str) -> Self:
        """Mails to an address that begins with ``text``; a text without an @ may also stand in the subject."""
        from apps.messaging.models import Addressee

        text = text.strip()
        to_it = Q(pk__in=Addressee.objects.filter(address__startswith=text.lower()).values("delivery"))
        return self.filter(to_it if "@" in text else to_it | Q(email__subject__icontains=text))
