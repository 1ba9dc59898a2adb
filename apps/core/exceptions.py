"""Refusals a person can understand."""

from __future__ import annotations

from django.utils.functional import Promise


class DomainError(Exception):
    """A request the business refuses, with the sentence to show to whoever asked.

    Anything else that is raised is a bug: it is logged, never shown.
    """

    def __init__(self, sentence: str | Promise, *, reasons: list[str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reasons = reasons or []

    def __str__(self) -> str:
        return str(self.sentence)
