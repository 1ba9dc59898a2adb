from __future__ import annotations

from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class ImportState(BadgeChoices):
    CHECKING = "checking", "info", pgettext_lazy("import", "Being checked")
    READY = "ready", "warning", pgettext_lazy("import", "To be confirmed")
    UNCHANGED = "unchanged", "", pgettext_lazy("import", "Nothing to change")
    REFUSED = "refused", "danger", pgettext_lazy("import", "Refused")
    WRITING = "writing", "info", pgettext_lazy("import", "Being written")
    DONE = "done", "success", pgettext_lazy("import", "Taken over")
    ABANDONED = "abandoned", "", pgettext_lazy("import", "Abandoned")
