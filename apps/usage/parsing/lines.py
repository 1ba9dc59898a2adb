"""From the bytes of a file to its lines and fields, in chunks, so that memory stays flat.

A record is one physical line: a quoted field may hold the delimiter, never a line end. Lines are counted from
1, the header and blank lines too, as an editor shows them.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import polars as pl

from apps.usage.parsing.formats import Column, FormatSpec

CHUNK_BYTES = 24 * 1024 * 1024  # about 250,000 lines
LONGEST_LINE = 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

type Trouble = Literal["empty", "encoding", "columns", "line_too_long", "damaged_archive"]


class UnreadableFile(ValueError):
    """The file as a whole is not what its format says.

    ``line`` is where it shows; ``detail`` the encoding that it looks like, or the columns that are missing.
    """

    def __init__(self, trouble: Trouble, *, line: int | None = None, detail: str = "") -> None:
        super().__init__(f"{trouble} (line {line}) {detail}")
        self.trouble = trouble
        self.line = line
        self.detail = detail


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file is known by, the SHA-256 of its bytes as received, and how many records it has."""

    sha256: str
    size: int
    lines: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A format applied to one file: how many fields a line has, and where each thing stands among them."""

    spec: FormatSpec
    names: tuple[str, ...]
    positions: dict[Column, int]

    @property
    def width(self) -> int:
        return len(self.names)

    def name(self, column: Column) -> str:
        """The column's name in the file, for messages."""
        return self.names[self.positions[column]] if column in self.positions else column


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive non-blank lines (``line_number``, ``raw``); ``end`` is the offset after the last."""

    layout: Layout
    lines: pl.DataFrame
    end: int


def inspect_file(path: Path, spec: FormatSpec, *, tell: Callable[[int], None] = lambda lines: None) -> FileFacts:
    """Read the file through: its hash and size, or UnreadableFile if it could not be loaded whole.

    ``tell`` is told every few megabytes how many lines have been counted.
    """
    digest, lines = hashlib.sha256(), 0
    with path.open("rb") as stored:
        while block := stored.read(CHUNK_BYTES):
            digest.update(block)
            tell(lines)
    for chunk in read_chunks(path, spec):
        lines += chunk.lines.height
        tell(lines)
    return FileFacts(sha256=digest.hexdigest(), size=path.stat().st_size, lines=lines)


def read_chunks(path: Path, spec: FormatSpec, *, chunk_bytes: int = CHUNK_BYTES, stop_at: int = 0) -> Iterator[Chunk]:
    """The lines of the file after its header. One chunk ends at ``stop_at``, the end of some line."""
    layout = None
    with _opened(path) as stream:
        for block in _decoded_blocks(stream, spec, chunk_bytes=chunk_bytes, stop_at=stop_at):
            lines = pl.read_lines(block.text, name="raw", row_index_name="line_number", row_index_offset=block.line)
            lines = lines.with_columns(pl.col("line_number").cast(pl.Int64))
            if layout is None:
                layout = _layout(lines["raw"][0], spec)
                lines = lines.slice(1 if spec.header else 0)
            yield Chunk(layout, lines.filter(pl.col("raw") != ""), block.end)


def split_fields(chunk: Chunk) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines with the right number of fields, and the others.

    The first frame has ``line_number``, ``raw`` and one text column for each column of the layout; the second
    ``line_number``, ``raw`` and ``width``, the number of fields found.
    """
    layout, spec, raw = chunk.layout, chunk.layout.spec, pl.col("raw")
    quoted = raw.str.contains(spec.quote, literal=True) if spec.quote else pl.lit(False)
    counted = chunk.lines.with_columns(
        width=(raw.str.count_matches(spec.delimiter, literal=True) + 1).cast(pl.Int64), quoted=quoted
    )
    fits = pl.col("width") == layout.width
    whole = _split_plain(counted.filter(fits & ~pl.col("quoted")), layout)
    ragged = counted.filter(~fits & ~pl.col("quoted")).select("line_number", "raw", "width")
    if counted["quoted"].any():
        quoted_whole, quoted_ragged = _split_quoted(counted.filter("quoted"), layout)
        whole = pl.concat([whole, quoted_whole]).sort("line_number")
        ragged = pl.concat([ragged, quoted_ragged]).sort("line_number")
    return whole, ragged


