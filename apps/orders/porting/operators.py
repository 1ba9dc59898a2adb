"""Which operator a RIO names: «Codes d'opérateurs», the user's own table, and what it ships with."""

from __future__ import annotations

from apps.core.identifiers import FRANCE
from apps.lines.rio import Rio
from apps.orders.models import OperatorCode

#: Code, zone (empty: metropolitan France), operator. Only what sources agree on: 02 by DOMAIN §1, and the four networks
#: of metropolitan France by the article «Relevé d'identité opérateur» of the French Wikipedia. The rest is the user's.
SHIPPED = (
    ("01", "", "Orange"),
    ("02", "", "SFR"),
    ("02", "Antilles", "Digicel"),
    ("03", "", "Bouygues Telecom"),
    ("04", "", "Free"),
)


def operator_of(rio: Rio, msisdn: str) -> str:
    """The operator that a number (digits, E.164) is to leave; empty where the table has none: to be looked at.

    The first characters mean one operator in metropolitan France and another overseas, where the zones of the table
    are named in words: of several, all are said.
    """
    codes = list(OperatorCode.objects.filter(code=rio.operator))
    is_overseas = not msisdn.startswith(FRANCE)
    those = [one for one in codes if bool(one.zone) == is_overseas] or codes
    return ", ".join(f"{one.name} ({one.zone})" if one.zone else one.name for one in those)


def ship_codes() -> None:
    """Fill the table of a new installation. What the user has made of it is left alone."""
    if OperatorCode.objects.exists():
        return
    OperatorCode.objects.bulk_create(
        [OperatorCode(code=code, zone=zone, name=name) for code, zone, name in SHIPPED], ignore_conflicts=True
    )
