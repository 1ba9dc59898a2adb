"""«Modifier les offres»: the form of the activation, filled with what the line has; only what differs is changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from apps.catalog.models import Offer
from apps.core import french
from apps.core.slots import contributions
from apps.lines.choices import DiscountBasis, OperationKind
from apps.lines.models import Line, LineOperation
from apps.lines.offer_changes import Billing, Condition, HandsetAgreed, OfferAgreed, OfferChanges
from apps.lines.offer_fields import (
    IN_ADVANCE,
    IN_ARREARS,
    Agreed,
    OfferFields,
    initial_discount,
    initial_options,
)
from apps.lines.operations.forms import OperationForm
from apps.lines.operations.kinds import Becomes, Doing, Operation, Parameters, Text
from apps.lines.services import Held, change_offers, commitment_of, held_by, tried
from apps.lines.services.holding import condition_of
from apps.lines.services.periods import SERVING
from apps.lines.wording import changes_of

CHANGE = "lines.change_line_offers"
AGREE_PRICES = "lines.agree_line_prices"

#: Functions that say in sentences what a change of offers does to money. They get the ``line``, the day ``on``, the
#: day that it is ``today``, and ``change``, which makes it: in a savepoint, see :func:`apps.lines.services.tried`.
EFFECT = "lines.offers.effect"

AS_IT_IS, ANOTHER, GIVEN_BACK = "keep", "new", "back"
UNCHANGED = -1


class OffersForm(OfferFields, OperationForm):
    """See the module. ``held`` is what the line has from the effective date on."""

    handset_change = forms.ChoiceField(
        label=gettext_lazy("Handset"),
        choices=[
            (AS_IT_IS, pgettext_lazy("handset", "Unchanged")),
            (ANOTHER, gettext_lazy("A new handset")),
            (GIVEN_BACK, gettext_lazy("The handset is given back")),
        ],
        initial=AS_IT_IS,
        widget=UnfoldAdminSelectWidget,
    )

    fields_template = "lines/offers/change.html"

    def __init__(self, *args: Any, row: Line | None = None, request: Any = None, **kwargs: Any) -> None:
        data = kwargs.get("data")
        self.today = localdate()
        day = parse_date(data.get("on") or "") if data else None
        self.effective_on = day or self.today
        self.held = Held.nothing() if row is None else held_by(row, on=self.effective_on)
        super().__init__(
            *args,
            row=row,
            request=request,
            day=self.effective_on,
            may_change_price=request is not None and request.user.has_perm(AGREE_PRICES),
            agreed=_agreed(self.held),
            initial=_initial(self.held, self.today),
            **kwargs,
        )
        self._offer_commitments()
        if self.held.handset is None:
            fields: Any = self.fields
            fields["handset_change"].choices = fields["handset_change"].choices[:2]

    def _offer_commitments(self) -> None:
        commitment = self.row and commitment_of(self.row)
        if commitment is None:
            known = _("Unchanged: none")
        else:
            known = _("Unchanged: until %(day)s") % {"day": french.day(commitment.until)}
        field: Any = self.fields["commitment_months"]
        anew = [(months, label) for months, label in field.choices if months or commitment is not None]
        field.choices = [(UNCHANGED, known), *anew]
        field.help_text = _("Another one begins anew on the effective date.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("handset_change") == ANOTHER and cleaned.get("handset") is None and "handset" not in self.errors:
            self.add_error("handset", ValidationError(_("Which handset is it?"), code="handset"))
        if not self.errors:
            changes = self._changes()
            if not changes:
                raise ValidationError(_("Nothing here differs from what the line has."), code="nothing")
            cleaned["changes"] = changes.as_json()
        return cleaned

    def concerned(self, together: Sequence[Offer]) -> Collection[int]:
        """What comes and what goes: what the line has always had is not held against it."""
        return {offer.pk for offer in together} ^ set(self.agreed.prices)

    def _clean_handset(self, cleaned: dict[str, Any]) -> None:
        """What is said of a handset counts for a new one only."""
        if cleaned.get("handset_change") == ANOTHER:
            super()._clean_handset(cleaned)
            return
        for name in ("handset", "imei", "sale_mode", "purchase_mode", "handset_price", "handset_months"):
            self.errors.pop(name, None)
            cleaned[name] = None

    def _changes(self) -> OfferChanges:
        """What differs from what the line has."""
        said, held = self.cleaned_data, self.held
        plan = OfferAgreed(offer=said["plan"].pk, price=said["plan_price"], throughput=said["plan_throughput"] or "")
        billing = Billing(in_advance=self.in_advance, prorata=said["prorata"])
        options = [OfferAgreed(offer=one.pk, price=price, throughput=fast) for one, price, fast in self.options_said()]
        tariff, commitment = said["tariff"].pk, said["commitment_months"]
        is_new = said["handset_change"] == ANOTHER
        return OfferChanges(
            plan=None if plan == _as_agreed(held.plan) else plan,
            billing=None if billing == _billed(held.plan) else billing,
            options=tuple(one for one in options if one != _as_agreed(held.options.get(one.offer))),
            removed=tuple(key for key in held.options if key not in {one.offer for one in options}),
            tariff=None if held.tariff is not None and tariff == held.tariff.tariff_id else tariff,
            conditions=dict(self._conditions()),
            commitment=None if commitment == UNCHANGED else commitment,
            handset=self._handset_said() if is_new else None,
            gives_back=said["handset_change"] == GIVEN_BACK,
        )

    def _conditions(self) -> Iterator[tuple[DiscountBasis, Condition | None]]:
        """Those that are not as the form has shown them."""
        said = {
            basis: Condition(percent=percent, amount=amount, months=months)
            for basis, percent, amount, months in self.discounts_said()
        }
        shown = _conditions(self.held, self.today)
        for basis in DiscountBasis:
            if said.get(basis) != shown.get(basis):
                yield basis, said.get(basis)

    def _handset_said(self) -> HandsetAgreed:
        said = self.cleaned_data
        return HandsetAgreed(
            handset=said["handset"].pk,
            imei=said["imei"] or "",
            sale_mode=said["sale_mode"] or "",
            purchase_mode=said["purchase_mode"] or "",
            price=said["handset_price"],
            months=said["handset_months"] or 0,
        )


def _as_agreed(subscription: Any) -> OfferAgreed | None:
    """What a subscription has, as the form shows it: a throughput that was never noted is the offer's."""
    if subscription is None:
        return None
    throughput = subscription.throughput or subscription.offer.throughput
    return OfferAgreed(offer=subscription.offer_id, price=subscription.price, throughput=throughput)


