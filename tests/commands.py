"""Running a management command as a script does."""

from __future__ import annotations

from io import StringIO
from typing import NamedTuple

from django.core.management import call_command


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def run_command(name: str, *arguments: str) -> Ended:
    """Exit code, stdout and stderr of ``manage.py name arguments…``."""
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return Ended(int(end.code or 0), out.getvalue(), err.getvalue())
    return Ended(0, out.getvalue(), err.getvalue())
