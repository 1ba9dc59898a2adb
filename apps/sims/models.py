"""The stock of SIM cards."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition
from simple_history.models import HistoricalRecords

from apps.core.fsm import ProtectedFSMMixin
from apps.core.search import by_number, typed_digits
from apps.jobs.imports.models import FileImport
from apps.sims.choices import SimFormat, SimStatus
from apps.sims.identifiers import ACTIVATION_CODE_LENGTH

# From so many digits on, what starts with 89 is the beginning of a card's number, printed on it.
ICCID_BEGINNING = 6

# Of transitions that undo another one (:func:`apps.sims.services.take_back_declaration`).
CORRECTION = {"corrects": True}


class SimCardQuerySet(models.QuerySet["SimCard"]):
    def in_stock(self) -> Self:
        return self.filter(status=SimStatus.IN_STOCK)

    def matching(self, text: str) -> Self:
        """Cards whose ICCID or IMSI begins with ``text``, or ends with it, or that came with this number."""
        digits = typed_digits(text)
        if digits is None:
            return self.filter(batch__istartswith=text.strip())
        if len(digits) >= ICCID_BEGINNING and digits.startswith("89"):
            return self.filter(iccid__startswith=digits)
        return self.filter(Q(iccid__endswith=digits) | Q(imsi__startswith=digits) | (by_number("msisdn", text) or Q()))


class SimCard(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """A SIM or eSIM. Who holds it, and when, is told by the lines' own dated rows."""

    iccid = models.CharField(_("ICCID"), max_length=20, unique=True)
    imsi = models.CharField(_("IMSI"), max_length=15, null=True, blank=True, unique=True)
    msisdn = models.CharField(
        _("own number"),
        max_length=15,
        blank=True,
        db_index=True,
        help_text=_("Number that the card comes with, if any."),
    )
    pin1 = models.CharField(_("PIN 1"), max_length=8, blank=True)
    puk1 = models.CharField(_("PUK 1"), max_length=8, blank=True)
    pin2 = models.CharField(_("PIN 2"), max_length=8, blank=True)
    puk2 = models.CharField(_("PUK 2"), max_length=8, blank=True)
    format = models.CharField(_("format"), max_length=10, choices=SimFormat.choices, blank=True)
    network = models.CharField(_("network"), max_length=40, blank=True)
    batch = models.CharField(_("batch"), max_length=40, blank=True, db_index=True)
    supplier = models.CharField(_("supplier"), max_length=80, blank=True, db_index=True)
    esim_code = models.CharField(
        _("eSIM activation code"), max_length=ACTIVATION_CODE_LENGTH, blank=True, editable=False
    )
    status = FSMField(
        _("status"),
        max_length=12,
        choices=SimStatus.choices,
        default=SimStatus.IN_STOCK,
        protected=True,
    )
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)

    objects = SimCardQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["pin1", "puk1", "pin2", "puk2", "esim_code"])

    class Meta:
        verbose_name = _("SIM card")
        verbose_name_plural = _("SIM cards")
        ordering = ["iccid"]
        permissions = [("view_sim_secrets", _("Can see PIN, PUK and eSIM codes"))]
        indexes = [
            # Lists are in the order of the cards' numbers, mostly of those of one status or format.
            models.Index(fields=["status", "iccid"], name="sims_card_by_status"),
            models.Index(fields=["format", "iccid"], name="sims_card_by_format"),
        ]
        constraints = [
            models.CheckConstraint(name="sims_imsi_null_not_empty", condition=Q(imsi__isnull=True) | ~Q(imsi="")),
            models.CheckConstraint(name="sims_status_is_known", condition=Q(status__in=SimStatus.values)),
        ]

    def __str__(self) -> str:
        return self.iccid

    @transition(field=status, source=SimStatus.IN_STOCK, target=SimStatus.RESERVED)
    def reserve(self) -> None:
        """Promised to a draft order."""

    @transition(field=status, source=SimStatus.RESERVED, target=SimStatus.IN_STOCK)
    def release(self) -> None:
        """The order was cancelled."""

    @transition(field=status, source=[SimStatus.IN_STOCK, SimStatus.RESERVED], target=SimStatus.ACTIVE)
    def activate(self) -> None:
        """In a line that serves."""

    @transition(field=status, source=SimStatus.ACTIVE, target=SimStatus.SUSPENDED)
    def suspend(self) -> None:
        """Its line is restricted."""

    @transition(field=status, source=SimStatus.SUSPENDED, target=SimStatus.ACTIVE)
    def reactivate(self) -> None:
        """Its line serves again."""

    @transition(field=status, source=[SimStatus.ACTIVE, SimStatus.SUSPENDED], target=SimStatus.TERMINATED)
    def terminate(self) -> None:
        """Its line ended; a card that served is never sold again."""

    @transition(field=status, source=[SimStatus.ACTIVE, SimStatus.SUSPENDED], target=SimStatus.REPLACED)
    def replace(self) -> None:
        """Another card took its place on the line (SIM swap)."""

    @transition(field=status, source=[SimStatus.IN_STOCK, SimStatus.REPLACED], target=SimStatus.LOST)
    def declare_lost(self) -> None:
        """Gone from the stock, or lost by the customer after its replacement."""

    @transition(field=status, source=[SimStatus.IN_STOCK, SimStatus.REPLACED], target=SimStatus.FAULTY)
    def declare_faulty(self) -> None:
        """Does not work."""

    # A card that was declared by mistake is what it was: no step of its life, and on no file or form.

    @transition(field=status, source=[SimStatus.LOST, SimStatus.FAULTY], target=SimStatus.IN_STOCK, custom=CORRECTION)
    def back_to_stock(self) -> None:
        """It was in the stock all the time, and works."""

    @transition(field=status, source=[SimStatus.LOST, SimStatus.FAULTY], target=SimStatus.REPLACED, custom=CORRECTION)
    def back_to_replaced(self) -> None:
        """It is only replaced."""


class SimImport(FileImport):
    """A file of cards, from its reading to its confirmation."""

    class Meta:
        proxy = True
        verbose_name = _("import of SIM cards")
        verbose_name_plural = _("imports of SIM cards")
        default_permissions = ("add", "view")
