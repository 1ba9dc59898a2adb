"""``python -m tests.e2e.working NOW work …``: ``manage.py`` on a clock that stands at ``NOW`` when it begins."""

from __future__ import annotations

import sys

import time_machine
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    _name, now, *command = sys.argv
    time_machine.travel(now).start()
    execute_from_command_line(["manage.py", *command])
