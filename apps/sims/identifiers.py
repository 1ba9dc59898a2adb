"""The activation code of an eSIM, as its QR code holds it (GSMA SGP.22, 4.1)."""

from __future__ import annotations

import re
from typing import Final

from apps.core.identifiers import IdentifierRefused

ACTIVATION_CODE_LENGTH: Final = 259  # the prefix and 255 characters
_PREFIX = "LPA:"
# Address of the server; what it knows the profile by; its object identifier; whether it asks for a code besides.
_CODE = re.compile(
    r"1\$[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
    r"\$[A-Za-z0-9-]*(?:\$(?:[0-9]+(?:\.[0-9]+)+)?(?:\$1)?)?"
)


def check_activation_code(text: str) -> str:
    """``LPA:1$server$code``; the prefix may be missing, as in what some platforms export."""
    code = "".join(text.split())
    if code[: len(_PREFIX)].upper() == _PREFIX:
        code = code[len(_PREFIX) :]
    if len(_PREFIX + code) > ACTIVATION_CODE_LENGTH or not _CODE.fullmatch(code):
        raise IdentifierRefused("esim_code_form")
    return _PREFIX + code
