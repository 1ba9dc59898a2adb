"""Handing to the operator what lines are to do on its network, and keeping its answers (ADR 0017).

An operation on a line writes its request in its own transaction (:mod:`asking`). A worker, or the command
``exchange_provisioning``, hands requests over and reads the answers (:mod:`exchange`).
"""

from apps.lines.provisioning.asking import ask, ask_each

__all__ = ["ask", "ask_each"]
