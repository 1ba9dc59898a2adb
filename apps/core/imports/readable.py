"""Which files are read at all: text, and workbooks that call themselves so."""

from __future__ import annotations

from apps.core.csvfiles import Fault
from apps.core.encodings import foreign_format
from apps.core.workbooks import sheet_as_csv

WORKBOOK = ".xlsx"


def readable(data: bytes, *, name: str = "") -> bytes | Fault:
    """``data``, the content of the file ``name``, as the text that the strict reader takes, or why there is none.

    A name that ends in ``.xlsx`` promises a workbook, any other one promises text. A file that is not what its name
    says was taken for something else by whoever sent it, and is refused. Other formats are refused by the reader.
    """
    foreign = foreign_format(data)
    is_workbook = foreign is not None and foreign.name == "XLSX"
    if not name.lower().endswith(WORKBOOK):
        return Fault(1, "", "", "file_renamed") if is_workbook else data
    if is_workbook:
        return sheet_as_csv(data)
    if foreign is None or foreign.kind == "encoding":
        return Fault(1, "", "", "workbook_expected")
    # With a password a workbook is locked up in the container that old ones (XLS) were made of.
    if foreign.name == "XLS" and _LOCKED in data:
        return Fault(1, "", "", "workbook_protected")
    return data


_LOCKED = "EncryptedPackage".encode("utf-16-le")
