"""Pages and dialogs as people read them."""

from __future__ import annotations

from typing import Any

SPACES = ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "&nbsp;")


def plain(text: str) -> str:
    """Without no-break spaces."""
    for space in SPACES:
        text = text.replace(space, " ")
    return text


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(plain(response.content.decode()).split())


def said(response: Any) -> str:
    """What a dialog says: what it will do, or why not."""
    form = response.context["form"]
    told = [*map(str, form.sentences), *(str(one) for some in form.errors.values() for one in some)]
    if form.refusal:
        told.append(str(form.refusal))
    return plain(" | ".join(told))
