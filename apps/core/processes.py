"""Which process holds something, and whether it is still there.

A holder is written ``machine/pid@start``: a pid alone may have been given to another process since.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    return holder_of(os.getpid())


def holder_of(pid: int) -> str:
    """A process of this machine, as a holder."""
    return f"{socket.gethostname()}/{pid}@{_start_of(pid)}"


def is_gone(holder: str) -> bool:
    """Whether the holder is known to have ended. Of another machine's processes nothing is known: False."""
    machine, _sep, rest = holder.rpartition("/")
    pid, _sep, started = rest.partition("@")
    return machine == socket.gethostname() and not _is_alive(int(pid), started)


def _is_alive(pid: int, started: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, somebody else's
    return _start_of(pid) == started


def _start_of(pid: int) -> str:
    """When a process started, in clock ticks since boot; empty where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
