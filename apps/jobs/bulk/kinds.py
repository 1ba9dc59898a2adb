"""What can be done to many rows at once: apps register theirs in ``ready()``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from apps.jobs import kinds as jobs
from apps.jobs.kinds import Kind

if TYPE_CHECKING:
    from apps.core.admin import DialogForm

Text = str | Promise
Parameters = dict[str, Any]
Memory = dict[str, Any]


@dataclass(frozen=True)
class Becomes:
    """What a row is, and what it would be, in the words of whoever looks at it."""

    before: Text
    after: Text


def _as_they_come(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows


def _for_update(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_for_update(of=("self",)).order_by("pk")


def _nothing_else(keys: Sequence[int]) -> None:
    pass


def _nothing(answers: dict[str, Any]) -> Parameters:
    return {}


def _no_words(parameters: Parameters) -> Text:
    return ""


@dataclass(frozen=True, kw_only=True)
class BulkKind:
    """A kind of bulk operation on the rows of ``model``, for holders of ``permission``.

    ``form`` asks once what holds for all rows; ``parameters`` makes plain JSON of the answers, and ``about`` words it.
    ``plan`` says what a row becomes, None if it is so already, DomainError if it is refused; it writes nothing, and
    asks the database nothing: ``rows`` fetches along what it reads (no grouping: the rows are locked). ``apply`` does
    it to a locked row that has just been planned, and gives back what ``undo`` needs. Each raises DomainError for
    what it refuses, which concerns this row only.

    ``hold`` locks what else ``apply`` will lock for these keys, before the rows are; ``locked`` how the rows are, in
    the order of their keys. The rows of a transaction are done within ``together``.
    """

    code: str
    title: Text
    model: str
    permission: str
    form: type[DialogForm]
    #: The rows that texts name, in their order; for one that names none, the sentence that says so.
    find: Callable[[Sequence[str]], Sequence[Model | Text]]
    plan: Callable[[Any, Parameters], Becomes | None]
    apply: Callable[[Any, Parameters, Any], Memory | None]
    undo: Callable[[Any, Memory, Any], None] | None = None
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] = field(default=_as_they_come)
    hold: Callable[[Sequence[int]], None] = field(default=_nothing_else)
    locked: Callable[[QuerySet[Any]], QuerySet[Any]] = field(default=_for_update)
    together: Callable[[], AbstractContextManager[Any]] = field(default=nullcontext)
    parameters: Callable[[dict[str, Any]], Parameters] = field(default=_nothing)
    about: Callable[[Parameters], Text] = field(default=_no_words)
    description: Text = ""

    @property
    def target(self) -> type[Model]:
        return apps.get_model(self.model)

    @property
    def view_permission(self) -> str:
        app, model = self.model.lower().split(".")
        return f"{app}.view_{model}"

    @property
    def apply_code(self) -> str:
        return f"{self.code}.apply"

    @property
    def undo_code(self) -> str:
        return f"{self.code}.undo"


_kinds: dict[str, BulkKind] = {}


def register(kind: BulkKind) -> None:
    """Make the kind known, with its jobs."""
    from apps.jobs.bulk import tasks

    _kinds[kind.code] = kind
    permission = kind.view_permission
    jobs.register(
        Kind(code=kind.apply_code, title=kind.title, run=tasks.apply, permission=permission, starts=kind.permission)
    )
    title = tasks.undoing(kind)
    jobs.register(Kind(code=kind.undo_code, title=title, run=tasks.undo, permission=permission, starts=kind.permission))


def bulk_kind(code: str) -> BulkKind:
    """KeyError for a code that no installed app knows (any more)."""
    return _kinds[code]


def bulk_kinds() -> Mapping[str, BulkKind]:
    return MappingProxyType(_kinds)


def kinds_on(model: type[Model], user: Any) -> list[BulkKind]:
    """What ``user`` may do to rows of ``model``, in the order in which it was registered."""
    return [kind for kind in _kinds.values() if kind.target is model and user.has_perm(kind.permission)]
