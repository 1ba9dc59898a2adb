"""Who is at the other end: the address a request comes from, and what browser says it sends it."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# In this order: most browsers also call themselves by the names of those that follow.
BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdgA?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)\S* (?:Mobile/\S+ )?Safari/")),
)
SYSTEMS: Final = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iOS", re.compile(r"\b(?:iPhone|iPad)\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("Linux", re.compile(r"\b(?:Linux|CrOS)\b")),
)
LONGEST: Final = 60
IPV6_NETWORK: Final = 64  # bits that a provider gives one customer, who draws the rest as often as he likes


def address_of(request: HttpRequest) -> str | None:
    """The address of the browser; None where there is none (a socket on this machine, a test).

    Each of the ``TRUSTED_PROXIES`` reverse proxies appends the address it was asked from to X-Forwarded-For: what
    stands before those was written by whoever asked, and is not believed.
    """
    proxies: int = settings.TRUSTED_PROXIES
    asked_from = request.META.get("REMOTE_ADDR", "")
    if proxies:
        hops = [hop for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= proxies:
            asked_from = hops[-proxies]
    return _address(asked_from)


def locked_address(request: HttpRequest) -> str | None:
    """What a lock is laid on: the address, or the network of an IPv6 customer."""
    address = address_of(request)
    if address is None or ":" not in address:
        return address
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False).network_address)


def browser_of(request: HttpRequest) -> str:
    """«Firefox 131, Windows»; the beginning of what it calls itself where that is neither."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = next((f"{name} {found[1]}" for name, made in BROWSERS if (found := made.search(agent))), "")
    system = next((name for name, made in SYSTEMS if made.search(agent)), "")
    if browser and system:
        return f"{browser}, {system}"
    return "".join(sign for sign in agent if sign.isprintable())[:LONGEST]


def _address(text: str) -> str | None:
    text = text.strip()
    with_port = re.fullmatch(r"\[(.+)\](?::\d+)?|([\d.]+):\d+", text)
    if with_port:
        text = with_port[1] or with_port[2]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
