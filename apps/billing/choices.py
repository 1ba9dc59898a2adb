from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class RunState(BadgeChoices):
    DRAFT = "draft", "", pgettext_lazy("billing run", "To compute")
    COMPUTING = "computing", "info", pgettext_lazy("billing run", "Computing")
    REVIEW = "review", "warning", pgettext_lazy("billing run", "To check")
    ISSUING = "issuing", "info", pgettext_lazy("billing run", "Issuing")
    RENDERING = "rendering", "info", pgettext_lazy("billing run", "Drawing the PDFs")
    DONE = "done", "success", pgettext_lazy("billing run", "Done")


class InvoiceState(BadgeChoices):
    """What an invoice is by its number: no column says it."""

    DRAFT = "draft", "info", pgettext_lazy("invoice", "Draft")
    ISSUED = "issued", "success", pgettext_lazy("invoice", "Issued")


class ItemState(BadgeChoices):
    DRAFTED = "drafted", "info", pgettext_lazy("run item", "Draft")
    ISSUED = "issued", "success", pgettext_lazy("run item", "Issued")
    FAILED = "failed", "danger", pgettext_lazy("run item", "Refused")


class LineKind(models.TextChoices):
    SUBSCRIPTION = "subscription", _("Subscription")
    OPTION = "option", _("Option")
    SERVICE = "service", _("Service")
    ONE_OFF = "one_off", _("One-off")
    DISCOUNT = "discount", _("Discount")
    USAGE = "usage", _("Usage")


class SupplyKind(models.TextChoices):
    """What VAT rules distinguish (DOMAIN §7)."""

    SERVICES = "services", _("Services")
    GOODS = "goods", _("Goods")


class VatCategory(models.TextChoices):
    """UNTDID 5305 codes that EN 16931 knows."""

    STANDARD = "S", _("Standard rate")
    REVERSE_CHARGE = "AE", _("Reverse charge")
    EXEMPT = "E", _("Exempt")
    OUTSIDE = "O", _("Outside the scope of VAT")
    EXPORT = "G", pgettext_lazy("VAT category", "Export")
    INTRA_COMMUNITY = "K", _("Intra-community supply")


class DocumentPart(models.TextChoices):
    FRONT = "front", _("Invoice")
    ANNEX = "annex", _("Call detail")


class DocumentState(BadgeChoices):
    """Whether the PDF of an issued invoice is there: told by its rows, no column says it."""

    READY = "ready", "success", pgettext_lazy("document", "Ready")
    WAITING = "waiting", "info", pgettext_lazy("document", "To draw")
    FAULTY = "faulty", "danger", pgettext_lazy("document", "Cannot be drawn")


class SendingState(BadgeChoices):
    """What the state of a mail does not say: none was asked for, or one in any of the states to look after."""

    UNSENT = "unsent", "", pgettext_lazy("invoice", "Not sent")
    TROUBLED = "troubled", "danger", pgettext_lazy("invoice", "In trouble")


class DownloadFormat(models.TextChoices):
    """«Télécharger les factures»."""

    ZIP = "zip", _("One PDF per invoice, in a ZIP file")
    PDF = "pdf", _("One PDF of all invoices")


class JobKind(StrEnum):
    """What billing has workers do, by the code of its kind."""

    COMPUTE = "billing.compute"
    ISSUE = "billing.issue"
    RENDER = "billing.render"
    DOWNLOAD = "billing.download"
    MAIL = "billing.mail"
