from __future__ import annotations

from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class BulkState(BadgeChoices):
    DRAFT = "draft", "", pgettext_lazy("bulk operation", "To be completed")
    READY = "ready", "warning", pgettext_lazy("bulk operation", "To be confirmed")
    IDLE = "idle", "", pgettext_lazy("bulk operation", "Nothing to do")
    RUNNING = "running", "info", pgettext_lazy("bulk operation", "Under way")
    DONE = "done", "success", pgettext_lazy("bulk operation", "Done")
    UNDOING = "undoing", "info", pgettext_lazy("bulk operation", "Being undone")
    UNDONE = "undone", "warning", pgettext_lazy("bulk operation", "Undone")
    ABANDONED = "abandoned", "", pgettext_lazy("bulk operation", "Abandoned")


class Outcome(BadgeChoices):
    """What becomes of one row, or became of it."""

    CHOSEN = "chosen", "", pgettext_lazy("row of a bulk operation", "Chosen")
    PLANNED = "planned", "info", pgettext_lazy("row of a bulk operation", "Will change")
    CHANGED = "changed", "success", pgettext_lazy("row of a bulk operation", "Changed")
    REFUSED = "refused", "danger", pgettext_lazy("row of a bulk operation", "Refused")
    FAILED = "failed", "danger", pgettext_lazy("row of a bulk operation", "Failed")
    UNCHANGED = "unchanged", "", pgettext_lazy("row of a bulk operation", "Nothing to do")
    UNKNOWN = "unknown", "warning", pgettext_lazy("row of a bulk operation", "Not found")
    DOUBLE = "double", "warning", pgettext_lazy("row of a bulk operation", "Named twice")
    UNDONE = "undone", "", pgettext_lazy("row of a bulk operation", "Undone")
    KEPT = "kept", "warning", pgettext_lazy("row of a bulk operation", "Not undone")


#: Lines of a pasted list that name no row of their own: planning never comes back to them.
WITHOUT_ROW = (Outcome.UNKNOWN, Outcome.DOUBLE)
