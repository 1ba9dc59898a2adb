from __future__ import annotations

from typing import Any

from django.db import models


class IdentifierField(models.CharField):
    """Text compared byte by byte on every database, whatever the language of the installation.

    Calls that start together take from an allowance in the order of their identifiers «as text» (DOMAIN §5.4):
    that order must not depend on a server's locale. It is also the faster one to index.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
