from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TariffsConfig(AppConfig):
    name = "apps.tariffs"
    label = "tariffs"
    verbose_name = _("Tariffs")

    def ready(self) -> None:
        from apps.core.wording import register
        from apps.tariffs import file_kinds
        from apps.tariffs.imports import SENTENCES

        register(SENTENCES)
        file_kinds.register_kinds()
