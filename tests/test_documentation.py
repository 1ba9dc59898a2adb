"""What the documentation says must be there: every setting, every picture, every link."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import trans_real

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
READ = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"|database\("([A-Z_]+)"\)|url_variable: str = "([A-Z_]+)"')
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def settings_read() -> set[str]:
    """Every variable of the environment that the settings read."""
    sources = (path.read_text() for path in (ROOT / "config").rglob("*.py"))
    return {next(filter(None, names)) for source in sources for names in READ.findall(source)}


def written() -> list[Path]:
    return [ROOT / "README.md", *DOCS.rglob("*.md")]


def test_every_setting_has_its_line_in_the_operating_manual() -> None:
    manual = (DOCS / "exploitation.md").read_text()
    rows = {name for line in manual.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)}
    assert len(settings_read()) > 30
    assert settings_read() - rows == set()


def test_the_operating_manual_describes_no_setting_that_is_gone() -> None:
    table = (DOCS / "exploitation.md").read_text().partition("## Réglages")[2].partition("\n## ")[0]
    described = {name for line in table.splitlines() for name in re.findall(r"`([A-Z_]+)`", line.split(" | ")[0])}
    assert described - settings_read() == {"DJANGO_SETTINGS_MODULE"}


def test_links_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in written()
        for target in LINK.findall(page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert dead == []


def words(text: str) -> str:
    """Without what differs between a page and a screen: ends of lines, spaces that do not break, apostrophes."""
    return " ".join(text.replace("’", "'").replace("\N{NO-BREAK SPACE}", " ").split()).casefold()


def test_the_guide_calls_things_as_the_screens_do() -> None:
    known = {words(said) for _id, said in trans_real.translation("fr")._catalog.items() if isinstance(said, str)}
    unknown = [
        f"{page.name}: {label}"
        for page in (DOCS / "guide").glob("*.md")
        for label in re.findall(r"« ([^»]+) »", page.read_text())
        if words(label) not in known
    ]
    assert unknown == []


def test_every_picture_is_shown_and_none_is_heavy() -> None:
    shown = {(page.parent / target).resolve() for page in written() for target in LINK.findall(page.read_text())}
    pictures = set(DOCS.rglob("*.png"))
    assert [str(path.relative_to(ROOT)) for path in pictures - shown] == []
    assert [str(path.relative_to(ROOT)) for path in pictures if path.stat().st_size > 300_000] == []
