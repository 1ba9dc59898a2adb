"""Which offers go together on a line: what requires what, and what is incompatible (SPEC D1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import OfferKind, RuleKind
from apps.catalog.models import Offer, OfferRule

#: Why offers do not go together, by code. “one of” is said of plans, of which a line has one.
SENTENCES = {
    "offer_excluded": _("“%(offer)s” and “%(other)s” are incompatible."),
    "offer_requires": _("“%(offer)s” requires “%(other)s”."),
    "offer_requires_plan": _("“%(offer)s” requires one of the plans %(plans)s."),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that some offers break: a code of SENTENCES and what it quotes. ``offer_id`` is whose rule it is."""

    code: str
    offer_id: int
    params: Mapping[str, str]

    @property
    def sentence(self) -> Any:
        return SENTENCES[self.code] % self.params


@dataclass(slots=True)
class Rules:
    """The rules about some offers, read in one query."""

    required: dict[int, list[Offer]] = field(default_factory=lambda: defaultdict(list))
    excluded: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def about(cls, offer_ids: Iterable[int]) -> Rules:
        wanted, rules = set(offer_ids), cls()
        for rule in OfferRule.objects.filter(offer__in=wanted).select_related("other").order_by("other__code"):
            if rule.kind == RuleKind.REQUIRES:
                rules.required[rule.offer_id].append(rule.other)
            elif rule.other_id in wanted:
                rules.excluded[rule.offer_id].add(rule.other_id)
                rules.excluded[rule.other_id].add(rule.offer_id)
        return rules

    def broken_by(self, offers: Collection[Offer], *, about: Collection[int] | None = None) -> Iterator[Broken]:
        """The rules that ``offers`` break together on one line; only those that name an offer of ``about``, if given.

        What a line has always had is not held against a change that has nothing to do with it.
        """
        together = sorted(offers, key=lambda offer: offer.code)
        held = {offer.pk for offer in together}
        for place, offer in enumerate(together):
            for other in together[place + 1 :]:
                if other.pk in self.excluded[offer.pk] and (about is None or {offer.pk, other.pk} & set(about)):
                    yield Broken("offer_excluded", offer.pk, {"offer": offer.code, "other": other.code})
        for offer in together:
            required = self.required[offer.pk]
            plans = [other for other in required if other.kind == OfferKind.PLAN]
            others = [other for other in required if other.kind != OfferKind.PLAN]
            if plans and not held & {plan.pk for plan in plans} and _concerns(about, offer, plans):
                if len(plans) == 1:
                    yield Broken("offer_requires", offer.pk, {"offer": offer.code, "other": plans[0].code})
                else:
                    codes = ", ".join(plan.code for plan in plans)
                    yield Broken("offer_requires_plan", offer.pk, {"offer": offer.code, "plans": codes})
            for other in others:
                if other.pk not in held and _concerns(about, offer, [other]):
                    yield Broken("offer_requires", offer.pk, {"offer": offer.code, "other": other.code})


def _concerns(about: Collection[int] | None, offer: Offer, others: Iterable[Offer]) -> bool:
    return about is None or offer.pk in about or any(other.pk in about for other in others)


def cycle_through(offer_id: int, required: Collection[int]) -> list[int] | None:
    """The circle that there would be if the offer required these: ids from it back to itself, or None.

    Two options that require one another could never be added one after the other.
    """
    edges: defaultdict[int, list[int]] = defaultdict(list)
    for source, target in OfferRule.objects.filter(kind=RuleKind.REQUIRES).values_list("offer", "other"):
        edges[source].append(target)
    edges[offer_id] = sorted(required)
    return way_back(offer_id, edges)


def way_back[T: Hashable](start: T, edges: Mapping[T, Sequence[T]]) -> list[T] | None:
    """The way from ``start`` along ``edges`` back to itself, both ends included; None where there is none."""
    paths = [[start, other] for other in edges.get(start, ())]
    seen: set[T] = set()
    while paths:
        path = paths.pop()
        if path[-1] == start:
            return path
        if path[-1] not in seen:
            seen.add(path[-1])
            paths += [[*path, other] for other in edges.get(path[-1], ())]
    return None
