"""The folders that the operator and we share: ``out`` for requests, ``in`` for answers, ``done`` for those read.

A file appears under its name with all that is in it, or not at all.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError

#: How files are called that somebody is still writing.
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".partial")


class Folders:
    """The folders under PROVISIONING_DIR; DomainError where there are none to exchange files by."""

    def __init__(self, *, in_use: bool) -> None:
        """Once files have been exchanged (``in_use``) a folder that is gone is a share that is away: none is made."""
        if not settings.PROVISIONING_DIR:
            raise DomainError(_("No folder is set to exchange files with the operator (PROVISIONING_DIR)."))
        root = Path(settings.PROVISIONING_DIR)
        self.outgoing, self.incoming, self.done = root / "out", root / "in", root / "done"
        self.refused = self.incoming / "refused"
        if not in_use:
            for folder in (self.outgoing, self.incoming, self.done) if root.is_dir() else ():
                folder.mkdir(exist_ok=True)
        for folder in (self.outgoing, self.incoming, self.done):
            if not folder.is_dir():
                raise DomainError(_("The folder %(folder)s is not there: is the share away?") % {"folder": folder})
        self.refused.mkdir(exist_ok=True)

    def put_out(self, name: str, data: bytes) -> None:
        """Give the operator a file. One that lies there already with the same content stays untouched."""
        target = self.outgoing / name
        if target.is_file() and target.read_bytes() == data:
            return
        write(target, data)

    def arrived(self) -> Iterator[Path]:
        """What the operator has left, by name; hidden and unfinished files are not ours yet."""
        for path in sorted(self.incoming.iterdir()):
            hidden = path.name.startswith(".") or path.name.lower().endswith(UNFINISHED)
            if not hidden and path.is_file() and not path.is_symlink():
                yield path

    def put_away(self, path: Path, folder: Path, report: str) -> None:
        """Move what has been read, beside the report on it; what had that name before keeps it."""
        target, number = folder / path.name, 1
        while target.exists():
            number += 1
            target = folder / f"{path.stem}-{number}{path.suffix}"
        if report:
            write(target.with_name(f"{target.name}.rapport.txt"), report.encode())
        path.rename(target)
        sync(folder)
        sync(path.parent)


def write(target: Path, data: bytes) -> None:
    """Aside, synced, then renamed: nobody ever sees a part of it, and it outlives a power cut."""
    aside = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync(target.parent)


def sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
