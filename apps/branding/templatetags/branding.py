"""What pages outside of unfold's own shell show of the integrator."""

from __future__ import annotations

from typing import Any

from django import template

from apps.branding import shell

register = template.Library()


@register.simple_tag(takes_context=True)
def welcome_message(context: dict[str, Any]) -> str:
    """The integrator's welcome message, as plain text; empty where there is none."""
    return shell.welcome(context["request"])
