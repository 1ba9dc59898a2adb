from decimal import Decimal

import pytest

from apps.billing.vat import NoRule, Treatment, VatRules, vat_parts

FULL = Treatment(Decimal(20), "S")
REDUCED = Treatment(Decimal("8.5"), "S")
REVERSE = Treatment(Decimal(0), "AE", "Autoliquidation")


def test_vat_is_rounded_once_on_the_sum_of_the_nets_not_per_line():
    parts = vat_parts([(FULL, Decimal("0.02"))] * 3)
    assert [(part.base, part.amount) for part in parts] == [(Decimal("0.06"), Decimal("0.01"))]


def test_each_rate_has_its_row_highest_first():
    parts = vat_parts([(REVERSE, Decimal(5)), (REDUCED, Decimal("467.78")), (FULL, Decimal(10))])
    assert [(str(part.rate), str(part.base), str(part.amount), part.mention) for part in parts] == [
        ("20", "10.00", "2.00", ""),
        ("8.5", "467.78", "39.76", ""),
        ("0", "5.00", "0.00", "Autoliquidation"),
    ]


def test_half_a_cent_of_tax_goes_up_and_mirrors_on_a_credit():
    assert vat_parts([(REDUCED, Decimal("1.00"))])[0].amount == Decimal("0.09")  # 0.085
    assert vat_parts([(REDUCED, Decimal("-1.00"))])[0].amount == Decimal("-0.09")


def test_a_missing_rule_is_refused_not_guessed():
    rules = VatRules({("METROPOLE", "services", Decimal(20)): FULL})
    assert rules.treatment("METROPOLE", "services", Decimal("20.00")) is FULL
    with pytest.raises(NoRule):
        rules.treatment("DOM_8_5", "goods", Decimal(20))


def test_goods_and_services_untaxed_for_two_reasons_are_one_row_with_both():
    goods = Treatment(Decimal(0), "E", "Article 262 du CGI")
    services = Treatment(Decimal(0), "E", "Article 294-1 du CGI")
    (part,) = vat_parts([(services, Decimal(5)), (goods, Decimal(7)), (services, Decimal(1))])
    assert (part.base, part.mention) == (Decimal("13.00"), "Article 294-1 du CGI ; Article 262 du CGI")
