"""Files of plans and options, as another system lists them (DOMAIN §13), and as ISM's own export writes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from apps.catalog.choices import BeyondCeiling, OfferKind, RuleKind, UsageKind
from apps.catalog.filing import CEILINGS, INCLUDED, OWN, USAGE_NAMES, as_filed, with_all_filed
from apps.catalog.models import Allowance, Offer, OfferRule
from apps.catalog.quantities import UNLIMITED, Quantity
from apps.catalog.rules import way_back
from apps.catalog.services import FIRST_DAY, Included, set_allowances, set_prices, set_rules
from apps.catalog.validators import is_sales_account
from apps.core.cells import CellRefused, parse_date, parse_int, parse_yes_no
from apps.core.csvfiles import Fault
from apps.core.imports import (
    Change,
    Column,
    Importer,
    Key,
    Known,
    Plan,
    Record,
    in_batches,
    number,
    one_of,
    shown,
    text,
    update_with_history,
)

SENTENCES = {
    "offer_code_plus": _("A code cannot hold a “+”: files of lines join codes by it."),
    "offer_ceiling": _("Only what is ILLIMITE has a ceiling."),
    "offer_recurs": _("Plans and options are recurring: OUI."),
    "offer_without_throughput": _("This offer includes data, and the file does not say its throughput."),
    "offer_sales_account": _("A sales account begins with 7 and has at least three digits, as 706000."),
    "offer_rule_unknown": _("Neither the file nor the catalogue has the offer “%(offer)s”."),
    "offer_rule_itself": _("An offer neither requires nor excludes itself."),
    "offer_rule_both": _("“%(offer)s” is both required and incompatible."),
    "offer_rule_circle": _("These offers would require one another in a circle: %(circle)s."),
    "usage_unknown": _("Kinds of usage are %(known)s, joined by “+”."),
}

KINDS = {
    "ABONNEMENT": OfferKind.PLAN,
    "OPTION": OfferKind.OPTION,
    "SERVICE": OfferKind.SERVICE,
    "MATERIEL": OfferKind.EQUIPMENT,
}
MOBILE = {OfferKind.PLAN, OfferKind.OPTION}


def offer_code(cell: str) -> str:
    code = text(40)(cell)
    if "+" in code:
        raise CellRefused("offer_code_plus")
    return code


def allowance(cell: str) -> Quantity:
    """What is included each month: a whole number (0: nothing) or ILLIMITE."""
    return UNLIMITED if cell.upper() == UNLIMITED else parse_int(cell, minimum=0)


def ceiling(cell: str) -> int:
    return parse_int(cell, minimum=1)


def usages(cell: str) -> tuple[str, ...]:
    """Kinds of usage joined by ``+``."""
    names = {name.strip().upper() for name in cell.split("+")}
    if unknown := names - USAGE_NAMES.keys():
        raise CellRefused("usage_unknown", found=", ".join(sorted(unknown)), known=", ".join(USAGE_NAMES))
    return tuple(kind for name, kind in USAGE_NAMES.items() if name in names)


def codes(cell: str) -> tuple[str, ...]:
    """Codes of offers joined by ``+``, in order."""
    return tuple(sorted({text(40)(code.strip()) for code in cell.split("+")}))


def sales_account(cell: str) -> str:
    if not is_sales_account(cell):
        raise CellRefused("offer_sales_account")
    return cell


def _written_usages(kinds: tuple[str, ...]) -> str:
    return "+".join(name for name, kind in USAGE_NAMES.items() if kind in kinds)


def _fee(header: str, field: str) -> Column:
    return Column(header=header, field=field, read=number(scale=2), empty=None, required=False)


class OfferImporter(Importer[Offer]):
    """Offers known by their code. A new price holds from the day of the import on, for new orders."""

    columns = (
        Column(header="CODE", field="code", read=offer_code),
        Column(header="LIBELLE", field="label", read=text(80)),
        Column(header="NATURE", field="kind", read=one_of(KINDS)),
        Column(header="PRIX_HT", field="price", read=number(scale=2)),
        Column(header="TVA", field="vat_rate", read=number(scale=2, maximum=100)),
        Column(header="VOIX_INCLUSE_S", field="voice", read=allowance, empty=0, required=False),
        Column(header="SMS_INCLUS", field="sms", read=allowance, empty=0, required=False),
        Column(header="DATA_INCLUSE_OCTETS", field="data", read=allowance, empty=0, required=False),
        Column(header="DEBIT", field="throughput", read=text(20), empty="", required=False),
        Column(header="A_ECHOIR", field="in_advance", read=parse_yes_no, empty=False, required=False),
        # What ISM's own export adds.
        Column(header="RECURRENT", field="recurring", read=parse_yes_no, empty=True, required=False),
        Column(header="PARTAGE", field="shared", read=usages, write=_written_usages, empty=(), required=False),
        Column(header="PLAFOND_VOIX_S", field="voice_ceiling", read=ceiling, empty=None, required=False),
        Column(header="PLAFOND_SMS", field="sms_ceiling", read=ceiling, empty=None, required=False),
        Column(header="PLAFOND_DATA_OCTETS", field="data_ceiling", read=ceiling, empty=None, required=False),
        Column(
            header="GRATUIT_AU_DELA",
            field="free_beyond",
            read=usages,
            write=_written_usages,
            empty=(),
            required=False,
        ),
        _fee("FRAIS_MISE_EN_SERVICE_HT", "activation_fee"),
        _fee("FRAIS_CARTE_SIM_HT", "sim_fee"),
        _fee("FRAIS_SIM_SWAP_HT", "swap_fee"),
        _fee("FRAIS_RESILIATION_HT", "termination_fee"),
        Column(header="REQUIERT", field="requires", read=codes, empty=(), required=False),
        Column(header="INCOMPATIBLE", field="excludes", read=codes, empty=(), required=False),
        Column(header="CODE_GROS", field="wholesale_code", read=text(40), empty="", required=False),
        _fee("COUT_GROS_HT", "wholesale_cost"),
        Column(header="COMPTE_VENTE", field="sales_account", read=sales_account, empty="", required=False),
        Column(header="EN_VENTE_DU", field="on_sale_from", read=parse_date, empty=None, required=False),
        Column(header="EN_VENTE_JUSQU_AU", field="on_sale_until", read=parse_date, empty=None, required=False),
    )
    key = ("code",)
    changes = (Offer, "code")

    def check(self, record: Record) -> Iterator[Fault]:
        for name, quantity in CEILINGS.items():
            if record.get(name) is not None and quantity in record.values and record[quantity] != UNLIMITED:
                yield record.fault(name, "offer_ceiling")
        if record.get("kind") in MOBILE and record.get("recurring") is False:
            yield record.fault("recurring", "offer_recurs")
        for name in ("requires", "excludes"):
            if record.get("code") in (record.get(name) or ()):
                yield record.fault(name, "offer_rule_itself")
        for code in set(record.get("requires") or ()) & set(record.get("excludes") or ()):
            yield record.fault("excludes", "offer_rule_both", offer=code)

    def warn(self, record: Record) -> Iterator[Fault]:
        if record.get("data") and record.get("throughput") == "":
            yield record.fault("throughput", "offer_without_throughput")

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[Offer]]:
        offers = with_all_filed(Offer.objects.all(), self.today)
        codes = (record["code"] for record in records if record.key)
        return {(offer.code,): Known(offer, as_filed(offer)) for offer in in_batches(offers, "code", codes)}

    def check_all(self, records: Sequence[Record], known: Mapping[Key, Known[Offer]]) -> Iterator[Fault]:
        named = {code for record in records for name in ("requires", "excludes") for code in record.get(name) or ()}
        if not named:
            return
        listed = {record["code"] for record in records if record.get("code")}
        listed |= {offer.code for offer in in_batches(Offer.objects.all(), "code", named - listed)}
        for record in records:
            for name in ("requires", "excludes"):
                for code in record.get(name) or ():
                    if code not in listed:
                        yield record.fault(name, "offer_rule_unknown", offer=code)
        yield from _circles(records)

    def check_change(self, change: Change[Offer]) -> Iterator[Fault]:
        # What lines have subscribed to cannot turn from a plan into an option underneath them.
        for name in ("kind", "recurring") if change.row.kind not in MOBILE else ("kind",):
            if name in change.differences:
                current = change.row.get_kind_display() if name == "kind" else shown(change.row.recurring)
                yield change.record.fault(name, "cannot_change", current=current)

    def write(self, plan: Plan[Offer], *, actor: Any, source: str) -> None:
        history = self.history(actor=actor, source=source)
        offers = [Offer(**{name: record[name] for name in OWN}) for record in plan.new]
        bulk_create_with_history(offers, Offer, **history)
        update_with_history(plan.changed, Offer, set(OWN), **history)

        new = list(zip(offers, plan.new, strict=True))
        set_prices(prices={offer.pk: record["price"] for offer, record in new}, on=FIRST_DAY)
        changed = [change for change in plan.changed if "price" in change.differences]
        set_prices(prices={change.row.pk: change.record["price"] for change in changed}, on=self.today)

        included = {offer.pk: _included(record.values, {}) for offer, record in new}
        for change in plan.changed:
            if change.differences.keys() & _ABOUT_USAGE:
                differences = {name: value for name, (_old, value) in change.differences.items()}
                included[change.row.pk] = _included(differences, _there(change.row))
        if included:
            set_allowances(included=included)
        self._write_rules(plan, actor)

    def _write_rules(self, plan: Plan[Offer], actor: Any) -> None:
        """Those of the lines that say another rule than there is: one by one, for there are few."""
        ruled = [record for record in plan.new if record["requires"] or record["excludes"]]
        ruled += [one.record for one in plan.changed if one.differences.keys() & {"requires", "excludes"}]
        named = {code for record in ruled for code in (record["code"], *record["requires"], *record["excludes"])}
        offers = {offer.code: offer for offer in in_batches(Offer.objects.all(), "code", named)}
        for record in ruled:
            requires, excludes = ([offers[code] for code in record[name]] for name in ("requires", "excludes"))
            set_rules(offer=offers[record["code"]], requires=requires, excludes=excludes, actor=actor)


_ABOUT_USAGE = {*INCLUDED, *CEILINGS, "shared", "free_beyond"}


def _there(offer: Offer) -> dict[str, Included]:
    allowances: dict[str, Allowance] = {one.kind: one for one in offer.allowances.all()}
    return {name: Included.by(allowances.get(kind)) for name, kind in INCLUDED.items()}


def _included(says: Mapping[str, Any], there: Mapping[str, Included]) -> dict[UsageKind, Included]:
    """What an offer includes once ``says`` (the fields of a line, or those that differ) holds."""
    included = {}
    for name, kind in INCLUDED.items():
        what = there.get(name, Included())
        quantity = says.get(name, what.quantity)
        what = replace(what, quantity=quantity, ceiling=says.get(f"{name}_ceiling", what.ceiling))
        if "shared" in says:
            what = replace(what, shared=name in says["shared"] and quantity != 0)
        if "free_beyond" in says:
            what = replace(what, beyond=BeyondCeiling.FREE if name in says["free_beyond"] else BeyondCeiling.CHARGED)
        included[kind] = what if quantity == UNLIMITED else replace(what, ceiling=None, beyond=BeyondCeiling.CHARGED)
    return included


def _circles(records: Sequence[Record]) -> Iterator[Fault]:
    """Lines whose requirements lead back to themselves, with those that the catalogue has already."""
    edges: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    stored = OfferRule.objects.filter(kind=RuleKind.REQUIRES).values_list("offer__code", "other__code")
    for source, target in stored:
        edges[source] += (target,)
    edges.update({record["code"]: record.get("requires") or () for record in records if record.get("code")})
    for record in records:
        if record.get("code") and record.get("requires") and (circle := way_back(record["code"], edges)):
            yield record.fault("requires", "offer_rule_circle", circle=" → ".join(circle))
