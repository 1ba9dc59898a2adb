"""Files of offers that are taken over on screen."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.jobs.imports.models import FileImport


class OfferImport(FileImport):
    """A file of offers, from its reading to its confirmation."""

    class Meta:
        proxy = True
        verbose_name = _("import of offers")
        verbose_name_plural = _("imports of offers")
        default_permissions = ("add", "view")
