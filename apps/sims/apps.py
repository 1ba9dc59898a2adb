from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SimsConfig(AppConfig):
    name = "apps.sims"
    label = "sims"
    verbose_name = _("Sims")

    def ready(self) -> None:
        from apps.core.wording import register
        from apps.sims import declaring, file_kinds, past, searching, tiles
        from apps.sims.imports import SENTENCES

        register(SENTENCES)
        searching.register()
        tiles.register()
        file_kinds.register_kinds()
        declaring.register_kinds()
        past.register()
