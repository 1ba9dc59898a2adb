"""Which row of a grid prices a number (DOMAIN §5.1 and §5.2).

The nested prefixes of a grid are flattened once into disjoint ranges of numbers, so that one binary search
finds the longest prefix. :class:`RateIndex` holds the ranges of many grid versions in flat arrays of
integers: :meth:`RateIndex.find` searches them for one record, ``usage.columns`` for a million at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping

from apps.tariffs.rating import KINDS, FreeRule, Kind, RateTerms

HOME_ZONE = "FR"

# Voice and SMS to these are free anywhere and never barred; so is the call that comes back from them.
EMERGENCY_NUMBERS = frozenset({"15", "17", "18", "112", "114", "115", "119", "191", "196", "116000", "116117"})

SHORT_NUMBER_DIGITS = 6
NUMBER_DIGITS = 15  # E.164, and the longest prefix of a grid: digits beyond tell nothing
LENGTH_SLOTS = 16
KEYS_END = 10**NUMBER_DIGITS * LENGTH_SLOTS
NO_RATE = -1


def is_special(kind: Kind, number: str) -> bool:
    """Whether ``number`` is a French short or special number: ``3631``, ``0899…``."""
    return kind != "data" and (len(number) <= SHORT_NUMBER_DIGITS or number.startswith("0"))


def free_rule(*, kind: Kind, incoming: bool, origin: str, number: str) -> FreeRule | None:
    """The rule above the grid, if any, that makes the record free: emergencies, and incoming at home."""
    if kind in ("voice", "sms") and number in EMERGENCY_NUMBERS:
        return "emergency"
    return "incoming" if incoming and origin == HOME_ZONE else None


def number_key(number: str) -> int:
    """A key that sorts digit strings like text: ``0899`` and ``899``, ``33`` and ``330`` stay apart.

    The number is filled up with zeros to 15 digits, its own length breaks the tie, so every number beginning
    with a prefix, and no other, has its key in :func:`prefix_range`.
    """
    head = number[:NUMBER_DIGITS]
    return int(head.ljust(NUMBER_DIGITS, "0")) * LENGTH_SLOTS + len(head)


def prefix_range(prefix: str) -> tuple[int, int]:
    """First key of the numbers that begin with ``prefix``, and the key after the last."""
    if len(prefix) > NUMBER_DIGITS:
        raise ValueError(f"a prefix has at most {NUMBER_DIGITS} digits: {prefix}")
    span = 10 ** (NUMBER_DIGITS - len(prefix)) * LENGTH_SLOTS
    first = number_key(prefix)
    return first, first - len(prefix) + span


def flatten(prefixes: Mapping[str, int], *, beneath: int = NO_RATE) -> list[tuple[int, int]]:
    """Disjoint ranges ``(first key, value of the longest prefix)``, in order, from key 0 on without a hole.

    A range ends where the next begins; where no prefix matches the value is ``beneath``.
    """
    ranges: list[tuple[int, int]] = [(0, beneath)]

    def begin(key: int, value: int) -> None:
        if ranges[-1][0] == key:
            ranges.pop()
        ranges.append((key, value))

    # Ends and values of the prefixes around the current key, the innermost last.
    enclosing = [(KEYS_END, beneath)]

    def close(until: int) -> None:
        while len(enclosing) > 1 and enclosing[-1][0] <= until:
            end, _ = enclosing.pop()
            begin(end, enclosing[-1][1])

    # In key order a prefix comes before everything it encloses, and ranges nest or are apart.
    for prefix in sorted(prefixes, key=number_key):
        first, end = prefix_range(prefix)
        close(first)
        begin(first, prefixes[prefix])
        enclosing.append((end, prefixes[prefix]))
    close(KEYS_END)
    return ranges


class RateIndex:
    """The rates of some grid versions, ready to be searched.

    ``rates`` are the rows; the arrays speak of them by position. ``bounds`` are all the keys where some range
    begins: a number's *slot* is how many of them are not above its key. Every cell (version, origin zone,
    kind, direction, special or not) has a number (:meth:`cell`), and ``starts`` / ``positions`` hold, sorted
    by ``cell · width + slot``, where a range begins and which row it gives (``NO_RATE`` for none). Two
    searches, whatever the number of grids.
    """

    def __init__(self, versions: Mapping[int, Iterable[RateTerms]]) -> None:
        self.rates: list[RateTerms] = []
        self.version_ranks = {version: rank for rank, version in enumerate(sorted(versions))}
        members: defaultdict[tuple[int, str, int, bool], dict[bool, dict[str, int]]] = defaultdict(
            lambda: {False: {}, True: {}}
        )
        for version, rates in versions.items():
            for rate in rates:
                group = members[version, rate.origin, KINDS.index(rate.kind), rate.incoming]
                if rate.prefix in group[rate.special]:
                    raise ValueError(f"two rates for one prefix in version {version}: {rate}")
                group[rate.special][rate.prefix] = len(self.rates)
                self.rates.append(rate)
        self.zone_ranks = {zone: rank for rank, zone in enumerate(sorted({rate.origin for rate in self.rates}))}

        cells: dict[int, list[tuple[int, int]]] = {}
        for (version, origin, kind, incoming), group in members.items():
            place = (self.version_ranks[version], self.zone_ranks[origin], kind, incoming)
            cells[self.cell(*place, special=False)] = flatten(group[False])
            # A special number takes a special row, else the row for any number; other rows are not for it.
            any_number = group[False].get("", NO_RATE)
            cells[self.cell(*place, special=True)] = flatten(group[True], beneath=any_number)
        self.bounds = sorted({key for ranges in cells.values() for key, _ in ranges})
        self.width = len(self.bounds) + 1
        slots = {key: slot for slot, key in enumerate(self.bounds, start=1)}
        self.starts = [0]
        self.positions = [NO_RATE]
        for cell in sorted(cells):
            for key, position in cells[cell]:
                self.starts.append(cell * self.width + slots[key])
                self.positions.append(position)
            self.starts.append((cell + 1) * self.width)  # the next cell may have no row
            self.positions.append(NO_RATE)

    def cell(self, version_rank: int, zone_rank: int, kind_rank: int, incoming: bool, *, special: bool) -> int:
        """The number of a cell. ``usage.columns`` has the same formula on columns."""
        place = (version_rank * len(self.zone_ranks) + zone_rank) * len(KINDS) + kind_rank
        return (place * 2 + incoming) * 2 + special

    def find(self, *, version: int, kind: Kind, incoming: bool, origin: str, number: str) -> RateTerms | None:
        """The row that prices ``number``: the longest prefix that may match it, or ``None``: no rate."""
        if version not in self.version_ranks or origin not in self.zone_ranks:
            return None
        cell = self.cell(
            self.version_ranks[version],
            self.zone_ranks[origin],
            KINDS.index(kind),
            incoming,
            special=is_special(kind, number),
        )
        slot = bisect_right(self.bounds, number_key(number))
        position = self.positions[bisect_right(self.starts, cell * self.width + slot) - 1]
        return None if position == NO_RATE else self.rates[position]
