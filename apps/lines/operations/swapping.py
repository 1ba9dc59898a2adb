"""«SIM SWAP»: the button of a line's page, and the page of the menu where one types the number (SPEC I7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from apps.core import french
from apps.core.exceptions import DomainError
from apps.core.identifiers import IdentifierRefused, normalise_msisdn
from apps.core.wording import sentence
from apps.lines.choices import LineStatus, OperationKind, SwapReason
from apps.lines.models import Line, LineOperation
from apps.lines.operations.doing import do_operation, preview
from apps.lines.operations.forms import OperationForm
from apps.lines.operations.kinds import Answers, Becomes, Doing, Operation, Parameters, Text
from apps.lines.services import swap_sim
from apps.lines.services.periods import SERVING
from apps.lines.services.swapping import DECLARED, refuse_swap, swap_fee
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard

SWAP_SIM = "lines.swap_sim"
CARDS_SHOWN = 10


class SwapForm(OperationForm):
    sim = forms.CharField(
        label=gettext_lazy("New SIM card"),
        max_length=30,
        widget=UnfoldAdminTextInputWidget(
            attrs={"list": "cards-in-stock", "autocomplete": "off", "autocapitalize": "off"}
        ),
        help_text=gettext_lazy("Its ICCID, typed or scanned, or its last digits: it must be in stock."),
        error_messages={"required": gettext_lazy("Say which card comes into the line.")},
    )
    cause = forms.TypedChoiceField(
        label=pgettext_lazy("reason of a SIM swap", "Reason"),
        choices=[("", gettext_lazy("Choose…")), *SwapReason.choices],
        coerce=SwapReason,
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": gettext_lazy("Say why the card is replaced.")},
    )
    declared = forms.BooleanField(
        label=gettext_lazy("Declare the old card lost or faulty"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=gettext_lazy("By the reason above. Otherwise it is only replaced."),
    )
    charged = forms.BooleanField(
        label=gettext_lazy("Charge the fee"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=gettext_lazy("The plan’s, for a replaced card; it is shown before you confirm."),
    )

    fields_template = "lines/swap_fields.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is typed is looked for among the stock; without scripts the whole number is typed or scanned.
        self.fields["sim"].widget.attrs |= {
            "hx-get": reverse("admin:lines_line_cards_in_stock"),
            "hx-target": "#cards-in-stock",
            "hx-trigger": "focus once, input changed delay:250ms",
            "hx-sync": "this:replace",
        }
        self.fields["on"].help_text = _("Today or a day that is past: a card is not replaced in advance.")

    def clean_on(self) -> date:
        on = super().clean_on()
        if on > localdate():
            raise ValidationError(_("A card is replaced today, or was on a day that is past."), code="to_come")
        return on

    def clean_sim(self) -> SimCard:
        """The card in stock that was typed; one that is known and elsewhere is named with its status."""
        typed = self.cleaned_data["sim"].strip()
        found = SimCard.objects.matching(typed)
        cards = list(found.in_stock().order_by("iccid")[: CARDS_SHOWN + 1])
        if len(cards) == 1:
            return cards[0]
        if not cards:
            known = found.first()
            if known is not None and known.iccid == typed:
                told = _("SIM card %(iccid)s is “%(status)s”, not in stock.")
                raise ValidationError(told % {"iccid": known.iccid, "status": known.get_status_display()})
            raise ValidationError(_("No card in stock has this number."), code="unknown")
        named = ", ".join(card.iccid for card in cards[:CARDS_SHOWN])
        raise ValidationError(_("Several cards in stock match: %(cards)s…") % {"cards": named}, code="several")


class SwapPageForm(SwapForm):
    """On the page of the menu: the line is typed as well."""

    msisdn = forms.CharField(
        label=gettext_lazy("Number of the line, in international form (+33)"),
        max_length=30,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel", "placeholder": "+33 6 39 98 00 01"}),
        help_text=gettext_lazy("06… and 0033… are understood as well."),
        error_messages={"required": gettext_lazy("Say which line gets another card.")},
    )
    field_order = ["msisdn", "sim", "cause", "declared", "charged", "on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def clean_msisdn(self) -> Line:
        try:
            number = normalise_msisdn(self.cleaned_data["msisdn"])
        except IdentifierRefused as refused:
            raise ValidationError(sentence(refused), code=refused.code) from None
        lines = Line.objects.filter(msisdn=number).select_related("customer").order_by("pk")
        serving = [line for line in lines if line.status in SERVING]
        found = [*serving, *reversed(lines)]
        if not found:
            raise ValidationError(_("No line has this number."), code="unknown")
        return found[0]


def swap_parameters(answers: Answers) -> Parameters:
    return {
        "sim": answers["sim"].pk,
        "cause": answers["cause"].value,
        "declared": answers["declared"],
        "charged": answers["charged"],
    }


def plan_swap(line: Line, parameters: Parameters, on: date) -> Becomes | None:
    sim = SimCard.objects.get(pk=parameters["sim"])
    period = refuse_swap(line=line, sim=sim, on=on, today=localdate())
    return Becomes(_card(period.sim), _card(sim))


def _card(sim: SimCard) -> str:
    return f"{sim.iccid} ({sim.get_format_display()})" if sim.format else sim.iccid


def effects_of_swap(line: Line, parameters: Parameters, on: date) -> Iterator[Text]:
    yield _("Line %(line)s of %(customer)s.") % {"line": line, "customer": line.customer}
    cause = SwapReason(parameters["cause"])
    status = DECLARED.get(cause, SimStatus.REPLACED) if parameters["declared"] else SimStatus.REPLACED
    yield _("The old card becomes “%(status)s” and is never used again.") % {"status": status.label}
    if line.status == LineStatus.SUSPENDED:
        yield _("The line is restricted and stays so: the new card is suspended as well.")
    amount = swap_fee(line, on)
    if amount and parameters["charged"]:
        yield _("A fee of %(amount)s excluding tax is charged.") % {"amount": french.euros(amount)}
    else:
        yield _("No fee is charged.")
    yield _("Number, offers, usage and invoices stay as they are.")


def swap(line: Line, parameters: Parameters, doing: Doing) -> LineOperation:
    return swap_sim(
        line=line,
        sim=SimCard.objects.get(pk=parameters["sim"]),
        on=doing.on,
        today=doing.today,
        actor=doing.actor,
        cause=SwapReason(parameters["cause"]),
        declared=parameters["declared"],
        fees=parameters["charged"],
        reason=doing.reason,
    )


SWAP = Operation(
    code="swap",
    kind=OperationKind.SIM_SWAP,
    title=gettext_lazy("SIM SWAP"),
    permission=SWAP_SIM,
    form=SwapForm,
    parameters=swap_parameters,
    about=lambda parameters: SwapReason(parameters["cause"]).label,
    plan=plan_swap,
    effects=effects_of_swap,
    apply=swap,
    when=lambda line: line.status in SERVING,
    submit=gettext_lazy("Confirm the SIM SWAP"),
    done=gettext_lazy("The SIM card is replaced."),
    icon="sim_card",
)


# --- The page of the menu


@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """Cards in stock that the typed text finds, for the field of the new one."""
    if not (request.user.has_perm(SWAP_SIM) and request.user.has_perm("sims.view_simcard")):
        raise PermissionDenied
    typed = request.GET.get("sim", "").replace("\x00", "").strip()
    found = SimCard.objects.in_stock().order_by("iccid")
    found = found.matching(typed) if typed else found
    response = TemplateResponse(request, "lines/cards_in_stock.html", {"cards": found[:CARDS_SHOWN]})
    add_never_cache_headers(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """First what would happen, then «Valider le SIM SWAP»: the same answers twice, as in a dialog."""
    if not (model_admin.has_view_permission(request) and request.user.has_perm(SWAP_SIM)):
        raise PermissionDenied
    form = SwapPageForm(data=request.POST if request.method == "POST" else None, request=request)
    line: Line | None = None
    if form.is_valid():
        line = form.cleaned_data["msisdn"]
        if (done := _do_or_show(form, line, request.user)) is not None:
            model_admin.log_change(request, line, str(SWAP.title))
            messages.success(request, str(SWAP.done))
            return redirect(reverse("admin:lines_line_change", args=[done.line_id]))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("SIM SWAP"),
        "content_title": _("SIM SWAP"),
        "model_admin": model_admin,
        "media": model_admin.media,
        "form": form,
        "line": line,
        "said": SWAP.submit if form.sentences else _("See what will happen"),
    }
    response = TemplateResponse(request, "lines/sim_swap.html", context)
    add_never_cache_headers(response)
    return response


def _do_or_show(form: SwapPageForm, line: Line, actor: Any) -> Any:
    """The journal's entry once it is done; None where it has been shown, or is refused."""
    answers = form.answers
    asked = {"operation": SWAP, "line": line, "parameters": swap_parameters(answers), "on": answers["on"]}
    try:
        form.sentences = [str(one) for one in preview(**asked, today=localdate())]
        if form.was_previewed:
            return do_operation(**asked, today=localdate(), actor=actor, reason=answers["reason"])
    except DomainError as refusal:
        form.refusal, form.sentences = refusal, ()
        return None
    if form.is_overtaken:
        form.refusal = DomainError(_("Things have changed since you looked: read what happens now, then confirm."))
    form.mark_previewed()
    return None
