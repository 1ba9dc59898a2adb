"""Where the attachments of mails lie: with the private files, see :mod:`apps.core.files`."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """PRIVATE_ROOT, as it is at the moment: never below MEDIA_ROOT, never with an address of its own."""

    @property
    def base_location(self) -> Path:
        return Path(settings.PRIVATE_ROOT)

    @property
    def location(self) -> str:
        return str(self.base_location.absolute())

    def url(self, name: str | None) -> str:
        raise ValueError("a private file has no address: apps.core.files serves it")
