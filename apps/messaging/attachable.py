"""Which files may go with mails, told by what they hold and not by their name alone."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePath

from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError

#: Of the name of a file: what the systems of customers take.
LONGEST_NAME = 120


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


def _is_text(data: bytes) -> bool:
    try:
        return "\x00" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _office(folder: str) -> Callable[[bytes], bool]:
    """A document of Office without macros: a ZIP that says its parts first."""

    def fits(data: bytes) -> bool:
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, OSError):
            return False
        inside = "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
        return inside and not any(name.lower().endswith("vbaproject.bin") for name in names)

    return fits


OFFICE = "application/vnd.openxmlformats-officedocument"
#: By its ending: the type that a file is sent with, and whether it is one.
KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".pdf": ("application/pdf", _begins(b"%PDF-")),
    ".png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".txt": ("text/plain", _is_text),
    ".csv": ("text/csv", _is_text),
    ".docx": (f"{OFFICE}.wordprocessingml.document", _office("word/")),
    ".xlsx": (f"{OFFICE}.spreadsheetml.sheet", _office("xl/")),
}


def cleaned_name(name: str) -> str:
    """The name alone, without a folder and without signs that nobody sees. DomainError for none."""
    last = PurePath(name.replace("\\", "/")).name
    shown = "".join(sign for sign in last if not unicodedata.category(sign).startswith("C"))
    cleaned = " ".join(shown.split())
    stem, ending = PurePath(cleaned).stem, PurePath(cleaned).suffix
    if not stem.strip(". "):
        raise DomainError(_("The file has no name."))
    return stem[: LONGEST_NAME - len(ending)] + ending.lower()


def content_type_of(name: str, data: bytes) -> str:
    """The type to send the file with. DomainError for another kind of file, and for one that is not what it says."""
    ending = PurePath(name).suffix.lower()
    if ending not in KINDS:
        raise DomainError(
            _("“%(name)s”: only PDF, PNG, JPEG, TXT, CSV, DOCX and XLSX files are attached.") % {"name": name}
        )
    content_type, fits = KINDS[ending]
    if not data:
        raise DomainError(_("“%(name)s” is empty.") % {"name": name})
    if not fits(data):
        raise DomainError(
            _("“%(name)s” is not a file of this kind, or holds macros, or is a text that is not UTF-8.")
            % {"name": name}
        )
    return content_type
