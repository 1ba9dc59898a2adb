"""What usage does when lower apps change."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction


def cover_again(*, line_ids: Collection[int]) -> None:
    """The plans, options or dates of these lines changed: their open records are covered anew, in all months."""
    from apps.usage.services import cover  # brings Polars, which a web process needs only from here on
    from apps.usage.services.counting import lock_files
    from apps.usage.services.covering import lock_pools

    with transaction.atomic():
        everyone = lock_pools(line_ids)
        lock_files(line_ids=everyone, others=())
        cover(line_ids=everyone)
