"""Which files there are to be taken over: apps register theirs in ``ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.urls import reverse
from django.utils.functional import Promise

from apps.core.imports import Importer
from apps.jobs import kinds as jobs
from apps.jobs.imports.forms import FileForm
from apps.jobs.kinds import Kind

if TYPE_CHECKING:
    from apps.jobs.imports.models import FileImport

Text = str | Promise
Parameters = dict[str, Any]


def _nothing(answers: dict[str, Any]) -> Parameters:
    return {}


def _no_words(parameters: Parameters) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind of file. Whoever may ``add`` a ``model`` (a proxy of FileImport) sends and confirms; ``view`` looks.

    What a form asks besides the file is turned into ``parameters`` (plain JSON); ``importer`` is made for the day and
    these, and ``about`` words them for the page.
    """

    model: str
    title: Text
    importer: Callable[[date, Parameters], Importer[Any]]
    #: Where one sees what has been taken over.
    leads_to: Callable[[FileImport], str]
    form: type[FileForm] = FileForm
    parameters: Callable[[dict[str, Any]], Parameters] = field(default=_nothing)
    about: Callable[[Parameters], Text] = field(default=_no_words)
    description: Text = ""

    @property
    def code(self) -> str:
        return self.model.lower()

    @property
    def proxy(self) -> type[FileImport]:
        return cast("type[FileImport]", apps.get_model(self.model))

    @property
    def view_permission(self) -> str:
        return self._permission("view")

    @property
    def add_permission(self) -> str:
        return self._permission("add")

    @property
    def check_code(self) -> str:
        return f"{self.code}.check_file"

    @property
    def write_code(self) -> str:
        return f"{self.code}.write_file"

    def _permission(self, verb: str) -> str:
        app, model = self.model.lower().split(".")
        return f"{app}.{verb}_{model}"


_kinds: dict[str, FileKind] = {}


def register(kind: FileKind) -> None:
    """Make the kind known, with the two jobs that its files take."""
    from apps.jobs.imports import tasks

    _kinds[kind.code] = kind
    sees, starts = kind.view_permission, kind.add_permission
    for code, title, run in (
        (kind.check_code, tasks.checking(kind), tasks.check),
        (kind.write_code, tasks.writing(kind), tasks.write),
    ):
        jobs.register(Kind(code=code, title=title, run=run, permission=sees, starts=starts))


def file_kind(code: str) -> FileKind:
    """KeyError for a code that no installed app knows (any more)."""
    return _kinds[code]


def page_of(file: FileImport) -> str:
    """The page of an import, on the list of its kind."""
    app, model = file.kind.split(".")
    return reverse(f"admin:{app}_{model}_change", args=[file.pk])


def file_kinds() -> list[FileKind]:
    return list(_kinds.values())
