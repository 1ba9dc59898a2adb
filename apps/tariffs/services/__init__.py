"""Verbs of grids: a new version, a copy, another name, another rate. The price of a call that was rated stays.

A rate that calls were priced by never changes (docs/adr/0011): new prices are a new version, from a date on.
"""

from apps.tariffs.services.changing import change_rate
from apps.tariffs.services.locking import held_revisions
from apps.tariffs.services.making import duplicate_tariff, make_version, rename_tariff

__all__ = ["change_rate", "duplicate_tariff", "held_revisions", "make_version", "rename_tariff"]
