"""An operation on a line's page, as a browser does it: what is asked, what it would do, then it is done."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.lines.models import Line

CONFIRMED = {"_form_submitted": "True"}


def address(line: Line, code: str) -> str:
    return reverse(f"admin:lines_line_{code}", args=[line.pk])


def plain(response: Any) -> str:
    text: str = response.content.decode()
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def ask(client: Client, line: Line, code: str, **answers: Any) -> HttpResponse:
    """The first POST: it says what would happen, and does nothing."""
    response: Any = client.post(address(line, code), {**CONFIRMED, **answers})
    return response


def do(client: Client, line: Line, code: str, **answers: Any) -> HttpResponse:
    """Both POSTs. The answer is the second one, or the first where nothing is left to confirm."""
    shown: Any = ask(client, line, code, **answers)
    found = re.search(r'name="_previewed"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="_previewed"', plain(shown))
    if shown.status_code != 200 or found is None:
        return shown  # type: ignore[no-any-return]
    digest = found[1] or found[2]
    response: Any = client.post(address(line, code), {**CONFIRMED, **answers, "_previewed": digest})
    return response
