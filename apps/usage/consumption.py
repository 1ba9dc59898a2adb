"""What a line has used in a month of what it may use without paying: for the customer who asks (DOMAIN §5.4).

Worked out anew from the dated facts and the covered records, as the allowances themselves are; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, QuerySet

from apps.catalog.choices import INCLUDED_KINDS
from apps.catalog.quantities import quantity_text
from apps.core.money import total
from apps.core.periods import Month
from apps.lines.models import Line
from apps.usage.choices import FileState, RecordKind
from apps.usage.models import CdrFile, RatedRecord


@dataclass(frozen=True, slots=True)
class Share:
    """What was taken of an allowance, in seconds, messages or bytes. Without a ``limit`` it has no end.

    ``is_fair_use``: beyond the limit, usage stays free and is pointed out. ``mine`` is, of a shared allowance, the
    part of the line that is asked about.
    """

    kind: RecordKind
    taken: int
    limit: int | None
    is_fair_use: bool = False
    mine: int | None = None

    @property
    def taken_text(self) -> str:
        return quantity_text(self.kind.usage, self.taken)

    @property
    def limit_text(self) -> str:
        return "" if self.limit is None else quantity_text(self.kind.usage, self.limit)

    @property
    def mine_text(self) -> str:
        return "" if self.mine is None else quantity_text(self.kind.usage, self.mine)

    @property
    def percent(self) -> int:
        """How much of the limit is taken, rounded down, at most 100."""
        return min(100, 100 * self.taken // self.limit) if self.limit else 0

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.taken >= self.limit


@dataclass(frozen=True, slots=True)
class Use:
    """One kind of usage of a line in a month, or of several lines: what is used, what pays for it, what is charged.

    ``billed`` is all that was counted, ``beyond`` the part that no allowance paid; ``amount`` in euros excluding tax.
    """

    kind: RecordKind
    records: int
    billed: int
    beyond: int
    amount: Decimal
    own: Share | None = None
    shared: Share | None = None

    @property
    def billed_text(self) -> str:
        return quantity_text(self.kind.usage, self.billed)

    @property
    def beyond_text(self) -> str:
        return quantity_text(self.kind.usage, self.beyond)


@dataclass(frozen=True, slots=True)
class Consumption:
    """The usage of a month. ``latest``: the start of the last record that is known; None where there is none."""

    month: date
    uses: tuple[Use, ...]
    latest: datetime | None

    @property
    def amount(self) -> Decimal:
        return total(use.amount for use in self.uses)

    @property
    def records(self) -> int:
        return sum(use.records for use in self.uses)


def consumption_of_lines(lines: QuerySet[Line], month: Month) -> Consumption:
    """What these lines used together, without their allowances: one query."""
    rows = list(RatedRecord.objects.filter(line__in=lines.order_by().values("pk"), month=month.start).by_kind())
    return Consumption(month.start, tuple(_use(row) for row in rows), _latest(rows))


def consumption(line: Line, month: Month) -> Consumption:
    """What ``line`` used in ``month``, with what it has of its own and in the pool of its customer."""
    rows = list(RatedRecord.objects.filter(line=line, month=month.start).by_kind())
    used = {RecordKind(row["kind"]): row for row in rows}
    shares = _shares(line, month)
    kinds = [kind for kind in RecordKind if kind in used or kind in shares]
    uses = (_use(used.get(kind) or _nothing(kind), *shares.get(kind, (None, None))) for kind in kinds)
    return Consumption(month.start, tuple(uses), _latest(rows))


def months_shown(line: Line, today: date, limit: int) -> list[Month]:
    """The months to choose from, the latest first: the current one, and those in which the line used something."""
    months = [Month.of(row["month"]) for row in RatedRecord.objects.by_month_of(line.pk)[:limit]]
    current = Month.of(today)
    return months if current in months else [current, *months][:limit]


def last_load() -> datetime | None:
    """When the last file of call records was loaded; None before the first."""
    return CdrFile.objects.filter(state=FileState.LOADED).aggregate(last=Max("finished_at"))["last"]


def _use(row: dict[str, object], own: Share | None = None, shared: Share | None = None) -> Use:
    billed, covered = int(str(row["billed"])), int(str(row["covered"]))
    amount = row["amount"]
    assert isinstance(amount, Decimal)  # noqa: S101  # MoneyField sums to Decimal on both databases
    kind, records = RecordKind(int(str(row["kind"]))), int(str(row["records"]))
    return Use(kind, records, billed, billed - covered, amount, own, shared)


def _nothing(kind: RecordKind) -> dict[str, object]:
    return {"kind": kind, "records": 0, "billed": 0, "covered": 0, "amount": Decimal(0)}


def _latest(rows: Iterable[dict[str, object]]) -> datetime | None:
    instants = [row["latest"] for row in rows]
    return max((one for one in instants if isinstance(one, datetime)), default=None)


def _shares(line: Line, month: Month) -> dict[RecordKind, tuple[Share | None, Share | None]]:
    """What the line took of its own allowance and of its pool, by kind."""
    from apps.usage.allowances import allowances  # brings Polars, which a web process needs only from here on
    from apps.usage.columns import UNLIMITED
    from apps.usage.pools import pool_sums, with_pool_mates

    everyone = with_pool_mates([line.pk])
    paying = allowances(line_ids=everyone, months=[month.start])
    ceilings = allowances(line_ids=everyone, months=[month.start], to_ceilings=True)
    sums = pool_sums(line_ids=everyone, months=[month.start])
    covered = {(one, kind): closed + opened for one, _month, kind, closed, _billed, opened in sums.iter_rows()}
    own = {(one, kind): amount for one, _month, kind, amount in paying.own.iter_rows()}
    own_ceiling = {(one, kind): amount for one, _month, kind, amount in ceilings.own.iter_rows()}
    pools = {kind: amount for _pool, _month, kind, amount in paying.shared.iter_rows()}
    pool_ceilings = {kind: amount for _pool, _month, kind, amount in ceilings.shared.iter_rows()}
    members: dict[int, set[int]] = {}
    for one, _month, kind, _pool in paying.members.iter_rows():
        members.setdefault(kind, set()).add(one)

    def of_own(one: int, kind: int) -> int:
        """A line's own allowance pays first (ADR 0009)."""
        limit, taken = own.get((one, kind), 0), covered.get((one, kind), 0)
        return taken if limit == UNLIMITED else min(taken, limit)

    def share(kind: int, taken: int, limit: int, ceiling: int, mine: int | None = None) -> Share:
        is_fair_use = limit == UNLIMITED and ceiling != UNLIMITED
        end = ceiling if is_fair_use else limit
        return Share(RecordKind(kind), taken, None if end == UNLIMITED else end, is_fair_use, mine)

    shares: dict[RecordKind, tuple[Share | None, Share | None]] = {}
    for kind in (RecordKind[usage.name] for usage in INCLUDED_KINDS):
        mine = shared = None
        if (line.pk, kind) in own:
            limit = own[line.pk, kind]
            mine = share(kind, of_own(line.pk, kind), limit, own_ceiling.get((line.pk, kind), limit))
        if line.pk in members.get(kind, ()) and kind in pools:
            taken = {one: covered.get((one, kind), 0) - of_own(one, kind) for one in members[kind]}
            limit = pools[kind]
            shared = share(kind, sum(taken.values()), limit, pool_ceilings.get(kind, limit), taken[line.pk])
        if mine or shared:
            shares[kind] = (mine, shared)
    return shares
