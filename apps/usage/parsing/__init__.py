"""Call-record files into columns: lines, fields, typed records, and what is wrong with the others (DOMAIN
§11).

Nothing here knows Django or the database. Polars comes with these modules, so only workers and commands
import them.
"""

from apps.usage.parsing.formats import ISM, FormatSpec
from apps.usage.parsing.lines import FileFacts, UnreadableFile, inspect_file
from apps.usage.parsing.records import MALFORMED_SCHEMA, RECORD_SCHEMA, Batch, Fault, parse_file

__all__ = [
    "ISM",
    "MALFORMED_SCHEMA",
    "RECORD_SCHEMA",
    "Batch",
    "Fault",
    "FileFacts",
    "FormatSpec",
    "UnreadableFile",
    "inspect_file",
    "parse_file",
]
