"""What mails are sent about, and the texts they are made of.

The app that owns an event registers it in ``ready()`` with the texts that the product ships. They are templates for
the sandbox (:mod:`apps.core.sandbox`): they see their placeholders and ``company``, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name of the context: what it means to whoever writes a text, and an example of its value.

    Values are texts, figures, dates, tuples and frozen dataclasses of such: what the sandbox shows.
    """

    name: str
    meaning: str | Promise
    example: Any


@dataclass(frozen=True, slots=True)
class Texts:
    """The three templates of a mail; ``html`` is what stands between the letterhead and the foot."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that customers or staff are told of by mail."""

    code: str
    title: str | Promise
    subject: str
    text: str
    html: str
    placeholders: Sequence[Placeholder] = ()

    @classmethod
    def from_files(
        cls, *, code: str, title: str | Promise, folder: Path, placeholders: Sequence[Placeholder] = ()
    ) -> Self:
        """The event whose texts are ``<code>.subject``, ``<code>.txt`` and ``<code>.html`` in ``folder``."""
        subject, text, html = (
            (folder / f"{code}.{ending}").read_text(encoding="utf-8") for ending in ("subject", "txt", "html")
        )
        return cls(code=code, title=title, subject=subject, text=text, html=html, placeholders=tuple(placeholders))

    @property
    def texts(self) -> Texts:
        """The texts in force: those that the product ships. Where an integrator's own come in, they come in here."""
        return Texts(self.subject, self.text, self.html)

    @property
    def example(self) -> dict[str, Any]:
        """A context made of the examples."""
        return {placeholder.name: placeholder.example for placeholder in self.placeholders}


_events: dict[str, Event] = {}


def register(event: Event) -> None:
    _events[event.code] = event


def event(code: str) -> Event:
    """KeyError for a code that no installed app knows."""
    return _events[code]


def events() -> Mapping[str, Event]:
    return MappingProxyType(_events)


def title_of(code: str) -> str:
    """What people call an event; its code, where the app that knew it is gone."""
    known = _events.get(code)
    return str(known.title) if known else code
