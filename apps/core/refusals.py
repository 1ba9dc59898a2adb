"""What the pure modules raise: a code and its data, never a sentence.

The sentence a person reads, in the person's language, is made from both by :mod:`apps.core.wording`.
"""

from __future__ import annotations


class Refusal(ValueError):
    """A value the business refuses.

    ``code`` says why and is the key of a sentence in :mod:`apps.core.wording`; ``params`` is what that
    sentence quotes (a position, an expected digit, a proposal). Positions count characters from 1.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code
