"""The admin of this installation: Django's app, with our site in unfold's place."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OfficeConfig(AdminConfig):
    default = False
    default_site = "apps.core.admin.searching.OfficeSite"
