"""What the desk does to one port-in on its page, or to many at once: dialogs and bulk operations over the services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.enums import ActionVariant

from apps.core.admin import DialogForm, ServiceDialog
from apps.core.exceptions import DomainError
from apps.core.french import NBSP
from apps.core.identifiers import IdentifierRefused, national, normalise_msisdn
from apps.core.imports import in_batches
from apps.core.wording import sentence
from apps.jobs.bulk.kinds import Becomes, BulkKind, Parameters, register
from apps.orders.choices import OPEN_PORTINGS, PortRefusal, PortState
from apps.orders.models import PortIn
from apps.orders.porting import arriving, services
from apps.orders.porting.checking import check_working_day
from apps.orders.porting.forms import CancelForm, CorrectForm, RefusalForm, ScheduleForm
from apps.orders.services.mobile_checks import may_choose_any_day

PERMISSION = "orders.change_portin"

SENDABLE = (PortState.TO_SEND,)
ANSWERABLE = (PortState.SENT,)
REFUSABLE = (PortState.SENT, PortState.ELIGIBLE, PortState.SCHEDULED)
SCHEDULABLE = (PortState.ELIGIBLE, PortState.SCHEDULED)
FALLIBLE = (*arriving.EXPECTED, PortState.PORTED)


def is_in(*states: PortState) -> Callable[[PortIn], bool]:
    return lambda port_in: port_in.state in states


# --- On its page


def send_preview(port_in: PortIn, answers: dict[str, Any]) -> Sequence[str]:
    told = {"number": national(port_in.msisdn), "rio": port_in.rio, "day": f"{port_in.port_on:%d/%m/%Y}"}
    return [
        _("Number %(number)s, RIO %(rio)s, for %(day)s.") % told,
        _("It is noted that the request is with the other operator: nothing is sent from here."),
    ]


def accept_preview(port_in: PortIn, answers: dict[str, Any]) -> Sequence[str]:
    return [
        _("The other operator lets %(number)s go on %(day)s.")
        % {"number": national(port_in.msisdn), "day": f"{port_in.port_on:%d/%m/%Y}"},
        _("The customer is told of it, if this mail is switched on."),
    ]


def schedule_preview(port_in: PortIn, answers: dict[str, Any]) -> Sequence[str]:
    told = [
        _("On %(day)s the line begins to serve by itself, with the number %(number)s.")
        % {"number": national(port_in.msisdn), "day": f"{answers['day']:%d/%m/%Y}"}
    ]
    if answers["day"] != port_in.port_on:
        told.append(
            _("This is not the day that was asked for (%(day)s): the customer is told, if this mail is switched on.")
            % {"day": f"{port_in.port_on:%d/%m/%Y}"}
        )
    return told


def ported_preview(port_in: PortIn, answers: dict[str, Any]) -> Sequence[str]:
    return [
        _("The line of %(customer)s serves with the number %(number)s from %(day)s on, and is billed.")
        % {
            "customer": port_in.line.customer,
            "number": national(port_in.msisdn),
            "day": f"{port_in.port_on:%d/%m/%Y}",
        }
    ]


def failed_preview(port_in: PortIn, answers: dict[str, Any]) -> Sequence[str]:
    told = [_("It is to be corrected and sent again, or cancelled.")]
    if port_in.state == PortState.PORTED:
        told.append(
            _("The line serves already: it is restricted from %(day)s on, and not billed until its number arrives.")
            % {"day": f"{port_in.port_on:%d/%m/%Y}"}
        )
    return told


def correct_preview(port_in: PortIn, answers: dict[str, Any]) -> Sequence[str]:
    asked = (
        (_("RIO"), port_in.rio, answers["rio"]),
        (_("Holder of the number"), port_in.holder, answers["holder"]),
        (_("Porting date"), f"{port_in.port_on:%d/%m/%Y}", f"{answers['day']:%d/%m/%Y}"),
    )
    changes = [f"{label}{NBSP}: {old} → {new}" for label, old, new in asked if old != new]
    return [*(changes or [_("Nothing of it changes.")]), _("It is to be sent to the other operator (again).")]


def cancel_preview(port_in: PortIn, answers: dict[str, Any]) -> Sequence[str]:
    return [
        _("The customer keeps %(number)s at its operator.") % {"number": national(port_in.msisdn)},
        _("The line that waits for it is cancelled for good, and its SIM card goes back to the stock."),
    ]


def dialog(
    title: Any,
    states: Sequence[PortState],
    service: Callable[..., PortIn],
    preview: Callable[[PortIn, dict[str, Any]], Sequence[str]],
    done: Any,
    **options: Any,
) -> ServiceDialog:
    """A button of the page: the service gets the port-in, who asks, today, and the answers under their names."""
    return ServiceDialog(
        title=title,
        permission=PERMISSION,
        when=is_in(*states),
        preview=preview,
        service=lambda port_in, actor, answers: service(port_in=port_in, actor=actor, today=localdate(), **answers),
        done=done,
        **options,
    )


def correct_by(*, port_in: PortIn, actor: Any, **given: Any) -> PortIn:
    return services.correct(port_in=port_in, actor=actor, bounds=not may_choose_any_day(actor), **given)


SEND = dialog(
    pgettext_lazy("port-in, button", "Sent"),
    SENDABLE,
    services.mark_sent,
    send_preview,
    gettext_lazy("The request is noted as sent."),
    icon="send",
    variant=ActionVariant.PRIMARY,
)
ACCEPT = dialog(
    pgettext_lazy("port-in, button", "Eligible"),
    ANSWERABLE,
    services.mark_eligible,
    accept_preview,
    gettext_lazy("The number is eligible: fix the day."),
    icon="thumb_up",
    variant=ActionVariant.PRIMARY,
)
SCHEDULE = dialog(
    gettext_lazy("Fix the day"),
    SCHEDULABLE,
    services.schedule,
    schedule_preview,
    gettext_lazy("The day is fixed."),
    form=ScheduleForm,
    icon="event",
    variant=ActionVariant.PRIMARY,
)
PORTED = dialog(
    pgettext_lazy("port-in, button", "Ported"),
    arriving.EXPECTED,
    arriving.mark_ported,
    ported_preview,
    gettext_lazy("The number is ported: the line serves."),
    icon="check_circle",
)
REFUSE = dialog(
    pgettext_lazy("port-in, button", "Refused"),
    REFUSABLE,
    services.mark_refused,
    lambda port_in, answers: [
        _("It is to be corrected and sent again, or cancelled."),
        _("The customer is told of it, if this mail is switched on."),
    ],
    gettext_lazy("The refusal is noted."),
    form=RefusalForm,
    icon="thumb_down",
)
FAIL = dialog(
    pgettext_lazy("port-in, button", "Failed"),
    FALLIBLE,
    arriving.mark_failed,
    failed_preview,
    gettext_lazy("The failure is noted."),
    form=RefusalForm,
    icon="error",
)
CORRECT = dialog(
    gettext_lazy("Correct and send again"),
    services.CORRECTABLE,
    correct_by,
    correct_preview,
    gettext_lazy("The request is corrected: it is to be sent."),
    form=CorrectForm,
    icon="edit",
    variant=ActionVariant.PRIMARY,
)
CANCEL = dialog(
    gettext_lazy("Cancel the porting"),
    OPEN_PORTINGS,
    arriving.cancel_port_in,
    cancel_preview,
    gettext_lazy("The porting is cancelled, its SIM card is in stock again."),
    form=CancelForm,
    icon="cancel",
    variant=ActionVariant.DANGER,
)

# --- Many at once


def find_port_ins(texts: Sequence[str]) -> list[Any]:
    """The port-in of each number, in any form: the open one, or else the latest that the number had."""
    numbers = [_number(text) for text in texts]
    rows = in_batches(PortIn.objects.all(), "msisdn", {number for number, _refused in numbers if number})
    by_number: dict[str, PortIn] = {}
    for row in sorted(rows, key=lambda one: (one.state in OPEN_PORTINGS, one.pk)):
        by_number[row.msisdn] = row
    return [by_number.get(number) or refused or _("No port-in has this number.") for number, refused in numbers]


def _number(text: str) -> tuple[str, str]:
    """What it is the number of, or why it is none."""
    try:
        return normalise_msisdn(text), ""
    except IdentifierRefused as refused:
        return "", sentence(refused)


def _kind(
    name: str,
    title: Any,
    target: PortState,
    states: Sequence[PortState],
    service: Callable[..., PortIn],
    *,
    check: Callable[[PortIn], None] = lambda port_in: None,
    **options: Any,
) -> BulkKind:
    def plan(port_in: PortIn, parameters: Parameters) -> Becomes | None:
        if port_in.state == target:
            return None
        services.refuse_unless_possible(port_in, *states)
        check(port_in)
        return Becomes(port_in.get_state_display(), target.label)

    def apply(port_in: PortIn, parameters: Parameters, actor: Any) -> None:
        service(port_in=port_in, actor=actor, today=localdate(), **parameters)

    return BulkKind(
        code=f"orders.port_in.{name}",
        title=title,
        model="orders.PortIn",
        permission=PERMISSION,
        find=find_port_ins,
        plan=plan,
        apply=apply,
        **{"form": DialogForm, **options},
    )


def _not_past(port_in: PortIn) -> None:
    check_working_day(port_in.port_on, today=localdate())


def _has_come(port_in: PortIn) -> None:
    if port_in.port_on > localdate():
        raise DomainError(arriving.too_early(port_in))


def mark_refused_as(*, code: str, **given: Any) -> PortIn:
    return services.mark_refused(code=PortRefusal(code), **given)


def refusal_in_words(parameters: Parameters) -> str:
    code = str(PortRefusal(parameters["code"]).label)
    return f"{code} – {parameters['remark']}" if parameters["remark"] else code


KINDS = (
    _kind(
        "sent",
        gettext_lazy("Port-ins: sent"),
        PortState.SENT,
        SENDABLE,
        services.mark_sent,
        check=_not_past,
        description=gettext_lazy("Requests that were handed to the other operator. Nothing is sent from here."),
    ),
    _kind(
        "eligible",
        gettext_lazy("Port-ins: eligible"),
        PortState.ELIGIBLE,
        ANSWERABLE,
        services.mark_eligible,
        description=gettext_lazy("The other operator lets these numbers go on the day that was asked for."),
    ),
    _kind(
        "refused",
        gettext_lazy("Port-ins: refused"),
        PortState.REFUSED,
        REFUSABLE,
        mark_refused_as,
        form=RefusalForm,
        parameters=lambda answers: {"code": answers["code"].value, "remark": answers["remark"]},
        about=refusal_in_words,
        description=gettext_lazy("For one and the same reason."),
    ),
    _kind(
        "ported",
        gettext_lazy("Port-ins: ported"),
        PortState.PORTED,
        arriving.EXPECTED,
        arriving.mark_ported,
        check=_has_come,
        description=gettext_lazy("Their lines serve from their porting day on, and are billed."),
    ),
)


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)
