"""The registry of what people can do to a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant

from apps.accounts.models import User
from apps.jobs.bulk.kinds import Becomes
from apps.lines.choices import OperationKind
from apps.lines.models import Line, LineOperation
from apps.lines.operations.forms import OperationForm
from apps.lines.services.periods import locked, locked_alone

if TYPE_CHECKING:
    from apps.core.admin import ServiceDialog

APPLY = _("Apply")
DONE = _("It is done.")

Text = str | Promise
Answers = dict[str, Any]
Parameters = dict[str, Any]

__all__ = ["Answers", "Becomes", "Doing", "Operation", "Parameters", "Text", "operations", "register"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """When an operation takes effect, and who wants it why. A day ``on`` after ``today`` is planned."""

    on: date
    today: date
    actor: User | None
    reason: str = ""


def _no_parameters(answers: Answers) -> Parameters:
    return {}


def _no_words(parameters: Parameters) -> Text:
    return ""


def _no_effects(line: Line, parameters: Parameters, on: date) -> Iterator[Text]:
    return iter(())


def _as_they_come(lines: QuerySet[Any]) -> QuerySet[Any]:
    return lines


def _always(line: Line) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Something that people can do to a line, for holders of ``permission``.

    ``form`` asks for the effective date and the reason, and whatever else is the operation's own: ``parameters`` makes
    plain JSON of that, ``about`` words it. ``plan`` says what the line becomes on a day, None if it is so already,
    DomainError if that is refused; it writes nothing, and asks the database nothing that ``rows`` has not fetched.
    ``effects`` says what else follows for one line. ``apply`` does it by a service, and gives back the journal's entry;
    ``undo`` takes such an entry back, with an entry of its own.
    """

    #: Ends addresses, names bulk kinds and planned operations.
    code: str
    kind: OperationKind
    #: The words of the product's outline.
    title: Text
    permission: str
    plan: Callable[[Line, Parameters, date], Becomes | None]
    apply: Callable[[Line, Parameters, Doing], LineOperation]
    form: type[OperationForm] = OperationForm
    parameters: Callable[[Answers], Parameters] = field(default=_no_parameters)
    about: Callable[[Parameters], Text] = field(default=_no_words)
    effects: Callable[[Line, Parameters, date], Iterator[Text]] = field(default=_no_effects)
    undo: Callable[[LineOperation, User | None, str], LineOperation] | None = None
    in_bulk: bool = False
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] = field(default=_as_they_come)
    #: Whether it changes what a line brings to a shared allowance: all lines of its customer are locked then.
    is_pooled: bool = False
    #: Locks the line, and what its service locks before it, where that is something else again.
    locks: Callable[[Line], Line] | None = None
    #: Whether the line's state lets it have the button; ``plan`` and the service say why not.
    when: Callable[[Line], bool] = field(default=_always)
    #: What the button inside the dialog says.
    submit: Text = APPLY
    #: What is said afterwards.
    done: Text = DONE
    description: Text = ""
    icon: str = "edit"
    variant: ActionVariant = ActionVariant.DEFAULT
    #: A dialog of its own, in the place of the one that is made of the above.
    dialog: ServiceDialog | None = None

    def hold(self, line: Line) -> Line:
        """The line as it is now, locked with all that the service will lock, in the order that everybody keeps."""
        if self.locks is not None:
            return self.locks(line)
        return locked(line) if self.is_pooled else locked_alone(line)


_operations: dict[str, Operation] = {}


def register(operation: Operation) -> None:
    """Make the operation known, with its button, and with its bulk kind if it has one."""
    from apps.lines.operations.bulk import register_bulk_kind
    from apps.lines.operations.dialogs import contribute_dialog

    _operations[operation.code] = operation
    contribute_dialog(operation)
    if operation.in_bulk:
        register_bulk_kind(operation)


def operations() -> Mapping[str, Operation]:
    """By code, in the order in which they were registered."""
    return MappingProxyType(_operations)
