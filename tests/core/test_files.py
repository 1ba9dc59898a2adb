"""The private store, and the address from which people get its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.http import HttpRequest
from django.test import Client

from apps.core import files, slots
from apps.core.exceptions import DomainError
from tests.factories import UserFactory

# --- The store


def test_a_file_is_read_back_from_where_it_was_put(settings: Any) -> None:
    path = files.store(files.Area.EXPORTS, b"month", suffix=".csv")
    area, year, month, name = Path(path).parts
    assert (area, len(year), len(month), Path(name).suffix) == ("exports", 4, 2, ".csv")
    assert files.stored_bytes(path) == b"month"
    assert [one.name for one in Path(settings.PRIVATE_ROOT).rglob("*") if one.is_file()] == [name]


def test_two_files_of_the_same_bytes_are_two_files() -> None:
    assert files.store("documents", b"one") != files.store("documents", b"one")


def test_an_area_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError):
        files.store("elsewhere", b"")


@pytest.mark.parametrize("path", ["../secret", "/etc/hostname", "documents/../../secret"])
def test_nothing_outside_of_the_store_is_read_or_removed(path: str, settings: Any) -> None:
    (Path(settings.PRIVATE_ROOT).parent / "secret").write_text("secret")
    with pytest.raises(SuspiciousFileOperation):
        files.stored_bytes(path)
    with pytest.raises(SuspiciousFileOperation):
        files.remove(path)


def test_a_link_out_of_the_store_is_not_followed(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (Path(settings.PRIVATE_ROOT) / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(SuspiciousFileOperation):
        files.stored_bytes("link")


def test_removing_twice_is_harmless() -> None:
    path = files.store("tmp", b"once")
    files.remove(path)
    files.remove(path)
    with pytest.raises(FileNotFoundError):
        files.stored_bytes(path)


# --- The view


def find(request: HttpRequest, pk: int) -> files.Content | None:
    if pk == 2:
        raise DomainError("Pas encore édité.")
    return files.Content("Relevé d'été.pdf", "application/pdf", b"%PDF") if pk == 1 else None


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(slots._slots, files.SLOT, [files.Source("letter", "customers.view_customer", find)])
    return


@pytest.fixture
def reader() -> Client:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.mark.django_db
@pytest.mark.usefixtures("source")
class TestServing:
    def test_a_file_opens_in_the_browser_and_is_kept_nowhere(self, reader: Client) -> None:
        answer = reader.get(files.address("letter", 1))
        assert b"".join(answer.streaming_content) == b"%PDF"  # type: ignore[arg-type]
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("inline")
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_a_download_is_an_attachment_under_its_name(self, reader: Client) -> None:
        answer = reader.get(files.address("letter", 1, download=True))
        assert answer["Content-Disposition"].startswith("attachment")
        assert "Relev%C3%A9_d%C3%A9t%C3%A9.pdf" in answer["Content-Disposition"]

    def test_what_is_not_there_is_not_found(self, reader: Client) -> None:
        assert reader.get(files.address("letter", 3)).status_code == 404
        assert reader.get(files.address("nothing", 1)).status_code == 404

    def test_a_refusal_is_said(self, reader: Client) -> None:
        answer = reader.get(files.address("letter", 2))
        assert (answer.status_code, answer.content.decode()) == (409, "Pas encore édité.")

    def test_the_right_is_asked_before_anything_is_looked_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def never(request: HttpRequest, pk: int) -> None:
            raise AssertionError("looked up")

        slots._slots[files.SLOT] = [files.Source("letter", "customers.view_customer", never)]
        client = Client()
        client.force_login(UserFactory())
        assert client.get(files.address("letter", 1)).status_code == 403

    def test_customers_of_a_later_space_are_no_staff(self) -> None:
        client = Client()
        client.force_login(UserFactory(is_staff=False, is_superuser=True))
        assert client.get(files.address("letter", 1)).status_code == 302
