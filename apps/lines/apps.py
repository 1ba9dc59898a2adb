from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinesConfig(AppConfig):
    name = "apps.lines"
    label = "lines"
    verbose_name = _("Lines")

    def ready(self) -> None:
        from apps.catalog.services import ALLOWANCES_CHANGED
        from apps.core.slots import contribute
        from apps.core.wording import register
        from apps.lines import panels, searching, tiles
        from apps.lines.changes import lines_of_offers
        from apps.lines.imports import SENTENCES

        register(SENTENCES)
        panels.register()
        tiles.register()
        searching.register()
        contribute(ALLOWANCES_CHANGED, lines_of_offers)
