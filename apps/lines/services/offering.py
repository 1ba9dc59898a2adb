"""«Modifier les offres»: all that was agreed on for a line, changed at once and from one day, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.choices import FeeKind, OfferKind
from apps.catalog.models import Handset, Offer
from apps.core.exceptions import DomainError
from apps.lines.choices import DiscountBasis, OperationKind
from apps.lines.models import Discount, Line, LineOperation, OneOffCharge, Subscription
from apps.lines.offer_changes import Billing, OfferAgreed, OfferChanges
from apps.lines.services.changing import refuse_before_billing
from apps.lines.services.combining import offers_held, refuse_unless_combined, refuse_unless_on_sale
from apps.lines.services.fees import charge, drop_charges, fee
from apps.lines.services.handsets import give_back, hand_over
from apps.lines.services.holding import facts_of, held_by
from apps.lines.services.periods import (
    allowances_changed,
    current,
    end_subscription,
    journal,
    refuse_change_underneath,
    serving,
    turn_over,
)
from apps.tariffs.models import Tariff


@transaction.atomic
def change_offers(
    *, line: Line, changes: OfferChanges, on: date, actor: User | None, fees: bool = True, reason: str = ""
) -> LineOperation:
    """Make ``changes`` to the line from ``on``, in one operation of its journal; what they do not name stays as it is.

    A plan or an option that changes is two slices in the month of the change (DOMAIN §7). Special conditions go by
    whole months: see :class:`~apps.lines.models.Discount`; those that go on count their months from where they began.
    An added option owes its activation fee, one taken off its termination fee, without ``fees`` neither. DomainError
    if something that changes has changed on a later day already, if an offer that is added is not on sale then, or if
    the offers do not go together.
    """
    line = serving(line, on=on)
    return _Changing(line, changes, on, actor).change(fees=fees, reason=reason)


class _Changing:
    """One change of one locked line; ``before`` and ``after`` gather what its journal says."""

    def __init__(self, line: Line, changes: OfferChanges, on: date, actor: User | None) -> None:
        self.line, self.changes, self.on, self.actor = line, changes, on, actor
        self.held = held_by(line, on=on)
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}
        named = [changes.plan, *changes.options]
        self.offers = Offer.objects.in_bulk([*(one.offer for one in named if one), *changes.removed])

    def change(self, *, fees: bool, reason: str) -> LineOperation:
        before = facts_of(self.line, self.held)
        self._refuse()
        touches_offers = bool(self.changes.plan or self.changes.options or self.changes.removed or self.changes.billing)
        if touches_offers:
            self._subscriptions()
        self._conditions()
        self._tariff()
        self._handset()
        if self.changes.commitment is not None:
            self.line.commitment_months = self.changes.commitment
            self.line.committed_from = self.on if self.changes.commitment else None
            self.line.save()
        after = facts_of(self.line, held_by(self.line, on=self.on))
        names = [name for name in before if before[name] != after[name]]
        if not names:
            raise DomainError(_("It is so already: nothing changes."))
        operation = journal(
            self.line,
            OperationKind.PLAN_CHANGE,
            actor=self.actor,
            on=self.on,
            reason=reason,
            before={name: before[name] for name in names},
            after={name: after[name] for name in names},
        )
        if fees:
            charge(self._fees(operation))
        if touches_offers:
            allowances_changed(self.line.pk)
        return operation

    # --- Whether it may be

    def _refuse(self) -> None:
        changes, held = self.changes, self.held
        if changes.plan or changes.options or changes.removed or changes.billing:
            refuse_before_billing(self.line, self.on)
        for key in changes.removed:
            if key not in held.options:
                raise DomainError(_("The line does not have the option %(offer)s.") % {"offer": self.offers[key].code})
        added = [self.offers[one.offer] for one in changes.options if one.offer not in held.options]
        plan = self.offers[changes.plan.offer] if changes.plan else None
        old: Offer | None = None if held.plan is None else held.plan.offer
        if plan is not None:
            if plan.kind != OfferKind.PLAN:
                raise DomainError(_("%(offer)s is not a plan.") % {"offer": plan})
            if old is None or plan.pk != old.pk:
                added.append(plan)
        for offer in added:
            refuse_unless_on_sale(offer, self.on)
        about = [*added, *(self.offers[key] for key in changes.removed)]
        if plan is not None and old is not None and plan.pk != old.pk:
            about.append(old)
        gone = {*changes.removed, *([old.pk] if old is not None and plan is not None else [])}
        stay = {offer.pk: offer for offer in offers_held(self.line, on=self.on) if offer.pk not in gone}
        refuse_unless_combined(
            list({**stay, **{offer.pk: offer for offer in [*added, *([plan] if plan else [])]}}.values()), about=about
        )

    # --- Charges

    def _subscriptions(self) -> None:
        """End what ends, and begin what takes its place."""
        changes, held = self.changes, self.held
        if held.plan is None and changes.plan is not None:
            self._begin(changes.plan, None)
        elif held.plan is not None and (changes.plan is not None or changes.billing is not None):
            self._replace(held.plan, changes.plan)
        asked = {one.offer: one for one in changes.options}
        for key, option in held.options.items():
            if key in changes.removed:
                refuse_change_underneath(option, self.on)
                end_subscription(option, on=self.on)
            elif key in asked or (changes.billing is not None and not _is_billed_so(option, changes.billing)):
                self._replace(option, asked.get(key))
        for key, terms in asked.items():
            if key not in held.options:
                self._begin(terms, None)

    def _replace(self, old: Subscription, terms: OfferAgreed | None) -> None:
        """Begin what follows ``old``, with the discounts that go on, and end it."""
        refuse_change_underneath(old, self.on)
        going_on = [one for one in old.discounts.all() if one.is_left_on(self.on, old.start)]
        changed = old.kind == OfferKind.PLAN and DiscountBasis.SUBSCRIPTION in self.changes.conditions
        carried = [] if changed else [(one, one.start or old.start) for one in going_on]
        follower = OfferAgreed(offer=old.offer_id, price=old.price, throughput=old.throughput)
        # An amount a month is taken once in the month of the change, by the newer of the two where there is one.
        for one in going_on:
            if one.amount is not None and not (changed and self.changes.conditions[DiscountBasis.SUBSCRIPTION] is None):
                one.end = self.on
                one.save(update_fields=["end"])
        end_subscription(old, on=self.on)
        new = self._begin(terms or follower, old)
        for one, since in carried:
            Discount.objects.create(
                basis=one.basis,
                subscription=new,
                percent=one.percent,
                amount=one.amount,
                months=one.months,
                start=since,
            )

    def _begin(self, terms: OfferAgreed, old: Subscription | None) -> Subscription:
        offer: Offer = self.offers[terms.offer] if old is None or terms.offer != old.offer_id else old.offer
        billing = self.changes.billing or self._billing_of(offer, old)
        return Subscription.objects.create(
            customer=self.line.customer,
            line=self.line,
            offer=offer,
            kind=offer.kind,
            price=terms.price,
            quantity=1 if old is None else old.quantity,
            throughput=terms.throughput,
            in_advance=billing.in_advance,
            prorata=billing.prorata,
            start=self.on,
            end=self.line.terminated_on,
        )

    def _billing_of(self, offer: Offer, old: Subscription | None) -> Billing:
        """As what it follows is billed; what is new is billed as the plan is."""
        like = old or self.held.plan
        if like is None:
            return Billing(in_advance=offer.in_advance, prorata=True)
        return Billing(in_advance=like.in_advance, prorata=like.prorata)

    def _conditions(self) -> None:
        """End the special conditions that change, and begin those that take their place."""
        for basis, condition in self.changes.conditions.items():
            on_usage = basis == DiscountBasis.USAGE
            plan = current(self.line.subscriptions.filter(kind=OfferKind.PLAN), on=self.on)
            if on_usage:
                owner: dict[str, Any] = {"line": self.line}
                rows = self.line.discounts.all()
            elif plan is not None:
                owner = {"subscription": plan}
                rows = plan.discounts.all()
            else:
                raise DomainError(_("A line without a plan has no discount on its subscription."))
            for one in rows.filter(end=None):
                if one.start is not None and one.start > self.on:
                    raise DomainError(
                        _("Something of this line changes on %(day)s already: choose that day or a later one.")
                        % {"day": f"{one.start:%d/%m/%Y}"}
                    )
                one.end = self.on
                one.save(update_fields=["end"])
            if condition is not None:
                Discount.objects.create(
                    basis=basis,
                    percent=condition.percent,
                    amount=condition.amount,
                    months=condition.months,
                    start=self.on,
                    **owner,
                )

    # --- The rest

    def _tariff(self) -> None:
        if self.changes.tariff is None:
            return
        tariff = Tariff.objects.get(pk=self.changes.tariff)
        if self.held.tariff is None:
            self.line.tariffs.create(tariff=tariff, start=self.on, end=self.line.terminated_on)
        else:
            turn_over(self.held.tariff, on=self.on, tariff=tariff)

    def _handset(self) -> None:
        if (asked := self.changes.handset) is not None:
            hand_over(
                line=self.line,
                handset=Handset.objects.get(pk=asked.handset),
                imei=asked.imei,
                sale_mode=asked.sale_mode,
                purchase_mode=asked.purchase_mode,
                price=asked.price,
                months=asked.months,
                on=self.on,
                actor=self.actor,
            )
        elif self.changes.gives_back:
            give_back(line=self.line, on=self.on, actor=self.actor)

    def _fees(self, operation: LineOperation) -> Iterator[OneOffCharge]:
        """Of the options added and taken off. One that was added on this very day owes nothing."""
        for terms in self.changes.options:
            if terms.offer not in self.held.options:
                yield from fee(self.line, self.offers[terms.offer], FeeKind.ACTIVATION, operation, self.on)
        for key in self.changes.removed:
            if self.held.options[key].start < self.on:
                yield from fee(self.line, self.offers[key], FeeKind.TERMINATION, operation, self.on)
            else:
                drop_charges(self.line.one_off_charges.filter(offer=key, fee=FeeKind.ACTIVATION, day=self.on))


def _is_billed_so(subscription: Subscription, billing: Billing) -> bool:
    return (subscription.in_advance, subscription.prorata) == (billing.in_advance, billing.prorata)


# --- What it would do


class _Undone(Exception):
    """Takes a trial back, and brings out what was seen of it."""

    def __init__(self, seen: Any) -> None:
        self.seen = seen


def tried[R](change: Callable[[], object], look: Callable[[], R]) -> R:
    """What ``look`` sees once ``change`` is done; then nothing has been done. DomainError where it is refused."""
    try:
        with transaction.atomic():
            change()
            raise _Undone(look())
    except _Undone as undone:
        seen: R = undone.seen
        return seen
