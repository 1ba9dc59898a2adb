"""What the dialogs of the outbox say before they act, and how they call the services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.messaging import services
from apps.messaging.choices import DeliveryState
from apps.messaging.models import Delivery


def preview_resend(delivery: Delivery, answers: dict[str, Any]) -> list[str]:
    return list(_about_copy(delivery, answers["to"]))


def resend(delivery: Delivery, actor: Any, answers: dict[str, Any]) -> Delivery:
    return services.resend(delivery=delivery, actor=actor, to=answers["to"])


def preview_cancel(delivery: Delivery, answers: dict[str, Any]) -> list[str]:
    return [_("“%(subject)s” will not be sent to %(to)s.") % _facts(delivery, delivery.email.to)]


def cancel(delivery: Delivery, actor: Any, answers: dict[str, Any]) -> Delivery:
    return services.cancel(delivery=delivery, actor=actor)


def preview_retry(row: None, answers: dict[str, Any]) -> list[str]:
    return list(_about_failures())


def retry_failed(row: None, actor: Any, answers: dict[str, Any]) -> int:
    retried = services.retry_failed(actor=actor)
    # Each page says who did it: the dialog stands above the list, and writes to no page's journal.
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in retried]).select_related("email")
    LogEntry.objects.log_actions(actor.pk, rows, CHANGE, change_message=_("Retry the failures"))
    return len(retried)


def retried(count: int) -> str:
    if not count:
        return _("There was no failed mail to send again.")
    return ngettext("%(count)d mail is sent again.", "%(count)d mails are sent again.", count) % {"count": count}


def _about_copy(delivery: Delivery, to: list[str] | None) -> Iterator[str]:
    email = delivery.email
    addresses = [*email.to, *email.cc, *email.bcc] if to is None else to
    yield _("A copy of “%(subject)s” is sent to %(to)s.") % _facts(delivery, addresses)
    match delivery.state:
        case DeliveryState.UNKNOWN:
            yield _("Whether the first one has arrived is not known: the customer may get it twice.")
        case DeliveryState.SENT:
            yield _("The first one was sent: the customer gets it twice.")
        case DeliveryState.REFUSED:
            yield _("It was refused: %(reason)s") % {"reason": delivery.reason}


def _about_failures() -> Iterator[str]:
    failed = Delivery.objects.failed().count()
    if failed:
        yield ngettext(
            "%(count)d mail has failed and is sent again. It had not left.",
            "%(count)d mails have failed and are sent again. None of them had left.",
            failed,
        ) % {"count": failed}
    else:
        yield _("There is no failed mail to send again.")
    refused = Delivery.objects.filter(state=DeliveryState.REFUSED, resent_as__isnull=True).count()
    if refused:
        yield ngettext(
            "%(count)d refused mail stays as it is: it needs another address, on its page.",
            "%(count)d refused mails stay as they are: they need another address, on their pages.",
            refused,
        ) % {"count": refused}
    unknown = Delivery.objects.filter(state=DeliveryState.UNKNOWN, resent_as__isnull=True).count()
    if unknown:
        yield ngettext(
            "%(count)d uncertain mail stays as it is: it may have arrived.",
            "%(count)d uncertain mails stay as they are: they may have arrived.",
            unknown,
        ) % {"count": unknown}


def _facts(delivery: Delivery, addresses: list[str]) -> dict[str, str]:
    return {"subject": delivery.email.subject, "to": ", ".join(addresses)}
