"""The plain rater: DOMAIN §5 read aloud, one record at a time, in exact fractions, on its own.

What the columnar engine finds on random records must be what this finds. Rates are any objects with the
attributes of ``RateTerms``; records are dicts.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import ceil, floor

FREE_NUMBERS = ["15", "17", "18", "112", "114", "115", "119", "191", "196", "116000", "116117"]


def find(rates, record):
    """The row of the grid for a record, or None."""
    number, special = record["number"], False
    if record["kind"] != "data":
        special = len(number) <= 6 or number[:1] == "0"
    candidates = [
        rate
        for rate in rates
        if (rate.kind, rate.incoming, rate.origin) == (record["kind"], record["direction"] == "MT", record["zone"])
        and number.startswith(rate.prefix)
        and ((rate.special or rate.prefix == "") if special else not rate.special)
    ]
    return max(candidates, key=lambda rate: (rate.special, len(rate.prefix)), default=None)


def is_free(record):
    emergency = record["kind"] in ("voice", "sms") and record["number"] in FREE_NUMBERS
    return emergency or (record["direction"] == "MT" and record["zone"] == "FR")


def billed(rate, quantity):
    if rate.kind != "voice":
        return quantity
    if quantity == 0 or quantity <= rate.free_seconds:
        return 0
    if quantity <= rate.first_step:
        return rate.first_step
    return rate.first_step + ceil(Fraction(quantity - rate.first_step, rate.step)) * rate.step


def price(rate, charged, megabyte):
    """In millionths, half up."""
    if charged == 0:
        return 0
    if rate.kind == "voice":
        variable = Fraction(rate.price_minute) * charged / 60
    elif rate.kind == "data":
        variable = Fraction(rate.price_megabyte) * charged / megabyte
    else:
        variable = Fraction(rate.price_unit) * charged
    return floor((Fraction(rate.connection_fee) + variable) * 10**6 + Fraction(1, 2))


def take(left, pool, quantity):
    """What the allowance ``left[pool]`` pays of a quantity; None pays all and lasts."""
    if left[pool] is None:
        return quantity
    taken = min(quantity, left[pool])
    left[pool] -= taken
    return taken


def rate_all(grids, records, allowances, megabyte=1024**2, shared=()):
    """By record: None (no rate), or rate (None: free by a rule), billed, covered, price.

    ``allowances`` are by pool and kind, None for unlimited. A record may name a second pool that ``shares``: it pays,
    from what is ``shared``, the rest of what the first one pays of every record.
    """
    left, left_shared = defaultdict(int, allowances), defaultdict(int, shared)
    results = {}
    for record in sorted(records, key=lambda record: (record["start"], record["id"])):
        rate = find(grids.get(record["version"], ()), record)
        if is_free(record):
            results[record["id"]] = (None, 0, 0, 0)
        elif rate is None:
            results[record["id"]] = None
        else:
            quantity = billed(rate, record["quantity"])
            taken = 0
            if rate.included and rate.kind != "mms":
                taken = take(left, (record["pool"], rate.kind), quantity)
                taken += take(left_shared, (record.get("shares", {}).get(rate.kind), rate.kind), quantity - taken)
            results[record["id"]] = (rate.id, quantity, taken, price(rate, quantity - taken, megabyte))
    return results
