"""The shape of the house: who stands on whom, how long a file may be, what a module may not be called."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parent.parent
LONGEST = 400  # lines
VAGUE = {"utils", "util", "helpers", "helper", "misc", "common", "tools"}


def ladder() -> dict[str, int]:
    """How high each app stands, as import-linter reads it: `core` is 0, apps on one rung share a height."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = next(one for one in pyproject["tool"]["importlinter"]["contracts"] if one["id"] == "ladder")
    return {
        name.strip(" ()"): height
        for height, rung in enumerate(reversed(contract["layers"]))
        for name in rung.split("|")
    }


def our_modules() -> Iterator[Path]:
    for folder in ("apps", "config", "tests", "benchmarks"):
        yield from (ROOT / folder).rglob("*.py")


def upward_relations() -> Iterator[str]:
    heights = ladder()
    for model in apps.get_models(include_auto_created=True):
        here = model._meta.app_label
        if not model.__module__.startswith("apps."):
            continue
        for field in (*model._meta.fields, *model._meta.many_to_many):
            target = field.remote_field.model if field.remote_field else None
            if not (isinstance(target, type) and issubclass(target, models.Model)):
                continue
            there = target._meta.app_label
            if there != here and there in heights and heights[there] >= heights[here]:
                yield f"{model._meta.label}.{field.name} → {target._meta.label}"


def test_a_foreign_key_points_downwards_only() -> None:
    assert list(upward_relations()) == []


def test_every_app_of_ours_is_installed_and_has_its_place_on_the_ladder() -> None:
    folders = {path.parent.name for path in (ROOT / "apps").glob("*/apps.py")}
    installed = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    assert folders == installed
    assert installed <= ladder().keys()


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    # Migrations are written by Django, and nobody reads them from top to bottom.
    written = [path for path in our_modules() if path.parent.name != "migrations"]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in written}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_module_has_a_vague_name() -> None:
    assert [path for path in our_modules() if path.stem in VAGUE or VAGUE & set(path.parent.parts)] == []


@pytest.mark.parametrize("folder", ["apps", "config"])
def test_the_product_does_not_import_its_tests(folder: str) -> None:
    importing = ("import tests", "from tests", "import pytest", "import factory")
    guilty = [path for path in (ROOT / folder).rglob("*.py") if any(word in path.read_text() for word in importing)]
    assert guilty == []


def test_keys_in_pages_are_written_for_machines() -> None:
    """«1 234» is no key: from the thousandth row on, a form would send it, or a script look for it, in vain."""
    # Names of elements are text.
    written_for_people = re.compile(r"\{\{ *(?:[a-z_.]+\.)?(?:pk|(?!auto_id|editor_id)[a-z]+_id) *\}\}")
    faults = [
        f"{page.relative_to(ROOT)}: {found}"
        for page in (ROOT / "templates").rglob("*.html")
        for found in written_for_people.findall(page.read_text())
    ]
    assert faults == []
