"""A month of call records that nobody made, in the format of DOMAIN §11, faults included.

Called numbers are those reserved for fiction in France, the United Kingdom, North America and Germany.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import accumulate
from random import Random

from apps.billing.demo.fleet import Line
from apps.billing.demo.reseller import MONTH
from apps.core.periods import PARIS

COLUMNS = (
    "ID_CDR;MSISDN;DATE_HEURE;TYPE;SENS;CORRESPONDANT;DUREE_S;VOLUME_OCTETS;NB_UNITES;ZONE_ORIGINE;RESEAU;"
    "ZONE_DESTINATION;LIBELLE;APN;MONTANT_ACHAT_HT"
)

# Each # is a digit drawn by lot.
FRANCE = ("3363998####", "3363998####", "3319900####", "3326191####", "3335301####", "3346571####", "3353649####")
ABROAD = ("447700900###", "121255501##", "493023125###")
SPECIAL = ("3631", "0800######", "0899######", "118###", "112")
NETWORKS = {"FR": "20822", "ROAM_UE": "23410", "ROAM_MONDE": "310410"}


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that lines do, where they are, and whom they reach."""

    kind: str
    direction: str = "MO"
    zone: str = "FR"
    numbers: Sequence[str] = ("",)


# How often each happens.
PEOPLE = {
    Habit("VOIX", numbers=FRANCE): 46,
    Habit("VOIX", numbers=ABROAD): 4,
    Habit("VOIX", numbers=SPECIAL): 2,
    Habit("VOIX", direction="MT", numbers=FRANCE): 2,
    Habit("SMS", numbers=FRANCE[:1]): 20,
    Habit("MMS", numbers=FRANCE[:1]): 1,
    Habit("DATA"): 20,
    Habit("VOIX", zone="ROAM_UE", numbers=FRANCE): 1,
    Habit("VOIX", direction="MT", zone="ROAM_MONDE", numbers=FRANCE): 1,
    Habit("SMS", zone="ROAM_UE", numbers=FRANCE[:1]): 1,
    Habit("DATA", zone="ROAM_UE"): 1,
    Habit("DATA", zone="ROAM_MONDE"): 1,
}
MACHINES = {Habit("DATA"): 9, Habit("SMS", numbers=FRANCE[:1]): 1}

# Of a thousand records: sent twice, of a number that is not ours, and without a date that exists.
REPEATED, STRANGE, UNDATED = 3, 3, 1
STRANGER = "33639990000"
NO_DATE = "2026-13-45T99:00:00"

type Record = tuple[object, ...]


def records(draw: Random, lines: Sequence[Line], count: int) -> Iterator[Record]:
    """``count`` records of ``lines`` (at least one) while they serve, in no order."""
    people, machines = _Habits(PEOPLE), _Habits(MACHINES)
    served = [_served(line) for line in lines]
    last: Record | None = None
    for rank in range(1, count + 1):
        fate = draw.randrange(1000)
        if last is None or fate >= REPEATED:
            index = draw.randrange(len(lines))
            line, (first, seconds) = lines[index], served[index]
            at = datetime.fromtimestamp(first + draw.randrange(seconds), PARIS)
            habit = (machines if line.is_machine else people).one(draw)
            last = (
                f"{MONTH.start:%Y%m}-D-{rank:09d}",
                STRANGER if fate < REPEATED + STRANGE else line.number,
                NO_DATE if fate >= 1000 - UNDATED else at.isoformat(),
                *_event(draw, habit),
            )
        yield last


class _Habits:
    """Weighted habits, ready to be drawn millions of times."""

    def __init__(self, weights: dict[Habit, int]) -> None:
        self._habits = list(weights)
        self._bounds = list(accumulate(weights.values()))

    def one(self, draw: Random) -> Habit:
        return self._habits[bisect(self._bounds, draw.randrange(self._bounds[-1]))]


def _event(draw: Random, habit: Habit) -> Record:
    """What a record says after its date: type to destination, quantity, place and purchase cost."""
    number = _number(draw, draw.choice(habit.numbers))
    seconds = octets = units = apn = ""
    if habit.kind == "VOIX":
        quantity = int(draw.expovariate(1 / 120))
        seconds, cost = str(quantity), quantity * 0.0002
    elif habit.kind == "DATA":
        quantity = int(draw.lognormvariate(13, 1.5))
        octets, apn, cost = str(quantity), "internet", quantity * 1e-9
    else:
        units, cost = "1", 0.02
    place = (habit.zone, NETWORKS[habit.zone], "", "", apn)
    return habit.kind, habit.direction, number, seconds, octets, units, *place, f"{cost:.6f}"


def _number(draw: Random, pattern: str) -> str:
    digits = pattern.count("#")
    return pattern.rstrip("#") + f"{draw.randrange(10**digits):0{digits}d}" if digits else pattern


def _served(line: Line) -> tuple[int, int]:
    """The first second of service in the month (of the Unix clock), and how many follow."""
    start = _midnight(max(MONTH.start, line.activated_on))
    return start, _midnight(min(MONTH.end, line.terminated_on or MONTH.end)) - start


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time.min, PARIS).timestamp())
