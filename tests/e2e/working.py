"""``python -m tests.e2e.working DAY work …``: ``manage.py`` whose clock begins at ``DAY`` (empty: the machine's)."""

from __future__ import annotations

import sys

import time_machine
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    _name, day, *command = sys.argv
    if day:
        time_machine.travel(day).start()
    execute_from_command_line(["manage.py", *command])
