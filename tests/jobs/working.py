"""``python -m tests.jobs.working COMMAND …``: ``manage.py`` with the kinds of tests known."""

from __future__ import annotations

import sys

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    django.setup()
    from apps.jobs.kinds import register
    from tests.jobs.kinds import KINDS

    for kind in KINDS:
        register(kind)
    execute_from_command_line(["manage.py", *sys.argv[1:]])