def _billed(subscription: Any) -> Billing | None:
    if subscription is None:
        return None
    return Billing(in_advance=subscription.in_advance, prorata=subscription.prorata)


def _agreed(held: Held) -> Agreed:
    subscriptions = [*([held.plan] if held.plan is not None else []), *held.options.values()]
    handset = held.handset
    return Agreed(
        prices={one.offer_id: one.price for one in subscriptions},
        handset=None if handset is None else handset.handset_id,
    )


def _conditions(held: Held, today: date) -> dict[DiscountBasis, Condition]:
    """What is left of special conditions, today."""
    since = {
        DiscountBasis.SUBSCRIPTION: None if held.plan is None else held.plan.start,
        DiscountBasis.USAGE: held.billing_start,
    }
    left = {basis: condition_of(one, on=today, since=since[basis]) for basis, one in held.conditions.items()}
    return {basis: one for basis, one in left.items() if one is not None}


def _initial(held: Held, today: date) -> dict[str, Any]:
    """The fields as the line has them."""
    plan = _as_agreed(held.plan)
    billing = _billed(held.plan)
    options = {key: _as_agreed(one) for key, one in held.options.items()}
    initial: dict[str, Any] = initial_options({key: (one.price, one.throughput) for key, one in options.items() if one})
    for basis, one in _conditions(held, today).items():
        initial |= initial_discount(basis, one.percent, one.amount, one.months)
    if plan is not None and billing is not None:
        initial |= {
            "plan": plan.offer,
            "plan_price": plan.price,
            "plan_throughput": plan.throughput,
            "billing": IN_ADVANCE if billing.in_advance else IN_ARREARS,
            "prorata": billing.prorata,
        }
    if held.tariff is not None:
        initial["tariff"] = held.tariff.tariff_id
    return {**initial, "commitment_months": UNCHANGED, "handset_change": AS_IT_IS}


# --- The operation

PARTS: dict[str, Text] = {
    "plan": gettext_lazy("plan"),
    "billing": gettext_lazy("billing"),
    "options": gettext_lazy("options"),
    "removed": gettext_lazy("options"),
    "tariff": gettext_lazy("minute grid"),
    "conditions": gettext_lazy("special conditions"),
    "commitment": gettext_lazy("commitment"),
    "handset": gettext_lazy("handset"),
    "gives_back": gettext_lazy("handset"),
}


def about_offers(parameters: Parameters) -> Text:
    """«abonnement, options»."""
    return ", ".join(dict.fromkeys(str(PARTS[name]) for name in parameters["changes"]))


def _changing(line: Line, parameters: Parameters, on: date) -> Callable[[], LineOperation]:
    changes = OfferChanges.of_json(parameters["changes"])
    return lambda: change_offers(line=line, changes=changes, on=on, actor=None)


def _differences(line: Line, parameters: Parameters, on: date) -> list[tuple[str, str, str]]:
    """Tried and taken back: the services themselves say what would be refused, and what would differ."""
    change = _changing(line, parameters, on)
    made: list[LineOperation] = []
    return tried(lambda: made.append(change()), lambda: list(changes_of(made[0].before, made[0].after)))


def plan_offers(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    """The first thing that differs; the others are among the effects."""
    (label, old, new), *_others = _differences(line, parameters, on)
    return Becomes(f"{label}{french.NBSP}: {old or '–'}", new)


def effects_of_offers(line: Line, parameters: Parameters, on: date) -> Iterator[Text]:
    for label, old, new in _differences(line, parameters, on)[1:]:
        yield f"{label}{french.NBSP}: {old or '–'} → {new or '–'}"
    changes = OfferChanges.of_json(parameters["changes"])
    held = held_by(line, on=on)
    whole = held.plan is not None and not held.plan.prorata
    if whole and on.day > 1 and (changes.plan or changes.billing or changes.options):
        yield _("Months begun are due whole on this line: what is replaced and what replaces it are both due for it.")
    change = _changing(line, parameters, on)
    for effect in contributions(EFFECT):
        yield from effect(line=line, on=on, today=localdate(), change=change)


def change(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    changes = OfferChanges.of_json(parameters["changes"])
    return change_offers(line=line, changes=changes, on=doing.on, actor=doing.actor, reason=doing.reason)


OFFERS = Operation(
    code="offers",
    kind=OperationKind.PLAN_CHANGE,
    title=gettext_lazy("Change the offers"),
    permission=CHANGE,
    form=OffersForm,
    parameters=lambda answers: {"changes": answers["changes"]},
    about=about_offers,
    plan=plan_offers,
    effects=effects_of_offers,
    apply=change,
    is_pooled=True,
    when=lambda line: line.status in SERVING,
    submit=gettext_lazy("Change"),
    done=gettext_lazy("The offers are changed."),
    icon="sell",
)
