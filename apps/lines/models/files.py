"""Files of lines that are taken over on screen."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.jobs.imports.models import FileImport


class LineImport(FileImport):
    """A file of lines, from its reading to its confirmation."""

    class Meta:
        proxy = True
        verbose_name = _("import of mobile lines")
        verbose_name_plural = _("imports of mobile lines")
        default_permissions = ("add", "view")
