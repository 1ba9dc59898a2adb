from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "apps.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from apps.documents.defaults import install_defaults

        post_migrate.connect(install_defaults, sender=self, dispatch_uid="documents.defaults")
