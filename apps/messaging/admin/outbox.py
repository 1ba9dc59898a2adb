from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from post_office import models as post_office
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from apps.core.admin import JOURNAL, ModelAdmin, ReadOnly, ReadOnlyInline, ServiceDialog, badge, count, status
from apps.core.admin.filters import DaysFilter
from apps.messaging import dialogs
from apps.messaging.choices import AttemptOutcome, DeliveryState
from apps.messaging.events import title_of
from apps.messaging.filters import EventFilter
from apps.messaging.forms import ResendForm
from apps.messaging.models import Attempt, Delivery
from apps.messaging.panels import CONTENT, CONTENT_PERMISSION, shown_html

# The library's own pages send again on a GET, delete mails with their template, and know nothing of deliveries.
admin.site.unregister([post_office.Email, post_office.EmailTemplate, post_office.Log, post_office.Attachment])

#: What the HTML of a mail may do in its frame: show itself, its styles and the logo in it. It has no origin.
FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
#: What only the page of a mail shows; together they are most of the database.
HEAVY = ("message", "html_message", "headers", "context")


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ("number", badge(Attempt.outcome, AttemptOutcome), "started_at", "ended_at", "reason", "reply")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, ModelAdmin):
    """«Boîte d'envoi»."""

    screen = _("Outbox")
    list_display = (
        badge(Delivery.state, DeliveryState),
        "subject_and_event",
        "recipients",
        "created_at",
        count(Delivery.attempts),
        "sent_or_next",
    )
    list_display_links = ("subject_and_event",)
    list_filter = (("state", ChoicesDropdownFilter), EventFilter, ("created_at", DaysFilter))
    list_filter_submit = True
    search_fields = ("key",)
    search_help_text = _("E-mail address or subject")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    (badge(Delivery.state, DeliveryState), "shown_event"),
                    ("reason", "reply"),
                    ("copy_of", "copied_as"),
                )
            },
        ),
        (
            pgettext_lazy("mail", "Header"),
            {"fields": ("subject", ("sender", "reply_to"), ("to", "copies"), "message_id")},
        ),
        (
            _("Sending"),
            {
                "fields": (
                    ("created_at", "created_by"),
                    (count(Delivery.attempts), "next_attempt_at"),
                    "sent_at",
                )
            },
        ),
    )
    inlines = (AttemptInline,)
    panels = (CONTENT, JOURNAL)
    actions_list = ("retry_failed",)
    actions_detail = ("resend", "cancel")

    retry_failed = ServiceDialog(
        title=_("Retry the failures"),
        permission="messaging.resend_delivery",
        preview=dialogs.preview_retry,
        service=dialogs.retry_failed,
        done=dialogs.retried,
        icon="replay",
    )
    resend = ServiceDialog(
        title=_("Send again"),
        description=_("Sends a copy with the same text and the same attachments. It is written to the journal."),
        permission="messaging.resend_delivery",
        form=ResendForm,
        when=lambda delivery: delivery.can_be_resent,
        preview=dialogs.preview_resend,
        service=dialogs.resend,
        done=_("A copy waits to be sent."),
        icon="forward_to_inbox",
    )
    cancel = ServiceDialog(
        title=_("Cancel the sending"),
        permission="messaging.cancel_delivery",
        when=lambda delivery: delivery.state == DeliveryState.QUEUED,
        preview=dialogs.preview_cancel,
        service=dialogs.cancel,
        done=_("The mail is not sent."),
        icon="cancel",
        variant=ActionVariant.DANGER,
    )

    def with_details(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        heavy = (f"email__{name}" for name in HEAVY)
        return rows.select_related("email", "resend_of", "resent_as", "created_by").defer(*heavy)

    # --- The frame

    def get_urls(self) -> list[URLPattern]:
        frame = path(
            "<path:object_id>/html/", self.admin_site.admin_view(self.html_view), name="messaging_delivery_html"
        )
        return [frame, *super().get_urls()]

    @method_decorator([require_safe, xframe_options_sameorigin])
    def html_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The HTML of a mail, for a frame that can neither load nor run anything."""
        if not (self.has_view_permission(request) and request.user.has_perm(CONTENT_PERMISSION)):
            raise PermissionDenied
        delivery = self.get_object(request, object_id)
        if delivery is None:
            raise Http404
        return HttpResponse(shown_html(delivery), headers={"Content-Security-Policy": FRAME_POLICY})

    # --- Columns and fields

    @admin.display(description=_("event"), ordering="event")
    def shown_event(self, delivery: Delivery) -> str:
        return title_of(delivery.event)

    @admin.display(description=_("subject"), ordering="email__subject")
    def subject_and_event(self, delivery: Delivery) -> str:
        event = title_of(delivery.event)
        return format_html('{}<br><span class="text-subtle">{}</span>', delivery.email.subject, event)

    @admin.display(description=pgettext_lazy("mail", "sending"), ordering="sent_at")
    def sent_or_next(self, delivery: Delivery) -> str | None:
        """When it left, or when it is tried again."""
        if delivery.next_attempt_at and delivery.attempts:
            lines = '<span class="whitespace-nowrap">{}<br>{}</span>'
            return format_html(lines, _("to be tried again on"), _moment(delivery.next_attempt_at))
        return _moment(delivery.sent_at) if delivery.sent_at else None

    @admin.display(description=_("addressee"))
    def recipients(self, delivery: Delivery) -> str:
        email = delivery.email
        others = len(email.to) + len(email.cc) + len(email.bcc) - 1
        return f"{email.to[0]} (+{others})" if others else str(email.to[0])

    @admin.display(description=_("subject"))
    def subject(self, delivery: Delivery) -> str:
        return str(delivery.email.subject)

    @admin.display(description=pgettext_lazy("mail", "from"))
    def sender(self, delivery: Delivery) -> str:
        return str(delivery.email.from_email)

    @admin.display(description=_("reply address"))
    def reply_to(self, delivery: Delivery) -> str:
        return (delivery.email.headers or {}).get("Reply-To", "")

    @admin.display(description=pgettext_lazy("mail", "to"))
    def to(self, delivery: Delivery) -> str:
        return ", ".join(delivery.email.to)

    @admin.display(description=_("copies"))
    def copies(self, delivery: Delivery) -> str:
        return ", ".join([*delivery.email.cc, *delivery.email.bcc])

    @admin.display(description="Message-ID")
    def message_id(self, delivery: Delivery) -> str:
        # Longer than a telephone is wide, and without a space to break it at.
        return format_html('<span style="overflow-wrap: anywhere">{}</span>', delivery.email.message_id)

    @admin.display(description=_("copy of the mail of"))
    def copy_of(self, delivery: Delivery) -> str:
        return _page(delivery.resend_of) if delivery.resend_of else ""

    @admin.display(description=_("sent again"))
    def copied_as(self, delivery: Delivery) -> str:
        return _page(delivery.resent_as) if hasattr(delivery, "resent_as") else ""


def _page(delivery: Delivery) -> str:
    """A link to another mail of the chain: when it was asked for, and what became of it."""
    address = reverse("admin:messaging_delivery_change", args=[delivery.pk])
    state = DeliveryState(delivery.state)
    return format_html('<a href="{}" class="text-link">{}</a> {}', address, _moment(delivery.created_at), status(state))


def _moment(when: datetime) -> str:
    return date_format(localtime(when), "SHORT_DATETIME_FORMAT")
