"""What the buttons on requests to the operator ask, say and call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.admin import DialogForm, ServiceDialog
from apps.lines.choices import ProvisioningState
from apps.lines.models import ProvisioningRequest
from apps.lines.provisioning.asking import acknowledge_by_hand, ask_again
from apps.lines.provisioning.wanted import wanted_of
from apps.lines.provisioning.wording import about_asking_again

PERMISSION = "lines.change_provisioningrequest"


class RemarkForm(DialogForm):
    """Who said it, and what."""

    remark = forms.CharField(
        label=_("Remark"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Who answered, when, and what was said."),
    )


def preview_asking_again(request: ProvisioningRequest, answers: dict[str, Any]) -> list[str]:
    day = max(request.operation.effective_on, localdate())
    return about_asking_again(request, present=wanted_of(request.operation.line_id, day))


ASK_AGAIN = ServiceDialog(
    title=_("Ask again"),
    permission=PERMISSION,
    when=lambda request: request.state == ProvisioningState.REFUSED,
    preview=preview_asking_again,
    service=lambda request, actor, answers: ask_again(request=request, today=localdate(), now=timezone.now()),
    done=_("The operator is asked again."),
    icon="replay",
)
ANSWERED = ServiceDialog(
    title=_("Answered by telephone"),
    description=_("Notes that the operator’s network does what was asked."),
    permission=PERMISSION,
    form=RemarkForm,
    when=lambda request: request.state in {ProvisioningState.TO_SEND, ProvisioningState.SENT},
    service=lambda request, actor, answers: acknowledge_by_hand(
        request=request, remark=answers["remark"], actor=actor, now=timezone.now()
    ),
    done=_("The request is acknowledged."),
    icon="call",
)
