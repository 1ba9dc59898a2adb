"""The integrator's colour made readable: the scale that pages are painted with (pure: no Django).

A colour is chosen for a logo, not for reading. Whatever was chosen, white text on weight 600 and the links in weights
600 (on white) and 500 (on unfold's dark ground) keep the contrast that WCAG 2.1 asks of text (success criterion 1.4.3).
"""

from __future__ import annotations

from collections.abc import Callable

ENOUGH = 4.5
WHITE = "#ffffff"
BLACK = "#000000"
DARK_GROUND = "#101828"  # unfold's base-900, on which dark pages stand
_STEPS = 50


def palette(colour: str) -> dict[str, str]:
    """The eleven weights of unfold's «primary», from the palest to the darkest."""
    base = on_white(colour)
    light = on_dark(colour)
    tints = {"50": 0.94, "100": 0.88, "200": 0.78, "300": 0.66}
    shades = {"700": 0.16, "800": 0.32, "900": 0.48, "950": 0.64}
    return {
        **{weight: mixed(base, WHITE, part) for weight, part in tints.items()},
        "400": mixed(light, WHITE, 0.2),
        "500": light,
        "600": base,
        **{weight: mixed(base, BLACK, part) for weight, part in shades.items()},
    }


def on_white(colour: str) -> str:
    """``colour``, darkened no more than white text on it, or the text itself on white, needs to be read."""
    return _first(lambda part: mixed(colour, BLACK, part), ground=WHITE)


def on_dark(colour: str) -> str:
    """``colour``, lightened no more than a text in it on a dark page needs to be read."""
    return _first(lambda part: mixed(colour, WHITE, part), ground=DARK_GROUND)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.1), from 1 for the same to 21 for black on white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, part: float) -> str:
    """``colour`` with ``part`` (0 to 1) of ``other`` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(ours * (1 - part) + theirs * part):02x}" for ours, theirs in pairs)


def _first(shade: Callable[[float], str], *, ground: str) -> str:
    shades = (shade(step / _STEPS) for step in range(_STEPS + 1))
    return next(one for one in shades if contrast(one, ground) >= ENOUGH)


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.1)."""
    parts = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
