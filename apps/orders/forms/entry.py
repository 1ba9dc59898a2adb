"""What every form of an order's items has: who sells, and what may be agreed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from apps.accounts.choices import Audience
from apps.accounts.models import User
from apps.catalog.fields import text_field
from apps.core.exceptions import DomainError
from apps.core.identifiers import normalise_msisdn
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.customers.models import Customer
from apps.orders.models import Order

CHANGE_PRICE = "orders.change_order_price"


class EntryForm(forms.Form):
    """An item of ``order``, or the first of a new one for ``customer``; ``steps`` are the order of its fields."""

    #: The parts of the form: a name, a title, the fields.
    steps: ClassVar[Sequence[tuple[str, Any, Sequence[str]]]] = ()

    seller: Any = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Seller"), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    purchase_order = text_field(gettext_lazy("Customer’s purchase order"), 50, required=False)

    def __init__(
        self, *args: Any, actor: User, customer: Customer, order: Order | None, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.customer, self.order, self.today = actor, customer, order, today
        seller = None if order is None else order.seller_id
        staff = Q(is_active=True, is_staff=True, audience=Audience.OFFICE)
        fields: dict[str, Any] = self.fields
        fields["seller"].queryset = User.objects.filter(staff | Q(pk=seller)).order_by("last_name", "username")
        fields["seller"].initial = seller or actor.pk
        fields["purchase_order"].initial = customer.purchase_order if order is None else order.purchase_order

    @property
    def head(self) -> dict[str, Any]:
        """Of a valid form: who sells, and the customer's own reference."""
        return {name: self.cleaned_data[name] for name in ("seller", "purchase_order")}

    #: Whether what is valid may be saved: a form that shows first what it will do waits for that.
    is_ready = True

    def save(self, enter: Callable[..., Order]) -> Order:
        """Have ``enter`` (:mod:`apps.orders.entries`) keep what a valid form says; DomainError as it refuses."""
        return enter(
            order=self.order,
            customer=self.customer,
            head=self.head,
            actor=self.actor,
            today=self.today,
            **self.said(),
        )

    def said(self) -> dict[str, Any]:
        """The rest of what ``enter`` takes."""
        item: Any = getattr(self, "item", None)
        return {"terms": self.terms, "item_id": item and item.pk}

    terms: Any

    def refuse(self, refusal: DomainError) -> None:
        """Show what a service has refused, with its reasons."""
        self.add_error(None, [ValidationError(str(one), code="refused") for one in (refusal, *refusal.reasons)])

    def faulty_steps(self) -> list[str]:
        """The names of the steps in which something is wrong, in their order."""
        return [name for name, _title, fields in self.steps if any(self.errors.get(field) for field in fields)]


def number_of(typed: str) -> str:
    """A telephone number in stored form, as fields read it."""
    if not typed.strip():
        raise ValidationError(_("Which number?"), code="number")
    try:
        return normalise_msisdn(typed)
    except Refusal as refusal:
        raise ValidationError(sentence(refusal), code=refusal.code) from None


def searched(address: str, target: str) -> dict[str, str]:
    """What makes a field show, in ``target``, what ``address`` finds of it while one types."""
    return {
        "hx-get": address,
        "hx-target": target,
        "hx-trigger": "focus once, input changed delay:250ms",
        "hx-sync": "this:replace",
    }
