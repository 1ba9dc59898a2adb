"""The state of a line on the network, as a clerk reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.core.identifiers import national
from apps.lines.choices import Barring, International, LineStatus
from apps.lines.models import ProvisioningRequest
from apps.lines.provisioning.wanted import Wanted, differing

_READ: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
    "msisdn": (pgettext_lazy("telephone", "number"), national),
    "iccid": (gettext_lazy("SIM card"), str),
    "imsi": (gettext_lazy("IMSI"), str),
    "status": (pgettext_lazy("mobile line", "status"), lambda status: LineStatus(status).label),
    "barring": (gettext_lazy("restriction"), lambda barring: Barring(barring).label),
    "international": (gettext_lazy("international behaviour"), lambda one: International(one).label),
    "plan": (gettext_lazy("plan"), str),
    "throughput": (gettext_lazy("throughput"), str),
    "options": (gettext_lazy("options"), ", ".join),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact in two states."""

    label: str
    wanted: str
    known: str
    differs: bool


def compared(wanted: Mapping[str, Any], known: Mapping[str, Any] | None) -> list[Compared]:
    """``wanted`` beside what is ``known`` of the network: None where nothing is."""
    return [
        Compared(
            label=capfirst(str(label)),
            wanted=read(name, wanted.get(name)),
            known=read(name, known.get(name)) if known is not None else "",
            differs=known is not None and wanted.get(name) != known.get(name),
        )
        for name, (label, _reading) in _READ.items()
    ]


def read(name: str, value: Any) -> str:
    return str(_READ[name][1](value)) if value else ""


def about_asking_again(request: ProvisioningRequest, *, present: Wanted) -> list[str]:
    """What asking again for a refused request will do: it asks for the present state, which may be another one."""
    sentences = [_("The operator is asked for the state that the line has now.")]
    for name in differing(present, request.wanted):
        label = capfirst(str(_READ[name][0]))
        old, new = (read(name, state.get(name)) or "–" for state in (request.wanted, present))
        sentences.append(
            _("%(fact)s: the refused request said %(old)s, this one says %(new)s.")
            % {"fact": label, "old": old, "new": new}
        )
    newer = ProvisioningRequest.objects.of_line(request.operation.line_id).filter(operation__gt=request.operation_id)
    if count := newer.count():
        sentences.append(
            ngettext(
                "%(count)d newer request was made for this line: what it asked for is part of this one.",
                "%(count)d newer requests were made for this line: what they asked for is part of this one.",
                count,
            )
            % {"count": count}
        )
    return sentences