def _split_plain(lines: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Split lines without quotes, all of the right width, so that the fast reader cannot misread them."""
    if lines.is_empty():
        return _no_fields(layout)
    fields = pl.read_csv(
        lines.select(pl.col("raw").str.join("\n")).item().encode(),
        has_header=False,
        separator=layout.spec.delimiter,
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=False,
        columns=sorted(set(layout.positions.values())),
    )
    if fields.height != lines.height:
        raise AssertionError(f"{lines.height} lines became {fields.height} rows")
    return pl.concat(
        [
            lines.select("line_number", "raw"),
            fields.select(pl.col(f"column_{place}").alias(name) for name, place in layout.positions.items()),
        ],
        how="horizontal",
    )


def _split_quoted(lines: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split lines with a quote sign one by one, as the CSV convention has it."""
    whole, ragged = [], []
    for number, raw in lines.select("line_number", "raw").iter_rows():
        fields = _quoted_fields(raw, layout.spec)
        if len(fields) == layout.width:
            whole.append((number, raw, *(fields[place] for place in layout.positions.values())))
        else:
            ragged.append((number, raw, len(fields)))
    return (
        pl.DataFrame(whole, schema=_no_fields(layout).schema, orient="row"),
        pl.DataFrame(ragged, schema={"line_number": pl.Int64, "raw": pl.String, "width": pl.Int64}, orient="row"),
    )


def _quoted_fields(raw: str, spec: FormatSpec) -> list[str]:
    try:
        return next(csv.reader([raw], delimiter=spec.delimiter, quotechar=spec.quote))
    except csv.Error:  # a lone carriage return, or a field past the reader's limit
        return []


def _no_fields(layout: Layout) -> pl.DataFrame:
    return pl.DataFrame(
        schema={"line_number": pl.Int64, "raw": pl.String, **dict.fromkeys(layout.positions, pl.String)}
    )


def _layout(first_line: str, spec: FormatSpec) -> Layout:
    """Where the columns stand, from the first line (the header, or any record if there is none)."""
    names = _quoted_fields(first_line, spec) if spec.quote else first_line.split(spec.delimiter)
    if not spec.header:
        names = [str(place + 1) for place in range(len(names))]
    by_name = {name.strip().upper(): place for place, name in enumerate(names)}
    positions, missing = {}, []
    for column, wanted in spec.columns.items():
        place = by_name.get(wanted.upper()) if isinstance(wanted, str) else wanted
        if place is None or not 0 <= place < len(names):
            missing.append(str(wanted))
        else:
            positions[column] = place
    if missing:
        raise UnreadableFile("columns", line=1, detail=", ".join(missing))
    return Layout(spec, tuple(name.strip() for name in names), positions)


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines in UTF-8: ``line`` is the number of the first, ``end`` the offset after the last."""

    text: bytes
    line: int
    end: int


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's content, unpacked if it is gzip whatever its name."""
    with path.open("rb") as stored:
        packed = stored.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        stored.seek(0)
        if not packed:
            yield stored
            return
        try:
            with gzip.GzipFile(fileobj=stored) as unpacked:
                yield unpacked  # type: ignore[misc]
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFile("damaged_archive") from error


def _decoded_blocks(stream: IO[bytes], spec: FormatSpec, *, chunk_bytes: int, stop_at: int) -> Iterator[_Block]:
    """Cut the stream at line ends, check and convert the encoding."""
    line, end, rest = 1, 0, b""
    while True:
        position = end + len(rest)
        wanted = min(chunk_bytes, stop_at - position) if position < stop_at else chunk_bytes
        fresh = stream.read(wanted)
        if not fresh and not rest:
            break
        whole = rest + fresh
        cut = whole.rfind(b"\n") + 1 if fresh else len(whole)
        rest = whole[cut:]
        if len(rest) > LONGEST_LINE:
            raise UnreadableFile("line_too_long", line=line + whole.count(b"\n"))
        if not cut:
            continue
        content = whole[:cut]
        start, end = end, end + cut
        if start == 0:
            content = content.removeprefix(BYTE_ORDER_MARK)
        if content:
            yield _Block(_utf8(content, spec.encoding, line), line, end)
        line += whole.count(b"\n", 0, cut)
    if end == 0:
        raise UnreadableFile("empty")


def _utf8(content: bytes, encoding: str, line: int) -> bytes:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        where = line + content.count(b"\n", 0, error.start)
        raise UnreadableFile("encoding", line=where, detail=_likely_encoding(content)) from error
    if "\0" in text:  # which PostgreSQL cannot store
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    elif encoding == "utf-8":
        return content
    return text.encode()


def _likely_encoding(content: bytes) -> str:
    """A guess for people: what a file that is not UTF-8 was probably saved as."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "ISO-8859-1"
    return "Windows-1252"
