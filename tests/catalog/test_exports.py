"""A list that is exported is read back unchanged (DOMAIN §13 and what ISM adds)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.choices import BeyondCeiling, OfferKind, SaleMode, UsageKind
from apps.catalog.imports import OfferImporter
from apps.catalog.models import Allowance, Offer, OfferPrice, OfferRule
from apps.catalog.quantities import UNLIMITED
from apps.catalog.resources import HandsetResource, OfferResource
from apps.catalog.services import Included, make_offer, set_rules
from apps.core.imports import Plan
from apps.core.spreadsheets import as_xlsx
from apps.core.wording import sentence
from tests.factories import HandsetFactory, HandsetPriceFactory, OptionFactory, PlanFactory, ServiceFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def exported() -> bytes:
    return OfferResource(today=TODAY).as_csv(Offer.objects.order_by("kind", "code"))


def exported_as_workbook() -> bytes:
    resource = OfferResource(today=TODAY)
    dataset = resource.export(resource.prepared(Offer.objects.order_by("kind", "code")))
    return as_xlsx("Offres", dataset.headers, dataset)


def taken(data: bytes, name: str = "offres.csv") -> Plan[Offer]:
    plan = OfferImporter(today=TODAY).run(data, source=name)
    assert [(fault.line, fault.column, sentence(fault)) for fault in plan.faults] == []
    return plan


def everything() -> list[Any]:
    """All that the catalogue says of its offers, but for keys."""
    own = [field.name for field in Offer._meta.concrete_fields if field.name != "id"]
    return [
        sorted(Offer.objects.values_list(*own), key=repr),
        sorted(OfferPrice.objects.values_list("offer__code", "start", "end", "amount"), key=repr),
        sorted(
            Allowance.objects.values_list(
                "offer__code", "kind", "quantity", "unlimited", "shared", "ceiling", "beyond"
            ),
            key=repr,
        ),
        sorted(
            (rule.kind, *sorted([rule.offer.code, rule.other.code]))
            if rule.kind == "excludes"
            else (rule.kind, rule.offer.code, rule.other.code)
            for rule in OfferRule.objects.select_related("offer", "other")
        ),
    ]


def empty() -> None:
    for model in (OfferRule, Allowance, OfferPrice, Offer):
        model.objects.all().delete()


AMOUNTS = st.decimals(0, 9999, places=2)
QUANTITIES = st.one_of(st.just(0), st.just(UNLIMITED), st.integers(1, 10**12))
LABELS = st.text(
    # The importer takes Ã© for an é that was encoded twice, ### for a column that was too narrow.
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="ÂÃÅâ#")
    | st.sampled_from("'=+-@1"),
    min_size=1,
    max_size=60,
).filter(lambda label: label.strip() == label)
DAYS = st.one_of(st.none(), st.integers(0, 3000).map(lambda days: date(2024, 1, 1) + timedelta(days=days)))


@st.composite
def included(draw: st.DrawFn) -> Included:
    quantity = draw(QUANTITIES)
    ceiling = draw(st.one_of(st.none(), st.integers(1, 10**9))) if quantity == UNLIMITED else None
    beyond = draw(st.sampled_from(BeyondCeiling)) if ceiling else BeyondCeiling.CHARGED
    return Included(quantity=quantity, shared=draw(st.booleans()) and quantity != 0, ceiling=ceiling, beyond=beyond)


@st.composite
def offers(draw: st.DrawFn) -> list[tuple[Offer, Decimal, dict[UsageKind, Included]]]:
    made = []
    for rank in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(OfferKind))
        mobile = kind in (OfferKind.PLAN, OfferKind.OPTION)
        offer = Offer(
            code=f"O{rank}",
            kind=kind,
            label=draw(LABELS),
            vat_rate=draw(st.sampled_from([Decimal(20), Decimal("5.5"), Decimal(0)])),
            recurring=mobile or draw(st.booleans()),
            in_advance=draw(st.booleans()),
            throughput=draw(st.sampled_from(["", "5G", "4G 42M"])),
            activation_fee=draw(st.one_of(st.none(), AMOUNTS)),
            swap_fee=draw(st.one_of(st.none(), AMOUNTS)),
            wholesale_cost=draw(st.one_of(st.none(), AMOUNTS)),
            wholesale_code=draw(st.sampled_from(["", "GROS-1", "a;b"])),
            sales_account=draw(st.sampled_from(["", "706000", "7061ABC"])),
            on_sale_from=draw(DAYS),
            on_sale_until=draw(DAYS),
        )
        kinds = {kind: draw(included()) for kind in (UsageKind.VOICE, UsageKind.SMS, UsageKind.DATA)} if mobile else {}
        made.append((offer, draw(AMOUNTS), kinds))
    return made


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=offers(), data=st.data())
def test_any_catalogue_is_read_back(made: list[Any], data: st.DataObject) -> None:
    empty()
    there = [make_offer(offer=offer, price=price, included=kinds, actor=None) for offer, price, kinds in made]
    for earlier, later in pairwise(there):
        rule = data.draw(st.sampled_from(["", "requires", "excludes"]))
        set_rules(
            offer=later,
            requires=[earlier] if rule == "requires" else [],
            excludes=[earlier] if rule == "excludes" else [],
            actor=None,
        )
    before = everything()
    for file, name in ((exported(), "offres.csv"), (exported_as_workbook(), "offres.xlsx")):
        assert taken(file, name).counts() == {"new": 0, "changed": 0, "unchanged": len(there), "removed": 0}
        empty()
        assert taken(file, name).counts()["new"] == len(there)
        assert everything() == before


@pytest.fixture
def shared() -> Offer:
    plan = PlanFactory(code="PRO")
    Allowance.objects.create(offer=plan, kind=UsageKind.DATA, quantity=1000, shared=True)
    return plan


HEADER = "CODE;LIBELLE;NATURE;PRIX_HT;TVA;VOIX_INCLUSE_S;DATA_INCLUSE_OCTETS;DEBIT"


def faults(header: str, *lines: str) -> list[tuple[int, str, str]]:
    plan = OfferImporter(today=TODAY).plan("\n".join([header, *lines]).encode())
    return [(fault.line, fault.column, fault.reason_code) for fault in plan.faults]


def test_a_file_without_the_columns_that_ism_adds_leaves_them(shared: Offer) -> None:
    taken(f"{HEADER}\nPRO;{shared.label};ABONNEMENT;10;20;;2000;5G".encode())
    [allowance] = shared.allowances.all()
    assert (allowance.quantity, allowance.shared) == (2000, True)


def test_what_is_wrong_with_them_is_named() -> None:
    OptionFactory(code="OLD")
    added = "PLAFOND_VOIX_S;RECURRENT;PARTAGE;REQUIERT;INCOMPATIBLE;COMPTE_VENTE"
    assert faults(
        f"CODE;LIBELLE;NATURE;PRIX_HT;TVA;VOIX_INCLUSE_S;{added}",
        "A;A;OPTION;1;20;3600;60;;;;;",
        "B;B;OPTION;1;20;;;NON;;;;",
        "C;C;OPTION;1;20;;;;VOIX+MMS;;;606000",
        "D;D;OPTION;1;20;;;;;NONE;D;",
        "E;E;OPTION;1;20;;;;;OLD;OLD;",
        "F;F;OPTION;1;20;;;;;G;;",
        "G;G;OPTION;1;20;;;;;F;;",
    ) == [
        (2, "PLAFOND_VOIX_S", "offer_ceiling"),
        (3, "RECURRENT", "offer_recurs"),
        (4, "PARTAGE", "usage_unknown"),
        (4, "COMPTE_VENTE", "offer_sales_account"),
        (5, "INCOMPATIBLE", "offer_rule_itself"),
        (5, "REQUIERT", "offer_rule_unknown"),
        (6, "INCOMPATIBLE", "offer_rule_both"),
        (7, "REQUIERT", "offer_rule_circle"),
        (8, "REQUIERT", "offer_rule_circle"),
    ]


def test_data_without_its_throughput_is_taken_and_pointed_out() -> None:
    plan = OfferImporter(today=TODAY).plan(f"{HEADER}\nA;A;OPTION;1;20;;1000;".encode())
    assert plan.faults == []
    assert [(one.line, one.column, one.reason_code) for one in plan.warnings] == [
        (2, "DEBIT", "offer_without_throughput")
    ]


def test_services_come_by_file_as_well() -> None:
    header = b"CODE;LIBELLE;NATURE;PRIX_HT;TVA;RECURRENT\n"
    taken(header + b"VPN;Acces VPN;SERVICE;12,50;20;OUI\nBOX;Boitier;MATERIEL;80;20;NON\n")
    assert list(Offer.objects.order_by("code").values_list("code", "kind", "recurring")) == [
        ("BOX", "equipment", False),
        ("VPN", "service", True),
    ]


def test_the_recurrence_of_a_service_stays() -> None:
    ServiceFactory(code="VPN")
    assert faults("CODE;LIBELLE;NATURE;PRIX_HT;TVA;RECURRENT", "VPN;Service VPN;SERVICE;10;20;NON") == [
        (2, "RECURRENT", "cannot_change")
    ]


def test_a_label_that_looks_like_a_formula_comes_through_a_spreadsheet() -> None:
    PlanFactory(code="PLUS", label="+50 Go d’un coup")
    PlanFactory(code="QUOTED", label="'=6")
    PlanFactory(code="PHONE", label="+33 6 39 98 00 01")
    file = exported()
    assert all(text in file for text in (b"'+50 Go", b"''=6", b";+33 6 39 98 00 01;"))
    assert taken(file).counts()["unchanged"] == 3
    assert list(Offer.objects.order_by("code").values_list("label", flat=True)) == [
        "+33 6 39 98 00 01",
        "+50 Go d’un coup",
        "'=6",
    ]


def test_handsets_are_listed_with_their_prices_of_today() -> None:
    handset = HandsetFactory(brand="Fairphone", model="=6", ean="4006381333931", wholesale_cost=Decimal(300))
    HandsetPriceFactory(handset=handset)
    for months, amount in ((12, 45), (24, 24)):
        HandsetPriceFactory(handset=handset, mode=SaleMode.INSTALMENTS, months=months, amount=Decimal(amount))
    HandsetPriceFactory(handset=handset, mode=SaleMode.RENTAL, amount=Decimal(19), start=TODAY + timedelta(days=1))
    data = HandsetResource(today=TODAY).as_csv(type(handset).objects.all()).decode("utf-8-sig")
    [header, line] = data.splitlines()
    assert dict(zip(header.split(";"), line.split(";"), strict=True)) == {
        "MARQUE": "Fairphone",
        "MODELE": "'=6",
        "EAN": "4006381333931",
        "TVA": "20,00",
        "PRIX_COMPTANT_HT": "499,00",
        "PRIX_SUBVENTIONNE_HT": "",
        "PAIEMENT_ECHELONNE_HT": "12x45.00+24x24.00",
        "LOCATION_MENSUELLE_HT": "",
        "PRIX_ACHAT_HT": "300,00",
        "COMPTE_VENTE": "",
        "EN_VENTE_DU": "",
        "EN_VENTE_JUSQU_AU": "",
    }
