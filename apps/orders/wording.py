"""The sentences of what the pure modules of portability refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "porting_day_past": _("The %(day)s is past."),
    "porting_day_sunday": _(
        "The %(day)s is a Sunday: no number is ported on a Sunday. The next possible day is %(proposal)s."
    ),
    "porting_day_holiday": _(
        "The %(day)s is a public holiday (%(holiday)s): no number is ported then. The next possible day is "
        "%(proposal)s."
    ),
    "porting_day_bounds": _("The %(day)s is out of bounds: choose a day from %(first)s to %(last)s."),
}
