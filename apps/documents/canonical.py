"""Frozen dataclasses to JSON and back, with one text for one value.

An issued invoice is kept as JSON and chained by a hash of its text, so the text must not depend on the order
of keys, on the locale or on the database: keys are sorted, Decimals and dates are strings, nothing is escaped
that need not be. The scale of a Decimal is kept (``19.90`` stays ``19.90``).
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


class UnreadableSnapshot(ValueError):
    """Stored JSON that is not a snapshot of the expected kind; ``path`` names the faulty place."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'snapshot'}: {reason}")
        self.path = path
        self.reason = reason


def encode(value: Any) -> Any:
    """``value`` (a dataclass, or what one may hold) as plain JSON types."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    match value:
        case None | bool() | int():
            return value
        case StrEnum():
            return value.value
        case str():
            return value
        case Decimal():
            return format(value, "f")
        case date() | datetime():
            return value.isoformat()
        case tuple():
            return [encode(member) for member in value]
    raise TypeError(f"a snapshot cannot hold a {type(value).__name__}")


def canonical(data: Any) -> str:
    """The one text of JSON data: hash this, whatever order a database gave the keys back in."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode[T](wanted: type[T], data: Any) -> T:
    """The ``wanted`` value that :func:`encode` turned into ``data``.

    A key that is missing takes the field's default, so that fields may be added later; a key that is unknown,
    a missing one without default and a value of the wrong kind raise :class:`UnreadableSnapshot`.
    """
    return _decode(wanted, data, "")


def _decode(wanted: Any, data: Any, path: str) -> Any:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        if data is None:
            return None
        (wanted,) = (option for option in get_args(wanted) if option is not types.NoneType)
        return _decode(wanted, data, path)
    if origin is tuple:
        if not isinstance(data, list):
            raise UnreadableSnapshot(path, "a list is expected")
        member = get_args(wanted)[0]
        return tuple(_decode(member, value, f"{path}[{index}]") for index, value in enumerate(data))
    if is_dataclass(wanted):
        return _decode_dataclass(wanted, data, path)
    if wanted in (bool, int, str):
        if type(data) is not wanted:
            raise UnreadableSnapshot(path, f"{wanted.__name__} is expected, not {data!r}")
        return data
    return _decode_text(wanted, data, path)


def _decode_text(wanted: Any, data: Any, path: str) -> Any:
    """Decimals, dates and enumerations, which JSON has only as strings."""
    if not isinstance(data, str):
        raise UnreadableSnapshot(path, f"a string is expected, not {data!r}")
    try:
        if wanted in (date, datetime):
            return wanted.fromisoformat(data)
        return wanted(data)
    except (ValueError, InvalidOperation) as error:
        raise UnreadableSnapshot(path, f"{data!r} is not a {wanted.__name__}") from error


def _decode_dataclass(wanted: Any, data: Any, path: str) -> Any:
    if not isinstance(data, Mapping):
        raise UnreadableSnapshot(path, "an object is expected")
    hints = _hints(wanted)
    if unknown := data.keys() - hints.keys():
        raise UnreadableSnapshot(path, f"unknown {', '.join(sorted(unknown))}")
    prefix = f"{path}." if path else ""
    values = {name: _decode(hints[name], value, prefix + name) for name, value in data.items()}
    try:
        return wanted(**values)
    except (TypeError, ValueError) as error:
        raise UnreadableSnapshot(path, str(error)) from error


@cache
def _hints(wanted: type) -> dict[str, Any]:
    hints = get_type_hints(wanted)
    return {field.name: hints[field.name] for field in fields(wanted)}
