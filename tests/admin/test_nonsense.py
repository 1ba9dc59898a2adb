"""Addresses that nobody types: whatever stands in them, they are answered, never broken by."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin as office
from django.test import Client
from django.urls import reverse

from tests.admin import rows

pytestmark = [pytest.mark.django_db, pytest.mark.screens]

KEYS = ["\x00", "x", "²", "9" * 30, "-1"]


@pytest.fixture(autouse=True)
def world() -> None:
    rows.make(1)


def address_of(page: Any, view: str, *args: object) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{view}", args=args)


def broken(client: Client, addresses: list[str]) -> list[str]:
    client.raise_request_exception = False
    return [address[:200] for address in addresses if client.get(address).status_code >= 500]


@pytest.mark.parametrize("value", ["\x00", "9" * 30, "0001-01-01"], ids=["NUL", "too large", "first day"])
def test_lists_take_nonsense_in_every_filter(admin: Client, value: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    asked = []
    for page in office.site._registry.values():
        address = address_of(page, "changelist")
        shown = admin.get(address)
        if shown.status_code != 200:
            continue  # leads straight to its one row
        filters = {name for spec in shown.context["cl"].filter_specs for name in spec.expected_parameters()}
        # In all of the filters at once it would only show the first that refuses it.
        asked += [f"{address}?{quote(name)}={quote(value)}" for name in sorted({*filters, "q"})]
    assert len(asked) > 50
    assert broken(admin, asked) == []


def test_pages_take_nonsense_for_a_key(admin: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    pages = office.site._registry.values()
    asked = [address_of(page, view, key) for page in pages for view in ("change", "history") for key in KEYS]
    assert broken(admin, asked) == []
