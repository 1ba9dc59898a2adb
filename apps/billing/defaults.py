"""What a new installation starts with; nothing is touched where rows exist already.

VAT rules: CGI 278 and 296; 294-1; 283-2. Goods sent overseas or to the EU have no default: the accountant says how
they are taxed before the first one is invoiced.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.billing.choices import SupplyKind, VatCategory
from apps.customers.choices import VatRegime

RATES = [Decimal(20), Decimal(10), Decimal("5.5"), Decimal("2.1"), Decimal(0)]
OVERSEAS = {
    Decimal(20): Decimal("8.5"),
    Decimal(10): Decimal("2.1"),
    Decimal("5.5"): Decimal("2.1"),
    Decimal("2.1"): Decimal("2.1"),
    Decimal(0): Decimal(0),
}
NOT_SUBJECT = "TVA non applicable, article 294-1 du CGI"
REVERSE_CHARGE = (
    "Autoliquidation – TVA due par le preneur, article 283-2 du CGI et article 196 de la directive 2006/112/CE"
)
EXEMPT = "Exonéré de TVA"


def _charged(rate: Decimal) -> dict[str, Any]:
    if rate == 0:
        return {"rate": rate, "category": VatCategory.EXEMPT, "mention": EXEMPT}
    return {"rate": rate, "category": VatCategory.STANDARD}


def default_rules() -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for rate in RATES:
        services = {"supply": SupplyKind.SERVICES, "product_rate": rate}
        rules += [
            {"regime": VatRegime.METROPOLE, **services, **_charged(rate)},
            {"regime": VatRegime.METROPOLE, **services, "supply": SupplyKind.GOODS, **_charged(rate)},
            {"regime": VatRegime.DOM_8_5, **services, **_charged(OVERSEAS[rate])},
            {
                "regime": VatRegime.EXEMPT_294,
                **services,
                "rate": 0,
                "category": VatCategory.EXEMPT,
                "mention": NOT_SUBJECT,
            },
            {
                "regime": VatRegime.EU_REVERSE,
                **services,
                "rate": 0,
                "category": VatCategory.REVERSE_CHARGE,
                "mention": REVERSE_CHARGE,
                "exemption_code": "VATEX-EU-AE",
            },
        ]
    return rules


def install_defaults(**kwargs: Any) -> None:
    """After every migration: the rules, if there is none."""
    from apps.billing.models import VatRule

    if not VatRule.objects.exists():
        VatRule.objects.bulk_create(VatRule(**rule) for rule in default_rules())
