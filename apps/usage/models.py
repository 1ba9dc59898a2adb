"""Call records: files, rated and waiting records, and the statements that close them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from apps.core.fields import MoneyField
from apps.core.french import whole
from apps.lines.models import Line
from apps.tariffs.models import Rate
from apps.usage.choices import FileState, RecordDirection, RecordKind, SuspenseReason
from apps.usage.fields import IdentifierField
from apps.usage.querysets import RatedRecordQuerySet, SuspendedRecordQuerySet

LINE = pgettext_lazy("mobile line", "line")

LINES_PER_FILE = 2**32
DETAIL_LENGTH = 200


class CdrFormat(models.Model):
    """A layout of call-record files. ``columns`` overrides the default «ISM» layout (usage/parsing.py)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    label = models.CharField(_("label"), max_length=80)
    layout = models.JSONField(_("layout"), default=dict, blank=True)

    class Meta:
        verbose_name = _("CDR format")
        verbose_name_plural = _("CDR formats")

    def __str__(self) -> str:
        return self.code


class CdrFile(models.Model):
    """One file of call records, known by its SHA-256. ``cursor`` lets a killed load go on where it stopped."""

    name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(_("size"))
    format = models.ForeignKey(CdrFormat, on_delete=models.PROTECT, verbose_name=_("CDR format"))
    state = models.CharField(_("state"), max_length=12, choices=FileState.choices, default=FileState.LOADING)
    cursor = models.BigIntegerField(default=0, editable=False)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("loaded by")
    )
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    # First and last local day of what was read so far, whatever became of it: which months it may share.
    first_day = models.DateField(_("first day"), null=True)
    last_day = models.DateField(_("last day"), null=True)
    lines = models.BigIntegerField(pgettext_lazy("file", "lines"), default=0)
    rated = models.BigIntegerField(_("rated"), default=0)
    duplicate = models.BigIntegerField(_("duplicate"), default=0)
    unknown_number = models.BigIntegerField(_("unknown number"), default=0)
    inactive_line = models.BigIntegerField(_("line not active"), default=0)
    unrated = models.BigIntegerField(_("no rate"), default=0)
    malformed = models.BigIntegerField(_("malformed"), default=0)
    amount = MoneyField(_("amount excluding tax"), scale=6, default=0)
    cost = MoneyField(_("purchase cost"), scale=6, default=0)
    backed_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("backed out by")
    )
    backed_out_at = models.DateTimeField(_("backed out at"), null=True)

    class Meta:
        verbose_name = _("CDR file")
        verbose_name_plural = _("CDR files")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], condition=~Q(state=FileState.BACKED_OUT), name="usage_file_loaded_once"
            ),
            models.CheckConstraint(
                name="usage_file_counts_add_up",
                condition=Q(
                    lines=models.F("rated")
                    + models.F("duplicate")
                    + models.F("unknown_number")
                    + models.F("inactive_line")
                    + models.F("unrated")
                    + models.F("malformed")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def waiting(self) -> int:
        """How many of its lines could not be rated."""
        return self.unknown_number + self.inactive_line + self.unrated + self.malformed

    @property
    def first_record_id(self) -> int:
        """Keys of the file's records lie between this and the next file's; no two loads give the same."""
        return self.pk * LINES_PER_FILE

    @property
    def next_record_id(self) -> int:
        return self.first_record_id + LINES_PER_FILE


class Statement(models.Model):
    """Closes the records of one line and month that an invoice took; a later one takes the late records."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="statements", verbose_name=LINE)
    month = models.DateField(_("month"), help_text=_("Its first day."))
    sequence = models.PositiveSmallIntegerField(_("sequence"))
    closed_at = models.DateTimeField(_("closed at"), auto_now_add=True)
    records = models.PositiveIntegerField(_("records"))
    amount = MoneyField(_("amount excluding tax"), scale=6)
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("usage statement")
        verbose_name_plural = _("usage statements")
        constraints = [models.UniqueConstraint(fields=["line", "month", "sequence"], name="usage_statement_is_unique")]

    def __str__(self) -> str:
        return f"{self.line} {self.month:%Y-%m} #{self.sequence}"


class RawRecord(models.Model):
    """What both rated and waiting records keep of the file, so that the one can become the other."""

    # Given by the loader, from the file's own range: that is how the records of a file are found (of_file).
    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(
        CdrFile,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("CDR file"),
    )
    format_id = models.BigIntegerField()
    cdr_id = IdentifierField(_("CDR identifier"), max_length=64)
    msisdn = models.CharField(pgettext_lazy("telephone", "number"), max_length=20)
    correspondent = models.CharField(_("other number"), max_length=40, blank=True)
    origin_zone = models.TextField(_("origin zone"), blank=True)  # whatever the file says, however long
    cost = MoneyField(_("purchase cost"), scale=6, default=0)

    class Meta:
        abstract = True


class RatedRecord(RawRecord):
    """A record with its line, its rate and its price. No foreign key points here; bulk writes only."""

    month = models.DateField(_("month"))  # first day of the local month
    started_at = models.DateTimeField(_("start"))
    local_date = models.DateField(_("local date"))
    kind = models.SmallIntegerField(_("usage"), choices=RecordKind.choices)
    direction = models.SmallIntegerField(_("direction"), choices=RecordDirection.choices)
    quantity = models.BigIntegerField(_("quantity"))  # seconds, units or bytes, as the file says
    line = models.ForeignKey(
        Line, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=LINE
    )
    rate = models.ForeignKey(
        Rate,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("rate"),
    )  # null: free by a rule above the grid
    destination = models.CharField(_("destination"), max_length=80, blank=True)
    billed_quantity = models.BigIntegerField(_("billed quantity"))
    covered_quantity = models.BigIntegerField(_("taken from the allowance"), default=0)
    included = models.BooleanField(default=False)
    price = MoneyField(_("price excluding tax"), scale=6)
    statement = models.ForeignKey(
        Statement,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("statement"),
    )

    objects = RatedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("rated record")
        verbose_name_plural = _("rated records")
        constraints = [
            models.UniqueConstraint(fields=["month", "format_id", "cdr_id"], name="usage_rated_once"),
        ]
        indexes = [
            models.Index(fields=["line", "month"], name="usage_rated_by_line"),
            models.Index(fields=["statement"], name="usage_rated_by_statement", condition=Q(statement__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.cdr_id


class SuspendedRecord(RawRecord):
    """A record that could not be rated, with the reason; nothing is dropped («CDRs en attente»)."""

    # A malformed line may lack any of these.
    month = models.DateField(_("month"), null=True)
    started_at = models.DateTimeField(_("start"), null=True)
    local_date = models.DateField(_("local date"), null=True)
    kind = models.SmallIntegerField(_("usage"), choices=RecordKind.choices, null=True)
    direction = models.SmallIntegerField(_("direction"), choices=RecordDirection.choices, null=True)
    quantity = models.BigIntegerField(_("quantity"), null=True)

    reason = models.CharField(_("reason"), max_length=15, choices=SuspenseReason.choices, db_index=True)
    detail = models.CharField(_("detail"), max_length=DETAIL_LENGTH, blank=True)
    line_number = models.BigIntegerField(_("file line"))
    raw = models.TextField(_("raw text"), blank=True)

    objects = SuspendedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting record")
        verbose_name_plural = _("waiting records")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "format_id", "cdr_id"],
                condition=~Q(reason=SuspenseReason.MALFORMED),
                name="usage_waiting_once",
            ),
        ]

    def __str__(self) -> str:
        return self.cdr_id or pgettext("file", "line %(number)s") % {"number": whole(self.line_number)}


class RateUse(models.Model):
    """How many records of a file were priced by a rate, and what for: the sum of its records, kept with them.

    It answers which rates must stay as they are, and what their calls are bought for, without reading any record.
    """

    file = models.ForeignKey(CdrFile, on_delete=models.CASCADE, related_name="rate_uses")
    # The database itself refuses to let a rate go that priced calls.
    rate = models.ForeignKey(Rate, on_delete=models.PROTECT, related_name="+")
    records = models.BigIntegerField()
    billable = models.BigIntegerField()  # those whose billed quantity is not 0
    quantity = models.BigIntegerField()  # billed, before any allowance
    cost = MoneyField(scale=6)

    class Meta:
        default_permissions = ()  # nobody sees or changes it by itself
        constraints = [models.UniqueConstraint(fields=["file", "rate"], name="usage_rate_used_once_per_file")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.rate_id}"
