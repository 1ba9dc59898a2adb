"""The roles of the back office: what a person is there for. Each app says in its ``roles.py`` what they do there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import models

#: An app's table, in its ``roles.py``: codenames of its own models' permissions by role.
Grants = Mapping["Role", Sequence[str]]


class Role(models.TextChoices):
    """Names of groups: they are what people see, so they are French."""

    ADMINISTRATOR = "Administrateur"
    SALES = "Commercial"
    SUPPORT = "Support"
    BILLING = "Facturation"
    ACCOUNTANT = "Comptable"
    READER = "Lecture"
