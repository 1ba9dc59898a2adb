"""What people do with the mouse, whatever the screen is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

MENU = "#nav-sidebar-apps"
DIALOG = "#dialog"


def menu(page: Page, entry: str) -> None:
    """«Administration / gestion», then one of its entries."""
    page.wait_for_load_state()  # by then, the menu has opened where one is
    link = page.locator(MENU).get_by_role("link", name=re.compile(rf"{entry}$"))
    if not link.is_visible():
        page.locator(MENU).get_by_text("Gestion", exact=True).click()
    link.click()
    expect(page).to_have_title(re.compile(entry))


def press(page: Page, title: str) -> None:
    page.get_by_role("link", name=re.compile(rf"(^|\s){title}$")).locator("visible=true").first.click()


def action(page: Page, title: str) -> None:
    """«Action», then one of its entries."""
    page.get_by_role("button", name="Action", exact=True).click()
    press(page, title)


def dialog_of(page: Page, title: str, *, opened_by: Callable[[Page, str], None] = press) -> Locator:
    opened_by(page, title)
    dialog = page.locator(DIALOG)
    expect(dialog.get_by_role("heading", name=title)).to_be_visible()
    return dialog


def confirm(dialog: Locator, title: str) -> None:
    dialog.get_by_role("button", name=title).click()


def search(page: Page, text: str) -> None:
    page.locator("#searchbar").fill(text)
    page.locator("#searchbar").press("Enter")
    page.wait_for_url("**q=*")


def row_of(page: Page, text: str) -> Locator:
    return page.get_by_role("row", name=re.compile(rf"(^|\s){text}"))


def cells(page: Page) -> list[list[str]]:
    """What the tables of a page say, without their spaces that do not break."""
    rows = page.locator(".panel-table tr:has(td)")
    return [[words(cell) for cell in row.locator("td").all_inner_texts()] for row in rows.all()]


def counts(page: Page) -> dict[str, str]:
    """The figures above an import or an operation, by their names."""
    said = (words(text).rsplit(" ", 1) for text in page.locator(".import-count").all_inner_texts())
    return dict(said)


def words(text: str) -> str:
    return re.sub(r"(?<=\d) (?=\d{3}\b)", "", " ".join(text.split()))


def send(page: Page, file: Path, **answers: str) -> Locator:
    """The dialog that sends a file, filled in."""
    dialog = dialog_of(page, "Importer un fichier")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog).to_contain_text(file.name)
    for name, answer in answers.items():
        field = dialog.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(answer)
        else:
            field.fill(answer)
    return dialog


def look_before_writing(page: Page, dialog: Locator) -> None:
    confirm(dialog, "Importer un fichier")
    expect(page.get_by_text("Rien n’a encore été écrit.")).to_be_visible()


def write(page: Page) -> None:
    confirm(dialog_of(page, "Confirmer l’import"), "Confirmer l’import")
    expect(page.get_by_text("Tout ceci a été écrit.")).to_be_visible()
