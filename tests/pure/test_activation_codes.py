"""The activation code of an eSIM: read as platforms export it, refused when a part is missing or odd."""

from __future__ import annotations

import pytest

from apps.core.identifiers import IdentifierRefused
from apps.sims.identifiers import check_activation_code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("LPA:1$smdp.exemple.fr$4F2A-77B1", "LPA:1$smdp.exemple.fr$4F2A-77B1"),
        ("lpa:1$smdp.exemple.fr$4F2A-77B1", "LPA:1$smdp.exemple.fr$4F2A-77B1"),
        (" 1$smdp.exemple.fr$4F2A-77B1\n", "LPA:1$smdp.exemple.fr$4F2A-77B1"),
        ("LPA:1$smdp.exemple.fr$", "LPA:1$smdp.exemple.fr$"),
        ("LPA:1$smdp.exemple.fr$4F2A$1.3.6.1.4.1$1", "LPA:1$smdp.exemple.fr$4F2A$1.3.6.1.4.1$1"),
        ("LPA:1$smdp.exemple.fr$4F2A$$1", "LPA:1$smdp.exemple.fr$4F2A$$1"),
    ],
)
def test_a_code_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert check_activation_code(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "LPA:",
        "LPA:2$smdp.exemple.fr$4F2A",
        "LPA:1$smdp$4F2A",
        "LPA:1$smdp.exemple.fr",
        "LPA:1$-smdp.exemple.fr$4F2A",
        "LPA:1$smdp.exemple.fr$4F_2A",
        "LPA:1$smdp.exemple.fr$4F2A$x",
        "LPA:1$smdp.exemple.fr$4F2A$1.3$2",
        "LPA:1$smdp.exemple.fr$" + "A" * 300,
    ],
)
def test_anything_else_is_refused_without_quoting_it(typed: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        check_activation_code(typed)
    assert refused.value.params == {}
