from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinesConfig(AppConfig):
    name = "apps.lines"
    label = "lines"
    verbose_name = _("Lines")

    def ready(self) -> None:
        from apps.lines import panels

        panels.register()
