"""What axe-core finds wrong with a screen for people who do not see it, or use no mouse."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
# What is still fading in has colours that nobody reads.
SETTLED = """() => Promise.allSettled(
    document.getAnimations().filter(one => one.effect.getTiming().iterations !== Infinity).map(one => one.finished)
)"""
GRAVE = ("serious", "critical")


def findings(page: Page) -> list[str]:
    """Every serious or critical finding: its rule, where it is, and what axe says about it.

    The window must be one that lets scripts in (``bypass_csp``): the pages' own policy forbids this one.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    page.evaluate(SETTLED)
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", RULES)
    return [
        f"{one['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
