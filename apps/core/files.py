"""Private files: where they lie, and the one address from which people get them.

``PRIVATE_ROOT/<area>/YYYY/MM/<uuid>`` is outside of everything that a web server serves; one mount is shared by all
machines. An app that has files to show contributes a :class:`Source` to the slot ``core.files``; the view asks the
source's permission before it looks anything up.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.timezone import localdate
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from apps.core.exceptions import DomainError
from apps.core.slots import contributions

SLOT = "core.files"
PIECE = 1 << 20


class Area(StrEnum):
    UPLOADS = "uploads"
    DOCUMENTS = "documents"
    EXPORTS = "exports"
    TEMPORARY = "tmp"


# --- The store


def store(area: str, data: bytes, *, suffix: str = "") -> str:
    """Keep ``data`` and tell where: a path relative to PRIVATE_ROOT, for a column of the row that owns the file.

    It is there for good before anything says so: written aside, synced, then renamed.
    """
    return store_chunks(area, [data], suffix=suffix)


def store_chunks(area: str, chunks: Iterable[bytes], *, suffix: str = "") -> str:
    """As :func:`store`, for what comes in pieces; if they end in an error, nothing is kept."""
    path = f"{Area(area)}/{localdate():%Y/%m}/{uuid.uuid4()}{suffix}"
    target = _absolute(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.part")
    try:
        with aside.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    aside.rename(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return path


def stored_pieces(path: str) -> Iterator[bytes]:
    """What :func:`store` kept at ``path``, for whoever sends it on: a megabyte at a time."""
    with _absolute(path).open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def store_file(area: str, file: Path, *, suffix: str = "") -> str:
    """As :func:`store`, for what has been written to a file of its own, which stays where it is."""
    with file.open("rb") as opened:
        return store_chunks(area, iter(lambda: opened.read(PIECE), b""), suffix=suffix)


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for work in progress, gone after it: beside the other private files, as it holds the same."""
    parent = _absolute(Area.TEMPORARY)
    parent.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=parent)


def stored_bytes(path: str) -> bytes:
    """What :func:`store` kept at ``path``. FileNotFoundError where there is nothing."""
    return _absolute(path).read_bytes()


def stored_file(path: str) -> Path:
    """Where the file that :func:`store` kept at ``path`` lies, for what reads it piece by piece."""
    return _absolute(path)


def remove(path: str) -> None:
    """Forget a stored file; one that is gone already is no error."""
    _absolute(path).unlink(missing_ok=True)


def _absolute(path: str) -> Path:
    root = Path(settings.PRIVATE_ROOT).resolve()
    target = (root / path).resolve()
    if not target.is_relative_to(root):
        raise SuspiciousFileOperation(f"{path!r} is outside of PRIVATE_ROOT")
    return target


# --- The view


@dataclass(frozen=True, slots=True)
class Content:
    """What a person gets: bytes, their type, and the name under which the browser keeps them.

    What is too large to be held at once comes in pieces, which are made while they are sent.
    """

    name: str
    content_type: str
    data: bytes | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of thing that can be opened: ``find(request, pk)`` gives its content, or None where there is none.

    ``find`` sees only rows that this user may see; ``permission`` has been checked before it is called.
    """

    kind: str
    permission: str
    find: Callable[[HttpRequest, int], Content | None]


def address(kind: str, pk: int, *, download: bool = False) -> str:
    """Where the file is opened in the browser, or with ``download`` kept on disk."""
    return reverse("file", args=[kind, pk]) + ("?download=1" if download else "")


@require_safe
@xframe_options_sameorigin
def serve(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """Give a private file to a member of staff who may see it."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    source = next((one for one in contributions(SLOT) if one.kind == kind), None)
    if source is None:
        raise Http404
    if not user.has_perm(source.permission):
        raise PermissionDenied
    try:
        content = source.find(request, pk)
    except DomainError as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    if content is None:
        raise Http404
    response = _response(content, as_attachment="download" in request.GET)
    add_never_cache_headers(response)
    return response


def as_download(name: str, content_type: str, data: bytes) -> HttpResponse:
    """What a page makes on the spot for whoever may have it: kept by the browser, in no cache."""
    return _kept(HttpResponse(data, content_type), name)


def as_download_in_pieces(name: str, content_type: str, pieces: Iterable[bytes]) -> StreamingHttpResponse:
    """The same of what is too large to be held at once: it is made while it is sent."""
    return _kept(StreamingHttpResponse(pieces, content_type=content_type), name)


def _kept[Response: HttpResponseBase](response: Response, name: str) -> Response:
    response["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=name))
    add_never_cache_headers(response)
    return response


def _response(content: Content, *, as_attachment: bool) -> HttpResponseBase:
    name = get_valid_filename(content.name)
    if isinstance(content.data, bytes):
        return FileResponse(
            BytesIO(content.data), content_type=content.content_type, filename=name, as_attachment=as_attachment
        )
    response = StreamingHttpResponse(content.data, content_type=content.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment, name) or "inline"
    return response
