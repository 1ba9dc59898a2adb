"""Verbs of usage: close statements, load and re-rate call records, back files out."""

from apps.usage.services.statements import close_statement

__all__ = ["close_statement"]
