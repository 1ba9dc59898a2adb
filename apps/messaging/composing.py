"""A stored mail as it goes over the wire: always the same bytes but for the marks between its parts."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from django.core.mail import EmailMultiAlternatives

from apps.core import files
from apps.messaging.models import Delivery
from apps.messaging.rendering import LOGO_CID

#: Seven bits: what every relay on the way lets pass unchanged.
POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message and its envelope."""

    message: EmailMessage
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        return self.to + self.cc + self.bcc

    def as_bytes(self) -> bytes:
        return self.message.as_bytes(policy=POLICY)

    def as_django(self) -> EmailMultiAlternatives:
        """For the backends of Django, which write it to a folder or to the screen."""
        return Composed(self)


class Composed(EmailMultiAlternatives):
    """Our message in the shape that Django's backends take."""

    def __init__(self, letter: Letter) -> None:
        message = letter.message
        super().__init__(
            subject=message["Subject"],
            body=_part(message, "plain"),
            from_email=letter.sender,
            to=letter.to,
            cc=letter.cc,
            bcc=letter.bcc,
            alternatives=[(_part(message, "html"), "text/html")],
        )
        self.letter = letter

    def message(self, **options: Any) -> Any:
        return self.letter.message


def compose(delivery: Delivery) -> Letter:
    """The mail of ``delivery``. FileNotFoundError where an attachment is gone."""
    email = delivery.email
    message = EmailMessage(policy=POLICY)
    message["From"] = email.from_email
    message["To"] = ", ".join(email.to)
    if email.cc:
        message["Cc"] = ", ".join(email.cc)
    message["Subject"] = email.subject
    message["Date"] = format_datetime(delivery.created_at)
    message["Message-ID"] = email.message_id
    for name, value in (email.headers or {}).items():
        message[name] = value
    # Answering machines are not to answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.message)
    message.add_alternative(email.html_message, subtype="html")
    if delivery.logo:
        _html(message).add_related(
            bytes(delivery.logo.data),
            *delivery.logo.content_type.split("/"),
            cid=f"<{LOGO_CID}>",
            disposition="inline",
            filename=f"logo.{delivery.logo.content_type.partition('/')[2]}",
        )
    for attachment in email.attachments.order_by("pk"):
        main, _slash, sub = (attachment.mimetype or "application/octet-stream").partition("/")
        if not attachment.file:
            raise FileNotFoundError(attachment.name)
        data = files.stored_bytes(attachment.file.name)
        message.add_attachment(data, maintype=main, subtype=sub, filename=attachment.name)
    return Letter(message, parseaddr(email.from_email)[1], tuple(email.to), tuple(email.cc), tuple(email.bcc))


def _html(message: EmailMessage) -> EmailMessage:
    part = message.get_body(("html",))
    if not isinstance(part, EmailMessage):
        raise TypeError("a mail without HTML")
    return part


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if isinstance(part, EmailMessage) else ""
