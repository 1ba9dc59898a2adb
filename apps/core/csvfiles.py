"""The one strict reader behind every CSV import.

It reads UTF-8 (with or without a byte order mark), finds the delimiter by itself, and reports every fault of
the file at once with its physical line, so that a clerk corrects the file in one go. It never guesses:
another encoding, a broken quotation or a field too many are refused. The meaning of the cells belongs to the
caller, which reads them with :meth:`Row.parse` (parsers are in :mod:`apps.core.cells`) and adds its own
faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.core.encodings import MARKS, UNREADABLE, foreign_format, likely_encoding, once, repaired, unreadable_reason
from apps.core.french import whole
from apps.core.refusals import Refusal

DELIMITERS = (";", ",", "\t")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HIDDEN = "•••"
# Several times what any file of ours has. A file that goes beyond is another one, and naming each of its faults would
# take more memory than there is.
MOST_LINES = 200_000
MOST_LINES_WITH_BLANK_ONES = 2_000_000  # spreadsheets save a million of them
MOST_COLUMNS = 500
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason not to take a file, with the place to correct; worded by :mod:`apps.core.wording`.

    ``line`` is the physical line of the file, from 1. ``column`` is empty where the fault is the whole
    line's, or where the line is too broken to know. ``value`` is what the file holds there, hidden in secret
    columns.
    """

    line: int
    column: str
    value: str
    reason_code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the text of every known column, stripped, empty where the file has no such column.

    Cells of the columns ``unreadable`` have their fault already.
    """

    line_number: int
    values: Mapping[str, str]
    secret: Collection[str] = ()
    unreadable: Collection[str] = ()

    def parse[T](self, column: str, parser: Callable[[str], T], faults: list[Fault]) -> T | None:
        """What ``parser`` makes of the cell, or ``None`` once its refusal is noted in ``faults``."""
        try:
            return parser(self.values[column])
        except Refusal as refusal:
            faults.append(self.fault(column, refusal.code, **refusal.params))
            return None

    def parse_optional[T](self, column: str, parser: Callable[[str], T], faults: list[Fault]) -> T | None:
        """As :meth:`parse`, and ``None`` without a fault where the cell is empty."""
        return self.parse(column, parser, faults) if self.values[column] else None

    def fault(self, column: str, reason_code: str, **params: object) -> Fault:
        """A fault of this row's ``column``."""
        value = HIDDEN if column in self.secret else self.values.get(column, "")[:_SHOWN_CHARACTERS]
        return Fault(self.line_number, column, value, reason_code, params)


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. ``rows`` are the well-formed records, none if the header (on ``header_line``) is faulty.

    A caller checks the rows it was given, adds what it finds to ``faults``, and imports only if there is
    none.
    """

    header: tuple[str, ...]
    rows: list[Row]
    faults: list[Fault]
    delimiter: str
    header_line: int = 1


def read_table(
    data: bytes,
    *,
    columns: Mapping[str, Sequence[str]],
    required: Collection[str],
    secret: Collection[str] = (),
) -> Table:
    """Read a CSV file whose header holds ``columns`` (name → other accepted names) in any order and case.

    Every ``required`` column must be there, and none that is unknown or given twice. Values of ``secret``
    columns are never quoted in faults. Lines end in CRLF, LF or CR; those that hold nothing but delimiters
    are skipped.
    """
    if foreign := foreign_format(data):
        return _unreadable(f"file_{foreign.kind}", format=foreign.name)
    if data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") > MOST_LINES_WITH_BLANK_ONES:
        return _too_long()
    text = data.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "surrogateescape")
    return _Reader(text, columns=columns, required=required, secret=secret).table()


def _unreadable(reason_code: str, **params: object) -> Table:
    return Table((), [], [Fault(1, "", "", reason_code, params)], DELIMITERS[0])


def _too_long() -> Table:
    return _unreadable("file_too_long", limit=whole(MOST_LINES))


def in_file_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults from the top of the file to its bottom, those of one line in the order they were found."""
    return sorted(faults, key=lambda fault: fault.line)


