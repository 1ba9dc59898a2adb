"""Layouts written to do harm: nothing of the machine gets into the document, nobody is asked for anything."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from apps.documents.front import UnprintableLayout, print_html
from apps.documents.sheets import FONTS
from tests.documents.attacks import BODIES, CANARY, STYLES, page
from tests.documents.samples import logo, text

# The printer leaves temporary files to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SLOWEST = 20  # seconds; the slowest of these takes less than one
#: What a document must not do when it is opened. (A form or a link is what its writer wanted to have.)
ACTS = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/SubmitForm", b"/OpenAction << /S", b"/GoToR")


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody may ask, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", paths
    server.shutdown()


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory, asked: tuple[str, list[str]]) -> dict[str, str]:
    """Files that a document must not hold, in a folder from which it may read nothing."""
    folder = tmp_path_factory.mktemp("private")
    secret = folder / "secret"
    contents = {
        "txt": CANARY.encode(),
        "css": f"p:before {{ content: '{CANARY}'; }}".encode(),
        "png": logo(),
        "ttf": (Path(FONTS) / "DejaVuSansCondensed.ttf").read_bytes(),
        "pdf": print_html(f"<p>{CANARY}</p>"),
        "pem": CANARY.encode(),
    }
    for ending, content in contents.items():
        secret.with_suffix(f".{ending}").write_bytes(content)
    host, _paths = asked
    return {
        "secret": str(secret),
        "folder": str(folder),
        "host": host,
        "server": f"http://{host}",
        "long": "9" * 2_000,
        "picture": "secret.png",
    }


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    def over(*_args: Any) -> None:
        raise KeyboardInterrupt("a layout took too long")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(SLOWEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def harmless(layout: str, asked: tuple[str, list[str]]) -> None:
    try:
        document = print_html(layout)
    except UnprintableLayout as refusal:
        said = str(refusal)
        assert said
        assert CANARY not in said
    else:
        assert CANARY not in text(document)
        # The picture of the private folder is the only one that has 240 columns.
        assert b"/Width 240" not in document
        assert [act for act in ACTS if act in document] == []
    assert asked[1] == []


@pytest.mark.parametrize("name", BODIES)
def test_a_layout_reads_nothing_and_asks_nobody(name: str, names: dict[str, str], asked: tuple[str, list[str]]) -> None:
    harmless(page(BODIES[name], **names), asked)


@pytest.mark.parametrize("name", STYLES)
def test_a_style_sheet_reads_nothing_and_asks_nobody(
    name: str, names: dict[str, str], asked: tuple[str, list[str]]
) -> None:
    harmless(page(style=STYLES[name], **names), asked)
