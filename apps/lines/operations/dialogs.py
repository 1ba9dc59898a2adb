"""The button of an operation on the page of a line, and in the row menu of «Parc mobile»."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from apps.core.admin import ServiceDialog
from apps.core.french import day
from apps.core.slots import contribute
from apps.lines.models import Line, LineOperation, PlannedOperation
from apps.lines.operations.doing import do_operation, preview
from apps.lines.operations.kinds import Answers, Operation, Text

SLOT = "lines.line.actions"
#: As the outline says: «Cliquez sur action puis modifier utilisateur».
MENU = pgettext_lazy("menu", "Action")


def contribute_dialog(operation: Operation) -> None:
    contribute(SLOT, operation.dialog or dialog_of(operation))


def dialog_of(operation: Operation) -> ServiceDialog:
    """What is asked, then what that would do, then it is done."""

    def told(line: Line, answers: Answers) -> Sequence[Text]:
        asked = operation.parameters(answers)
        return list(preview(operation=operation, line=line, parameters=asked, on=answers["on"], today=localdate()))

    def do(line: Line, actor: Any, answers: Answers) -> LineOperation | PlannedOperation:
        return do_operation(
            line=line,
            operation=operation,
            parameters=operation.parameters(answers),
            on=answers["on"],
            today=localdate(),
            actor=actor,
            reason=answers["reason"],
        )

    def done(result: LineOperation | PlannedOperation) -> Text:
        if isinstance(result, PlannedOperation):
            return _("It is planned for %(day)s.") % {"day": day(result.effective_on)}
        return operation.done

    return ServiceDialog(
        name=operation.code,
        title=operation.title,
        description=operation.description,
        permission=operation.permission,
        form=operation.form,
        when=operation.when,
        preview=told,
        service=do,
        done=done,
        submit=operation.submit,
        icon=operation.icon,
        variant=operation.variant,
        menu=MENU,
    )
