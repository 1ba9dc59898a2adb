"""What mails are sent about, and the texts they are made of.

The app that owns an event registers it in ``ready()`` with the texts that the product ships. They are templates for
the sandbox (:mod:`apps.core.sandbox`): they see their placeholders and ``company``, and nothing else. An integrator
may write texts of its own for it: which are in force says :mod:`apps.messaging.in_force`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name of the context: what it means to whoever writes a text, and an example of its value.

    Values are texts, figures, dates, tuples and frozen dataclasses of such: what the sandbox shows. What each field
    of a dataclass means is said beside it (:func:`means`).
    """

    name: str
    meaning: str | Promise
    example: Any


def means(meaning: str | Promise, *, shown: str = "") -> Any:
    """A field of a dataclass that texts see: what it means, and the filter that it is written with.

    ``shown`` is only said where the kind does not say it: ``number`` for an MSISDN, ``percent`` for a rate.
    """
    return field(metadata={"meaning": meaning, "shown": shown})


@dataclass(frozen=True, slots=True)
class Sample:
    """A real object that a text can be tried on."""

    pk: int
    label: str


@dataclass(frozen=True, slots=True)
class Samples:
    """Real objects to try the texts of an event on.

    ``search(text, limit)`` gives the latest that fit a text (all of them: an empty one); ``context(pk)`` the values
    of the placeholders, as a mail about it would have them. LookupError where there is no such object any more.
    """

    search: Callable[[str, int], list[Sample]]
    context: Callable[[int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Texts:
    """The three templates of a mail; ``html`` is what stands between the letterhead and the foot."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that customers or staff are told of by mail.

    ``samples``: what its texts are tried on; without, the examples of the placeholders serve.
    ``optional``: an integrator may have these mails not sent, and ``sent_at_first`` says what holds until it decides.
    ``confidential``: its mails hold a personal link; their text is shown to nobody, and they have no hidden copy.
    ``by_hand``: letters that people send to customers they choose; there may be many templates in use.
    ``indispensable``: placeholders without whose value these mails serve nothing: the text and the HTML show them.
    """

    code: str
    title: str | Promise
    subject: str
    text: str
    html: str
    placeholders: Sequence[Placeholder] = ()
    samples: Samples | None = None
    optional: bool = False
    sent_at_first: bool = True
    confidential: bool = False
    by_hand: bool = False
    indispensable: Sequence[str] = ()

    @classmethod
    def from_files(cls, *, code: str, folder: Path, **given: Any) -> Self:
        """The event whose texts are ``<code>.subject``, ``<code>.txt`` and ``<code>.html`` in ``folder``."""
        subject, text, html = (
            (folder / f"{code}.{ending}").read_text(encoding="utf-8") for ending in ("subject", "txt", "html")
        )
        return cls(code=code, subject=subject.strip(), text=text, html=html, **given)

    @property
    def shipped(self) -> Texts:
        """The texts of the product. Whatever happens to an integrator's own, these can be sent."""
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


def is_confidential(code: str) -> bool:
    """Whether the text of its mails is shown to nobody."""
    known = _events.get(code)
    return known is not None and known.confidential
