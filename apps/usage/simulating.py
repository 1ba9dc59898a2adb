"""«Simuler un appel» for a line: on its own grid, with what its allowances have left of the month."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog.quantities import LARGEST
from apps.core.exceptions import DomainError
from apps.core.french import day
from apps.core.identifiers import national, normalise_msisdn
from apps.core.periods import Month, local_date
from apps.core.refusals import Refusal
from apps.core.slots import contribute
from apps.lines.models import Line
from apps.tariffs.rating import ALLOWANCE_KINDS, Kind
from apps.tariffs.simulation import LINES, LineSource, SimulatedLine
from apps.usage.choices import RecordKind


def simulated_line(number: str, at: datetime) -> SimulatedLine | None:
    """The line that held the number at that instant. DomainError where it was on no grid."""
    on = local_date(at)
    try:
        line = Line.objects.held(normalise_msisdn(number), on).first()
    except Refusal:
        return None
    if line is None:
        return None
    period = line.tariffs.on(on).select_related("tariff").first()
    if period is None:
        raise DomainError(
            _("The line %(number)s was on no grid on %(day)s.") % {"number": national(line.msisdn), "day": day(on)}
        )
    return SimulatedLine(
        name=national(line.msisdn),
        address=reverse("admin:lines_line_change", args=[line.pk]),
        tariff=period.tariff,
        left=partial(allowance_left, line.pk, Month.of(on).start),
    )


def allowance_left(line: int, month: date, kind: Kind) -> int:
    """What the line's own allowance and its pool have left that month, by the records that are loaded."""
    from apps.usage.allowances import allowances  # brings Polars, which a web process needs only from here on
    from apps.usage.columns import UNLIMITED
    from apps.usage.pools import POOL, left_after, pool_sums, with_pool_mates

    if kind not in ALLOWANCE_KINDS:
        return 0
    mates = with_pool_mates([line])
    sums = pool_sums(line_ids=mates, months=[month])
    taken = sums.select(*POOL, taken=sums["closed"] + sums["covered"])
    left = left_after(allowances(line_ids=mates, months=[month]), taken)
    which = RecordKind[kind.upper()]
    own = {(pool, its_kind): amount for pool, _month, its_kind, amount in left.own.iter_rows()}
    shared = {(pool, its_kind): amount for pool, _month, its_kind, amount in left.shared.iter_rows()}
    pool_of = {(member, its_kind): pool for member, _month, its_kind, pool in left.members.iter_rows()}
    amounts = [own.get((line, which), 0), shared.get((pool_of.get((line, which), 0), which), 0)]
    return LARGEST if UNLIMITED in amounts else sum(amounts)


def register() -> None:
    contribute(LINES, LineSource(find=simulated_line, permission="lines.view_line"))
