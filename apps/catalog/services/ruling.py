"""Saying which offers go together."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog.choices import RuleKind
from apps.catalog.models import Offer, OfferRule
from apps.catalog.rules import cycle_through
from apps.catalog.services.telling import tell
from apps.core.exceptions import DomainError
from apps.core.imports import take_turns


@transaction.atomic
def set_rules(*, offer: Offer, requires: Collection[Offer], excludes: Collection[Offer], actor: Any) -> None:
    """Say what ``offer`` requires and what it is incompatible with. Lines that have offers keep them.

    DomainError where the rules could never be kept: an offer that requires itself, by way of others or not, or one
    that it excludes.
    """
    take_turns("catalog.rules")
    refuse_rules(offer.pk, offer.code, requires=requires, excludes=excludes)
    before = _said(offer)
    offer.rules.filter(kind=RuleKind.REQUIRES).exclude(other__in=requires).delete()
    for rule in OfferRule.objects.filter(kind=RuleKind.EXCLUDES):
        ends = {rule.offer_id, rule.other_id}
        if offer.pk in ends and not ends & {other.pk for other in excludes}:
            rule.delete()
    for other in requires:
        OfferRule.objects.get_or_create(offer_id=offer.pk, kind=RuleKind.REQUIRES, other_id=other.pk)
    for other in excludes:
        first, second = sorted([offer.pk, other.pk])
        OfferRule.objects.get_or_create(offer_id=first, kind=RuleKind.EXCLUDES, other_id=second)
    after = _said(offer)
    if after != before:
        tell(offer, "; ".join(after) or _("No rule any more"), actor=actor)


def refuse_rules(offer_id: int | None, code: str, *, requires: Collection[Offer], excludes: Collection[Offer]) -> None:
    """DomainError unless these rules of an offer, or of one to come (no id), can be kept."""
    if any(other.pk == offer_id for other in (*requires, *excludes)):
        raise DomainError(_("“%(offer)s” cannot require or exclude itself.") % {"offer": code})
    both = {other.pk for other in requires} & {other.pk for other in excludes}
    for other in requires:
        if other.pk in both:
            raise DomainError(
                _("“%(offer)s” cannot both require “%(other)s” and be incompatible with it.")
                % {"offer": code, "other": other.code}
            )
    circle = None if offer_id is None else cycle_through(offer_id, [other.pk for other in requires])
    if circle:
        codes = dict(Offer.objects.filter(pk__in=circle).values_list("pk", "code"))
        raise DomainError(
            _("These offers would require one another in a circle: %(circle)s.")
            % {"circle": " → ".join(codes[one] for one in circle)}
        )


def rules_of(offer: Offer) -> tuple[list[Offer], list[Offer]]:
    """What the offer requires, and what it is incompatible with, both in order of code."""
    requires = [rule.other for rule in offer.rules.filter(kind=RuleKind.REQUIRES).select_related("other")]
    excludes = [rule.other for rule in offer.rules.filter(kind=RuleKind.EXCLUDES).select_related("other")]
    excludes += [rule.offer for rule in offer.ruled_by.filter(kind=RuleKind.EXCLUDES).select_related("offer")]
    return sorted(requires, key=lambda one: one.code), sorted(excludes, key=lambda one: one.code)


def _said(offer: Offer) -> list[str]:
    requires, excludes = (", ".join(one.code for one in some) for some in rules_of(offer))
    said = []
    if requires:
        said.append(_("Requires %(offers)s") % {"offers": requires})
    if excludes:
        said.append(_("Incompatible with %(offers)s") % {"offers": excludes})
    return said
