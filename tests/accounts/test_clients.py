"""Where a request comes from, behind proxies or not, and what a browser is called."""

from __future__ import annotations

import pytest
from django.http import HttpRequest

from apps.accounts.clients import address_of, browser_of, locked_address


def asked(**meta: str) -> HttpRequest:
    request = HttpRequest()
    request.META.update(meta)
    return request


FORWARDED = "198.51.100.66, 203.0.113.9, 10.0.0.2"


@pytest.mark.parametrize(
    ("proxies", "address"),
    [(0, "10.0.0.1"), (1, "10.0.0.2"), (2, "203.0.113.9"), (3, "198.51.100.66"), (4, "10.0.0.1")],
)
def test_only_what_our_proxies_wrote_is_believed(settings: object, proxies: int, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    assert address_of(asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=FORWARDED)) == address


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.9:52110", "203.0.113.9"),
        ("[2001:db8:1:2:3::9]:443", "2001:db8:1:2:3::9"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2:3::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("", None),
        ("<script>", None),
    ],
)
def test_an_address_is_read_as_servers_write_it(written: str, address: str | None) -> None:
    assert address_of(asked(REMOTE_ADDR=written)) == address


def test_an_ipv6_customer_is_locked_as_one() -> None:
    one, another = (locked_address(asked(REMOTE_ADDR=f"2001:db8:1:2::{last}")) for last in ("1", "ffff"))
    assert one == another == "2001:db8:1:2::"
    assert locked_address(asked(REMOTE_ADDR="203.0.113.9")) == "203.0.113.9"
    assert locked_address(asked()) is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox 145, Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
            "Safari/537.36 Edg/142.0.0.0",
            "Edge 142, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
            "Chrome 142, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari 18, iOS",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
            "Safari/605.1.15",
            "Safari 18, macOS",
        ),
        ("curl/8.14.1", "curl/8.14.1"),
        ("", ""),
    ],
)
def test_a_browser_has_a_short_name(agent: str, name: str) -> None:
    assert browser_of(asked(HTTP_USER_AGENT=agent)) == name
