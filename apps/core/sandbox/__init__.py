"""Templates that clients of the admin write, run where they can do no harm.

See :mod:`apps.core.sandbox.engine` for what is allowed, :mod:`apps.core.sandbox.library` for the tags and
filters.
"""

from apps.core.sandbox.engine import Limits, TemplateFault, compile_template, render

__all__ = ["Limits", "TemplateFault", "compile_template", "render"]