def _is_blank(line: str) -> bool:
    return not line.strip(" \xa0" + "".join(DELIMITERS))


def _header_key(name: str) -> str:
    return name.strip().upper()


def _names(columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The column that each accepted title of a header stands for."""
    return {_header_key(title): name for name, aliases in columns.items() for title in (name, *aliases)}


def _delimiter(header: str, names: Mapping[str, str]) -> str:
    """The delimiter that makes the most known columns of the header line, then the most columns."""

    def merit(delimiter: str) -> tuple[int, int]:
        cells = header.replace('"', "").split(delimiter)
        return sum(_header_key(cell) in names for cell in cells), len(cells)

    return max(DELIMITERS, key=merit)


class _BadQuotes(Exception):
    def __init__(self, reason_code: str, line: int, position: int) -> None:
        super().__init__(reason_code)
        self.fault = Fault(line + 1, "", "", reason_code, {"position": position + 1})


@dataclass(frozen=True, slots=True)
class _Splitter:
    """Cuts physical lines into records of cells; lines are counted from 0 here, and from 1 in faults."""

    lines: list[str]
    delimiter: str

    def record(self, index: int) -> tuple[list[str], int]:
        """The cells of the record starting at line ``index``, and the index of the line after it."""
        line = self.lines[index]
        if '"' not in line:
            return line.split(self.delimiter), index + 1
        cells, position = [], 0
        while True:
            if line.startswith('"', position):
                cell, index, position = self._quoted(index, position)
                line = self.lines[index]
            else:
                start, position = position, self._end_of_cell(line, position)
                cell = line[start:position]
                if '"' in cell:
                    raise _BadQuotes("quote_stray", index, start + cell.index('"'))
            cells.append(cell)
            if position == len(line):
                return cells, index + 1
            if line[position] != self.delimiter:
                raise _BadQuotes("quote_stray", index, position - 1)
            position += 1

    def _end_of_cell(self, line: str, start: int) -> int:
        end = line.find(self.delimiter, start)
        return len(line) if end < 0 else end

    def _quoted(self, index: int, opening: int) -> tuple[str, int, int]:
        """The text of a quoted cell, the line on which it closes and the position after its closing quote."""
        opened, pieces, start = index, [], opening + 1
        while True:
            line = self.lines[index]
            end = line.find('"', start)
            if end < 0:
                if index + 1 == len(self.lines):
                    raise _BadQuotes("quote_open", opened, opening)
                pieces.append(line[start:] + "\n")
                index, start = index + 1, 0
            elif line.startswith('""', end):
                pieces.append(line[start : end + 1])
                start = end + 2
            elif index != opened and not line.startswith(self.delimiter, end + 1) and end + 1 < len(line):
                # Most likely this quote opens a cell further down: the one that was never closed is to blame.
                raise _BadQuotes("quote_open", opened, opening)
            else:
                return "".join([*pieces, line[start:end]]), index, end + 1


class _Reader:
    """One reading of one file; faults gather as it goes down."""

    def __init__(
        self,
        text: str,
        *,
        columns: Mapping[str, Sequence[str]],
        required: Collection[str],
        secret: Collection[str],
    ) -> None:
        self.lines = re.split(r"\r\n|\n|\r", text)
        self.columns = columns
        self.names = _names(columns)
        self.required = required
        self.secret = secret
        # Looking at each cell for unreadable characters is only worth its time where the file holds one.
        self.readable = UNREADABLE.search(text) is None
        self.encoding = likely_encoding(text)
        self.faults: list[Fault] = []

    def table(self) -> Table:
        first = next((index for index, line in enumerate(self.lines) if not _is_blank(line)), None)
        if first is None:
            return _unreadable("file_empty")
        if max(map(self.lines[first].count, DELIMITERS)) >= MOST_COLUMNS:
            return _unreadable("columns_too_many", limit=MOST_COLUMNS)
        splitter = _Splitter(self.lines, _delimiter(self.lines[first], self.names))
        titles, index = self._record(splitter, first)
        header = self._header(first + 1, titles)
        usable = bool(header) and not self.faults
        rows, lines = [], 0
        while index < len(self.lines):
            line = index + 1
            if _is_blank(self.lines[index]):
                index += 1
                continue
            lines += 1
            if lines > MOST_LINES:
                return _too_long()
            cells, index = self._record(splitter, index)
            found = len(self.faults)
            if cells and self._fits(line, cells, header) and usable:
                rows.append(self._row(line, cells, header, tuple(fault.column for fault in self.faults[found:])))
        return Table(header, rows, in_file_order(self.faults), splitter.delimiter, first + 1)

    def _record(self, splitter: _Splitter, index: int) -> tuple[list[str], int]:
        """The cells from line ``index`` on (none if its quotes are wrong) and the line to go on with."""
        try:
            return splitter.record(index)
        except _BadQuotes as bad:
            self.faults.append(bad.fault)
            for line in range(index, bad.fault.line):
                self._check_text(line + 1, "", self.lines[line])
            return [], bad.fault.line

    def _header(self, line: int, titles: list[str]) -> tuple[str, ...]:
        """The columns of the file, an unknown one under its own title."""
        texts = map(self._text, titles)
        header = tuple(self.names.get(_header_key(text), text) for text in texts)
        if any(header) and not any(name in self.columns for name in header):
            # Of another kind, or without a header: its titles may be the secrets of its first line.
            expected = ", ".join(name for name in self.columns if name in self.required)
            self.faults.append(Fault(line, "", "", "columns_of_another_file", {"expected": expected}))
            return ()
        for position, (title, name) in enumerate(zip(titles, header, strict=True), start=1):
            self._check_text(line, name, title)
            if not name:
                self.faults.append(Fault(line, "", "", "column_unnamed", {"position": position}))
            elif name not in self.columns:
                self.faults.append(Fault(line, name, name, "column_unknown"))
            elif name in header[: position - 1]:
                self.faults.append(Fault(line, name, title.strip(), "column_twice"))
        if header:
            missing = (name for name in self.columns if name in self.required and name not in header)
            self.faults += [Fault(line, name, "", "column_missing") for name in missing]
        return header

    def _fits(self, line: int, cells: list[str], header: tuple[str, ...]) -> bool:
        """Whether a record has as many cells as the header; its unreadable cells are noted either way."""
        if header and len(cells) != len(header):
            value = HIDDEN if header[0] in self.secret else self._text(cells[0])[:_SHOWN_CHARACTERS]
            params = {"found": len(cells), "expected": len(header)}
            self.faults.append(Fault(line, "", value, "field_count", params))
            header = ()
        if not self.readable:
            for column, cell in zip(header or [""] * len(cells), cells, strict=True):
                self._check_text(line, column, cell)
        return bool(header)

    def _check_text(self, line: int, column: str, text: str) -> None:
        """Note the first unreadable character of ``text``, at its position in it."""
        if found := UNREADABLE.search(text):
            # Where the column is unknown, the text may hold a secret as well as anything.
            hidden = column in self.secret if column else bool(self.secret)
            value = HIDDEN if hidden else self._text(text).lstrip(MARKS)[:_SHOWN_CHARACTERS]
            params = {"position": found.start() + 1, "encoding": self.encoding}
            if len(found[0]) > 1:
                params |= {"found": found[0], "meant": once(found[0])}
            self.faults.append(Fault(line, column, value, unreadable_reason(found[0]), params))

    def _row(self, line: int, cells: list[str], header: tuple[str, ...], unreadable: Collection[str]) -> Row:
        texts = dict(zip(header, map(self._text, cells), strict=True))
        return Row(line, dict.fromkeys(self.columns, "") | texts, self.secret, unreadable)

    def _text(self, cell: str) -> str:
        return (cell if self.readable else repaired(cell, self.encoding)).strip()
