"""Identifiers of records: the file's own, or one made from the row where it brings none."""

from __future__ import annotations

import hashlib

import polars as pl

LONGEST_IDENTIFIER = 64  # what the database holds


class RowIdentities:
    """Names rows that bring no identifier, in file order: a hash, and the occurrence of the row in the file.

    Two identical messages are two records; the same row in another file gets the same name: a duplicate.
    """

    def __init__(self) -> None:
        self._seen: list[pl.Series] = []

    def name(self, rows: pl.Series) -> pl.Series:
        """One identifier for each of ``rows`` (their whole text), which come after all rows named before."""
        digests = [hashlib.blake2b(row.encode(), digest_size=16).digest() for row in rows]
        keys = pl.Series("key", [int.from_bytes(digest[:8]) for digest in digests], dtype=pl.UInt64)
        earlier = pl.concat([pl.Series("key", [], dtype=pl.UInt64), *self._seen])
        before = earlier.filter(earlier.is_in(keys.unique().implode())).value_counts(name="before")
        self._seen.append(keys)
        occurrence = pl.int_range(1, pl.len() + 1).over("key") + pl.col("before").fill_null(0)
        return (
            pl.DataFrame({"digest": [digest.hex() for digest in digests], "key": keys})
            .join(before, on="key", how="left", maintain_order="left")
            .select(pl.concat_str("digest", pl.lit("-"), occurrence))["digest"]
        )


def identified(records: pl.DataFrame, identities: RowIdentities) -> pl.Series:
    """The ``cdr_id`` of each record: its own (hashed if too long to store), or a name made from ``raw``."""
    if "cdr_id" not in records.columns:
        return identities.name(records["raw"])
    given = records["cdr_id"]
    unusual = records.select(
        "line_number", "raw", "cdr_id", missing=given == "", long=given.str.len_chars() > LONGEST_IDENTIFIER
    ).filter(pl.any_horizontal("missing", "long"))
    if unusual.is_empty():
        return given
    missing = unusual.filter("missing")
    long = unusual.filter("long")
    names = pl.concat(
        [
            missing.select("line_number", name=identities.name(missing["raw"])),
            long.select("line_number", name=pl.Series([_digest(text) for text in long["cdr_id"]], dtype=pl.String)),
        ]
    )
    return records.join(names, on="line_number", how="left", maintain_order="left").select(
        pl.coalesce("name", "cdr_id").alias("cdr_id")
    )["cdr_id"]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
