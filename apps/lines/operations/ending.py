"""«Résiliation»: the end of a line, for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from apps.core import french
from apps.core.admin import DayInput
from apps.core.exceptions import DomainError
from apps.customers.models import Customer
from apps.lines.choices import LineStatus, OperationKind, TerminationReason
from apps.lines.models import Line, LineOperation
from apps.lines.operations.forms import OperationForm
from apps.lines.operations.kinds import Answers, Becomes, Doing, Operation, Parameters, Text
from apps.lines.operations.restricting import line_state_text
from apps.lines.services import cancel_pending_line, early_termination_of, terminate_line
from apps.lines.services.committing import EarlyTermination
from apps.lines.services.living import refuse_termination
from apps.lines.services.periods import SERVING, locked_alone, refuse_unless

TERMINATE = "lines.terminate_line"


class TerminationForm(OperationForm):
    cause = forms.TypedChoiceField(
        label=pgettext_lazy("reason of a termination", "Reason"),
        choices=[("", gettext_lazy("Choose…")), *TerminationReason.choices],
        coerce=TerminationReason,
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": gettext_lazy("Say why the line ends.")},
    )
    requested_on = forms.DateField(
        label=gettext_lazy("Date of the request"),
        widget=DayInput,
        error_messages={
            "required": gettext_lazy("Say when it was asked for."),
            "invalid": gettext_lazy("This is no date."),
        },
    )
    charged_early = forms.BooleanField(
        label=gettext_lazy("Charge the fees of early termination"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=gettext_lazy("Where the line is still committed; the amount is shown before you confirm."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requested_on"].initial = localdate
        self.fields["on"].help_text = _("The first day without service. A day to come: it is done on that day.")

    def clean_requested_on(self) -> date:
        requested: date = self.cleaned_data["requested_on"]
        if requested > localdate():
            raise ValidationError(_("A request is not made on a day to come."))
        return requested


def termination_parameters(answers: Answers) -> Parameters:
    return {
        "cause": answers["cause"].value,
        "requested_on": answers["requested_on"].isoformat(),
        "charged_early": answers["charged_early"],
    }


def about_termination(parameters: Parameters) -> Text:
    return TerminationReason(parameters["cause"]).label


def plan_termination(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    refuse_termination(line=line, on=on, today=max(on, localdate()))
    after = str(LineStatus.TERMINATED.label)
    early = early_termination_of(line=line, on=on)
    if early is not None:
        after = f"{after} – {_early_text(early, charged=parameters['charged_early'])}"
    return Becomes(line_state_text(line, on), after)


def _early_text(early: EarlyTermination, *, charged: bool) -> str:
    """«engagement jusqu’au 01/03/2027, résiliation anticipée : 120,00 € HT facturés»."""
    told = {"day": french.day(early.until), "amount": french.euros(early.amount)}
    if charged:
        return _("committed until %(day)s, early termination: %(amount)s excluding tax, charged") % told
    return _("committed until %(day)s, early termination: %(amount)s excluding tax, not charged") % told


def effects_of_termination(line: Line, parameters: Parameters, on: date) -> Iterator[Text]:
    yield _("The line is terminated definitively: it cannot be put in service again.")
    early = early_termination_of(line=line, on=on)
    if early is None:
        yield _("It is not committed any more: leaving costs nothing.")
    else:
        yield _left_text(early)
        told = {"amount": french.euros(early.amount), "monthly": french.euros(early.monthly)}
        yield _("Early termination: %(amount)s excluding tax (%(monthly)s a month).") % told
        if parameters["charged_early"] and early.amount:
            yield _("It is charged on the next invoice.")
        else:
            yield _("It is not charged.")
    if settings.TERMINATION_REFUND:
        yield _("Days already invoiced from then on are refunded on the next invoice.")
    else:
        yield _("A month begun is due whole: nothing is refunded.")
    if parameters["cause"] == TerminationReason.PORT_OUT:
        yield _("The number goes to the other operator.")


def _left_text(early: EarlyTermination) -> str:
    """«Engagée jusqu’au 01/03/2027 : il reste 3 mois et 5 jours.»"""
    months, days = early.left.months, early.left.days
    parts = []
    if months:
        parts.append(ngettext("%(count)d month", "%(count)d months", months) % {"count": months})
    if days:
        parts.append(ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
    left = _(" and ").join(parts)
    return _("Committed until %(day)s: %(left)s left.") % {"day": french.day(early.until), "left": left}


def terminate(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    return terminate_line(
        line=line,
        on=doing.on,
        today=doing.today,
        actor=doing.actor,
        cause=TerminationReason(parameters["cause"]),
        requested_on=date.fromisoformat(parameters["requested_on"]),
        charged_early=parameters["charged_early"],
        reason=doing.reason,
    )


def with_past(lines: QuerySet[Any]) -> QuerySet[Any]:
    """All that says when the line changed last, and what it is committed to."""
    dated = ("numbers", "sims", "tariffs", "states", "internationals", "handsets")
    return lines.prefetch_related(*dated, "subscriptions__discounts")


TERMINATION = Operation(
    code="terminate",
    kind=OperationKind.TERMINATION,
    title=pgettext_lazy("line operation", "Termination"),
    permission=TERMINATE,
    form=TerminationForm,
    parameters=termination_parameters,
    about=about_termination,
    plan=plan_termination,
    effects=effects_of_termination,
    apply=terminate,
    in_bulk=True,
    rows=with_past,
    is_pooled=True,
    when=lambda line: line.status in SERVING,
    submit=pgettext_lazy("line operation", "Send"),
    done=gettext_lazy("The line is terminated."),
    description=gettext_lazy("Careful: the line is terminated definitively."),
    icon="cancel",
    variant=ActionVariant.DANGER,
)

# --- A line that has not begun


def plan_cancellation(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    refuse_unless(line.status == LineStatus.PENDING, line)
    if on > localdate():
        raise DomainError(_("A pending line is cancelled at once, not on a day to come."))
    return Becomes(str(line.get_status_display()), str(LineStatus.CANCELLED.label))


def cancel(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    cancelled = cancel_pending_line(line=line, on=doing.on, actor=doing.actor, reason=doing.reason)
    return cancelled.operations.filter(kind=OperationKind.CANCELLATION).latest("pk")


def effects_of_cancellation(line: Line, parameters: Parameters, on: date) -> Iterator[Text]:
    yield _("It will never serve; its SIM card and its number are free again.")


def after_its_customer(line: Line) -> Line:
    """As whoever validates the customer's orders, or brings its lines to serve, locks them."""
    Customer.objects.locked().get(pk=line.customer_id)
    return locked_alone(line)


CANCELLATION = Operation(
    code="cancel",
    kind=OperationKind.CANCELLATION,
    title=gettext_lazy("Cancel the line"),
    permission=TERMINATE,
    plan=plan_cancellation,
    effects=effects_of_cancellation,
    apply=cancel,
    locks=after_its_customer,
    when=lambda line: line.status == LineStatus.PENDING,
    submit=pgettext_lazy("line operation", "Send"),
    done=gettext_lazy("The line is cancelled."),
    icon="block",
    variant=ActionVariant.DANGER,
)
