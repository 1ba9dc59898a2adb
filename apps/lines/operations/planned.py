"""What workers do for planned operations, and what planned operations say of themselves."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.slots import Panel
from apps.lines.choices import PlannedState
from apps.lines.models import Line, PlannedOperation
from apps.lines.operations.doing import apply_next
from apps.lines.operations.kinds import operations

#: Their day is all that matters, not its minute.
APPLY_SECONDS = 60.0
#: Settled ones that the page of a line still shows.
SETTLED_SHOWN = 10


def apply_planned() -> bool:
    """The chore: one planned operation whose day has come; tells whether there was any."""
    return apply_next(today=timezone.localdate(), now=timezone.now()) is not None


def title_of(planned: PlannedOperation) -> str:
    """What its button says; its kind where the code that knew it is gone."""
    known = operations().get(planned.code)
    return str(known.title) if known else planned.get_kind_display()


def about(planned: PlannedOperation) -> str:
    """Its answers, in words."""
    known = operations().get(planned.code)
    return str(known.about(planned.parameters)) if known else ""


def planned_of(line: Line, request: HttpRequest) -> dict[str, Any]:
    """What is still to come, in its order, then what became of the last ones."""
    rows = line.planned_operations.select_related("asked_by")
    coming = rows.filter(state=PlannedState.PLANNED)
    settled = rows.exclude(state=PlannedState.PLANNED).order_by("-settled_at", "-pk")[:SETTLED_SHOWN]
    return {"rows": [{"planned": one, "title": title_of(one), "about": about(one)} for one in [*coming, *settled]]}


PLANNED = Panel(
    title=_("Planned operations"),
    template="lines/planned.html",
    context=planned_of,
    permission="lines.view_plannedoperation",
    order=5,
)
