"""What kinds of values a template may reach, told from annotations: without rendering anything.

A kind is what an annotation says: ``str``, ``date``, a frozen dataclass, ``tuple[Line, ...]``; ``None`` beside it is
dropped, for absent values are shown as nothing. ``object`` is what is not known.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import GenericAlias, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

UNKNOWN: Any = object


def without_none(annotation: Any) -> Any:
    """``date | None`` → ``date``; a union of several is not known."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    left = [one for one in get_args(annotation) if one is not type(None)]
    return left[0] if len(left) == 1 else UNKNOWN


def kind_of(value: Any) -> Any:
    """Of an example: a tuple's is that of its first element."""
    if isinstance(value, tuple):
        return GenericAlias(tuple, (kind_of(value[0]) if value else UNKNOWN, ...))
    return UNKNOWN if value is None else type(value)


def is_list(kind: Any) -> bool:
    return kind is tuple or get_origin(kind) is tuple


def element_of(kind: Any) -> Any:
    """What a loop over ``kind`` gives; ``None`` where it is no list."""
    if not is_list(kind):
        return None
    inside = get_args(kind)
    alike = (len(inside) == 2 and inside[1] is Ellipsis) or len(set(inside)) == 1
    return without_none(inside[0]) if inside and alike else UNKNOWN


def members_of(kind: Any) -> dict[str, Any]:
    """The kinds of the fields and properties that a template may name on ``kind``; none of what is no dataclass."""
    return _members(kind) if isinstance(kind, type) and is_dataclass(kind) else {}


@lru_cache
def _members(kind: type[Any]) -> dict[str, Any]:
    if not kind.__dataclass_params__.frozen:
        return {}
    hints = get_type_hints(kind)
    found = {field.name: without_none(hints[field.name]) for field in fields(kind)}
    for base in reversed(kind.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, property) and not name.startswith("_"):
                returned = get_type_hints(value.fget).get("return", UNKNOWN) if value.fget else UNKNOWN
                found[name] = without_none(returned)
    return found
