"""Files of minute grids (DOMAIN §5)."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from apps.catalog.choices import UsageKind
from apps.core import french
from apps.core.cells import CellRefused, parse_yes_no
from apps.core.csvfiles import Fault
from apps.core.identifiers import refuse_spreadsheet_number
from apps.core.imports import (
    Change,
    Column,
    Importer,
    Key,
    Known,
    Plan,
    Reading,
    Record,
    delete_with_history,
    number,
    one_of,
    text,
    update_with_history,
    whole_number,
)
from apps.tariffs.choices import PRICE_FIELDS, Direction
from apps.tariffs.matching import HOME_ZONE, NUMBER_DIGITS
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.tariffs.numbering import is_special_zone
from apps.tariffs.rating import PRICE_LIMIT
from apps.tariffs.services.locking import lock_tariff, lock_version, revise
from apps.tariffs.services.making import PRICES
from apps.tariffs.uses import calls_since, uses_of

SENTENCES = {
    "price_missing": _("The price of this usage is missing: write 0 if it is free."),
    "prefix_national": _("Numbers that start with 0 are special: only rows of the zone SPECIAL match them."),
    "prefix_zero_lost": _(
        "No special number of France begins with %(digit)s: a spreadsheet has probably removed the 0 at the beginning. "
        "Format the column as text and write 0%(prefix)s."
    ),
    "rate_in_use": _(
        "Calls were priced by the row “%(rate)s”, which the file does not have: give the new grid a date."
    ),
    "rate_in_use_changed": _(
        "Calls were priced by this row, so that it stays as it is in this version (%(old)s): give the new grid a date."
    ),
    "price_jump": _("The price goes from %(old)s to %(new)s: is that right?"),
    "calls_keep_price": _("Calls from %(day)s on that are rated already keep their price: %(count)s."),
    "version_ends": _("Another version of the grid begins on %(day)s: this one holds until then only."),
}

# A price that goes up or down by more than this is more often a slip of the keyboard than a decision.
JUMP: Final = 5

KINDS = {"VOIX": UsageKind.VOICE, "SMS": UsageKind.SMS, "MMS": UsageKind.MMS, "DATA": UsageKind.DATA}


def prefix(cell: str) -> str:
    """The first digits of a number, in E.164 without ``+``, or in national form for special numbers."""
    refuse_spreadsheet_number(cell)
    for position, character in enumerate(cell, start=1):
        if character not in "0123456789":
            raise CellRefused("digit_expected", character=character, position=position)
    return text(NUMBER_DIGITS)(cell)


price = number(scale=6, maximum=int(PRICE_LIMIT))
seconds = whole_number(minimum=1)


class TariffImporter(Importer[Rate]):
    """The whole content of the grid ``table``: rows that the file does not have are removed.

    Without ``valid_from`` the latest version of the grid is brought to the file's content. With it, the file is the
    version from that day on: the one that begins then, or a new one, compared with the version it follows; a file
    that says the same as that one makes no version. The first version of a grid holds for all dates.

    A row that calls were priced by is neither changed nor removed in its version, only in a new one: the price of
    these calls must stay explicable.
    """

    columns = (
        Column(header="PREFIXE", field="prefix", read=prefix, empty=""),
        Column(header="DESTINATION", field="destination", read=text(80)),
        Column(header="TYPE", field="kind", read=one_of(KINDS)),
        Column(header="SENS", field="direction", read=one_of({"MO": Direction.MO, "MT": Direction.MT})),
        Column(header="ZONE_ORIGINE", field="origin_zone", read=text(20)),
        Column(header="ZONE_DESTINATION", field="destination_zone", read=text(20), empty=""),
        Column(header="PRIX_MINUTE_HT", field="price_minute", read=price, empty=0),
        Column(header="PRIX_UNITE_HT", field="price_unit", read=price, empty=0),
        Column(header="PRIX_MO_HT", field="price_megabyte", read=price, empty=0),
        Column(header="FRAIS_CONNEXION_HT", field="connection_fee", read=price, empty=0),
        Column(header="PREMIER_PALIER_S", field="first_step", read=seconds, empty=1),
        Column(header="PALIER_S", field="step", read=seconds, empty=1),
        Column(header="SECONDES_GRATUITES", field="free_seconds", read=whole_number(), empty=0),
        Column(header="INCLUS_FORFAIT", field="included", read=parse_yes_no, empty=False),
    )
    key = ("prefix", "kind", "direction", "origin_zone", "special")
    whole = True

    def __init__(self, *, today: date, table: str, valid_from: date | None = None) -> None:
        super().__init__(today=today)
        self.table = table
        self.valid_from = valid_from
        self._used: Container[int] = ()

    def complete(self, values: dict[str, Any]) -> None:
        if "destination_zone" in values:
            values["special"] = is_special_zone(values["destination_zone"])

    def check(self, record: Record) -> Iterator[Fault]:
        """Nothing is free because a cell was forgotten; a flat fee may be all that a row charges."""
        name = PRICE_FIELDS.get(record.get("kind"), "")
        if name and record.is_empty(name) and record.get("connection_fee") == 0:
            yield record.fault(name, "price_missing")

    def warn(self, record: Record) -> Iterator[Fault]:
        if record.get("special") is False and (record.get("prefix") or "").startswith("0"):
            yield record.fault("prefix", "prefix_national")

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[Rate]]:
        version = self._version()
        rates = Rate.objects.filter(version=version)
        self._used = uses_of(rates).keys() if self._in_place(version) else ()
        known: dict[Key, Known[Rate]] = {}
        for rate in rates:
            values = {name: getattr(rate, name) for name in STORED}
            known[tuple(values[name] for name in self.key)] = Known(rate, values)
        return known

    def check_all(self, records: Sequence[Record], known: Mapping[Key, Known[Rate]]) -> Iterator[Fault]:
        """What the version has already stays readable: an export is always taken back."""
        for record in records:
            if record.key not in known and (prefix := _zero_lost(record)):
                yield record.fault("prefix", "prefix_zero_lost", digit=prefix[0], prefix=prefix)

    def check_change(self, change: Change[Rate]) -> Iterator[Fault]:
        if change.row.pk in self._used:
            for name, (old, _new) in change.differences.items():
                written = change.record.columns[name].written(old)
                yield change.record.fault(name, "rate_in_use_changed", old=written)

    def check_removal(self, rows: Sequence[Rate]) -> Iterator[Fault]:
        for rate in rows:
            if rate.pk in self._used:
                yield Fault(1, "PREFIXE", rate.prefix, "rate_in_use", {"rate": rate})

    def compare(self, reading: Reading) -> Plan[Rate]:
        plan = super().compare(reading)
        version = self._version()
        # Rates that are only new say nothing of the version that they go into: another may have taken its place.
        plan.onto = f"{version.pk} {self._in_place(version)}" if version else ""
        for change in plan.changed:
            plan.warnings += _jumps(change)
        if plan.new or plan.changed or plan.removed:
            plan.warnings += self._warn_of_dates(version)
        return plan

    def _warn_of_dates(self, version: TariffVersion | None) -> Iterator[Fault]:
        """What becomes of calls around the day of a new version."""
        if version is None or self._in_place(version) or self.valid_from is None:
            return
        if count := calls_since(Rate.objects.filter(version=version), self.valid_from):
            yield Fault(
                1, "", "", "calls_keep_price", {"day": french.day(self.valid_from), "count": french.whole(count)}
            )
        later = version.tariff.versions.filter(valid_from__gt=self.valid_from).order_by("valid_from").first()
        if later is not None and later.valid_from is not None:
            yield Fault(1, "", "", "version_ends", {"day": french.day(later.valid_from)})

    @contextmanager
    def turn(self) -> Iterator[None]:
        """No other file of grids, no new version of this one, no call being priced by rates that may change."""
        with super().turn():
            if tariff := Tariff.objects.filter(code=self.table).first():
                lock_tariff(tariff.pk)
                version = self._version()
                if version is not None and self._in_place(version):
                    lock_version(version.pk)
            yield

    def write(self, plan: Plan[Rate], *, actor: Any, source: str) -> None:
        history = self.history(actor=actor, source=source)
        version = self._version()
        if version is not None and not (plan.new or plan.changed or plan.removed):
            return
        if version is not None and self._in_place(version):
            new = plan.new
            update_with_history(plan.changed, Rate, STORED, **history)
            delete_with_history(plan.removed, Rate, **history)
            revise(version.pk)
        else:
            new = plan.records
            version = self._new_version()
        rates = [Rate(version=version, **{name: record[name] for name in STORED}) for record in new]
        bulk_create_with_history(rates, Rate, **history)

    def _version(self) -> TariffVersion | None:
        """The version that the file is compared with; None for the first of a grid."""
        versions = TariffVersion.objects.filter(tariff__code=self.table)
        if self.valid_from is None:
            return versions.order_by(F("valid_from").desc(nulls_last=True)).first()
        return versions.on(self.valid_from).first()

    def _in_place(self, version: TariffVersion | None) -> bool:
        """Whether the file changes ``version`` itself, rather than making one that follows it."""
        return version is not None and self.valid_from in (None, version.valid_from)

    def _new_version(self) -> TariffVersion:
        tariff, _is_new = Tariff.objects.get_or_create(code=self.table, defaults={"label": self.table})
        is_first = not tariff.versions.exists()
        return TariffVersion.objects.create(tariff=tariff, valid_from=None if is_first else self.valid_from)


def _zero_lost(record: Record) -> str:
    """The prefix, where it was one of 0800 or 0899 before a spreadsheet took it for a number.

    Whoever telephones in France dials 1… or 3… where it is not 0…; messages also go to 4…, 6…, 7… and 8….
    """
    prefix: str = record.get("prefix") or ""
    is_dialled = record.get("special") is True and record.get("kind") == UsageKind.VOICE
    return prefix if is_dialled and record.get("origin_zone") == HOME_ZONE and prefix[:1] not in ("", *"013") else ""


def _jumps(change: Change[Rate]) -> Iterator[Fault]:
    for name in PRICES:
        old, new = change.differences.get(name, (0, 0))
        if max(old, new) > JUMP * min(old, new):
            yield change.record.fault(name, "price_jump", old=french.price(old), new=french.price(new))


STORED = [*(column.field for column in TariffImporter.columns), "special"]
