"""The buttons of the page of an order: what they ask, what they say before they act, and the services they call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core import french
from apps.core.admin import DialogForm, ServiceDialog
from apps.core.exceptions import DomainError
from apps.core.identifiers import national
from apps.orders import services
from apps.orders.choices import ItemState, NumberSource, OrderState
from apps.orders.forms.entry import number_of
from apps.orders.models import Order
from apps.orders.telling import mobile_text, service_text, told_of_mobile, told_of_service

Answers = dict[str, Any]


def is_draft(order: Order) -> bool:
    return bool(order.state == OrderState.DRAFT)


class ValidateForm(DialogForm):
    """Nothing is asked; who asks may be one who may choose any porting date."""

    @property
    def answers(self) -> Answers:
        return {**super().answers, "actor": self.request.user}


def _validation(order: Order, today: date, actor: Any) -> Iterator[str]:
    faults = list(services.faults_of(order, today, actor=actor))
    if faults:
        raise DomainError(_("This order cannot be validated yet."), reasons=faults)
    for mobile in order.mobile_items.all():
        yield told_of_mobile(mobile, today)
    for service in order.service_items.all():
        yield told_of_service(service)
    totals = services.totals_of(order)
    said = {"monthly": french.euros(totals.monthly_net), "once": french.euros(totals.once_net)}
    yield _("In all %(monthly)s a month and %(once)s once, excluding tax.") % said
    yield _("The confirmation goes to the customer by e-mail, with the order form.")


validate = ServiceDialog(
    title=gettext_lazy("Validate the order"),
    description=gettext_lazy("Sells everything in it, or nothing."),
    permission="orders.validate_order",
    when=is_draft,
    form=ValidateForm,
    preview=lambda order, answers: list(_validation(order, localdate(), answers["actor"])),
    service=lambda order, actor, answers: services.validate_order(order=order, actor=actor, today=localdate()),
    done=lambda order: _("The order %(order)s is validated.") % {"order": order},
    icon="verified",
    variant=ActionVariant.PRIMARY,
)


class CancelForm(DialogForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


def _cancellation(order: Order) -> Iterator[str]:
    yield _("The order %(order)s is cancelled: nothing in it is sold.") % {"order": order}
    cards = order.mobile_items.count()
    if cards:
        yield ngettext(
            "Its SIM card goes back to the stock.", "Its %(count)s SIM cards go back to the stock.", cards
        ) % {"count": french.whole(cards)}


cancel = ServiceDialog(
    title=gettext_lazy("Cancel the order"),
    permission="orders.cancel_order",
    form=CancelForm,
    when=is_draft,
    preview=lambda order, answers: list(_cancellation(order)),
    service=lambda order, actor, answers: services.cancel_order(order=order, reason=answers["reason"], actor=actor),
    done=lambda order: _("The order %(order)s is cancelled.") % {"order": order},
    icon="cancel",
)


class ItemForm(DialogForm):
    """Which item. The page of the order opens it with ``?item=``."""

    item = forms.ChoiceField(label=pgettext_lazy("order", "Item"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["item"].choices = [(str(item.pk), told) for item, told in self.items()]
        fields["item"].initial = self.request.GET.get("item", "")

    def items(self) -> Iterator[tuple[Any, str]]:
        """Those that it may be, each with its words."""
        return items_told(self.row)

    def clean_item(self) -> Any:
        return next(item for item, _told in self.items() if str(item.pk) == self.cleaned_data["item"])


def items_told(order: Order) -> Iterator[tuple[Any, str]]:
    for mobile in order.mobile_items.all():
        yield mobile, mobile_text(mobile)
    for service in order.service_items.all():
        yield service, service_text(service)


remove = ServiceDialog(
    title=gettext_lazy("Remove an item"),
    permission="orders.change_order",
    form=ItemForm,
    when=lambda order: is_draft(order) and bool(order.mobile_items.count() + order.service_items.count()),
    service=lambda order, actor, answers: services.remove_item(
        order=order, item=answers["item"], actor=actor, today=localdate()
    ),
    done=gettext_lazy("It is no longer in the order."),
    icon="remove_shopping_cart",
)


# --- Lines that are sold and wait


def waiting(order: Order) -> list[Any]:
    return [item for item in order.mobile_items.all() if item.state == ItemState.WAITING]


class WaitingForm(ItemForm):
    def items(self) -> Iterator[tuple[Any, str]]:
        return ((item, mobile_text(item)) for item in waiting(self.row))


class AssignForm(WaitingForm):
    msisdn = forms.CharField(
        label=pgettext_lazy("telephone", "Number (+33)"),
        max_length=25,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel"}),
    )

    def items(self) -> Iterator[tuple[Any, str]]:
        return ((item, mobile_text(item)) for item in waiting(self.row) if waits_for_number(item))

    def clean_msisdn(self) -> str:
        return number_of(self.cleaned_data["msisdn"])


def waits_for_number(item: Any) -> bool:
    return bool(item.number_source == NumberSource.LATER)


class GiveUpForm(WaitingForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


def _assignment(answers: Answers) -> Iterator[str]:
    item = answers["item"]
    yield _("%(item)s: the line gets the number %(number)s.") % {
        "item": mobile_text(item),
        "number": national(answers["msisdn"]),
    }
    begins = item.active_on
    if begins is not None and begins > localdate():
        yield _("It is in service from %(day)s.") % {"day": french.day(begins)}
    else:
        yield _("It is in service from today.")


assign = ServiceDialog(
    title=gettext_lazy("Assign the number"),
    permission="orders.change_order",
    form=AssignForm,
    when=lambda order: any(map(waits_for_number, waiting(order))),
    preview=lambda order, answers: list(_assignment(answers)),
    service=lambda order, actor, answers: services.assign_number(
        item=answers["item"], msisdn=answers["msisdn"], actor=actor, today=localdate()
    ),
    done=gettext_lazy("The number is assigned."),
    icon="pin",
)

give_up = ServiceDialog(
    title=gettext_lazy("Give a waiting line up"),
    permission="orders.cancel_order",
    form=GiveUpForm,
    when=lambda order: bool(waiting(order)),
    preview=lambda order, answers: [
        _("%(item)s: the line never serves; its card and its number are free.") % {"item": mobile_text(answers["item"])}
    ],
    service=lambda order, actor, answers: services.cancel_item(
        item=answers["item"], reason=answers["reason"], actor=actor, today=localdate()
    ),
    done=gettext_lazy("The line is given up."),
    icon="phone_disabled",
)
