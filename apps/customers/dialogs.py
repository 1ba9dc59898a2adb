"""The buttons of the page of a customer: what they ask, what they say before they act, and the services they call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core import french
from apps.core.admin import DayInput, DialogForm, ServiceDialog
from apps.customers import closing
from apps.customers.models import Customer

Answers = dict[str, Any]


class ReopenForm(DialogForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=100, widget=UnfoldAdminTextInputWidget)


class CloseForm(ReopenForm):
    on = forms.DateField(label=gettext_lazy("Closed from"), widget=DayInput)

    field_order = ("on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = localdate().isoformat()


def _closing(customer: Customer, answers: Answers) -> Iterator[str]:
    closing.refuse_closing(customer, on=answers["on"], today=localdate())
    yield _("%(customer)s is closed from %(day)s.") % {"customer": customer, "day": french.day(answers["on"])}
    yield _("It gets no order any more, and can no longer sign in to the customer space.")
    yield _("Its past stays as it is, and what is still to be invoiced will be. It can be reopened.")
    yield from closing.remarks_of(customer, on=answers["on"])


close = ServiceDialog(
    title=gettext_lazy("Close the customer"),
    permission="customers.close_customer",
    form=CloseForm,
    when=lambda customer: customer.closed_on is None,
    preview=lambda customer, answers: list(_closing(customer, answers)),
    service=lambda customer, actor, answers: closing.close_customer(
        customer=customer, on=answers["on"], today=localdate(), reason=answers["reason"], actor=actor
    ),
    done=gettext_lazy("The customer is closed."),
    icon="person_off",
)

reopen = ServiceDialog(
    title=gettext_lazy("Reopen the customer"),
    description=gettext_lazy("It can be given orders, and sign in to the customer space again."),
    permission="customers.close_customer",
    form=ReopenForm,
    when=lambda customer: customer.closed_on is not None,
    service=lambda customer, actor, answers: closing.reopen_customer(
        customer=customer, reason=answers["reason"], actor=actor
    ),
    done=gettext_lazy("The customer is open again."),
    icon="person_check",
)
