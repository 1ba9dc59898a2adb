"""What the tests of call-record files share: a header, rows of it, and a parser of small files."""

from __future__ import annotations

import polars as pl
import pytest

from apps.usage.parsing import ISM, MALFORMED_SCHEMA, RECORD_SCHEMA, parse_file

HEADER = (
    "ID_CDR;MSISDN;DATE_HEURE;TYPE;SENS;CORRESPONDANT;DUREE_S;VOLUME_OCTETS;NB_UNITES;"
    "ZONE_ORIGINE;RESEAU;ZONE_DESTINATION;LIBELLE;APN;MONTANT_ACHAT_HT"
)
NAMES = HEADER.split(";")


def row(**fields):
    defaults = {
        "ID_CDR": "A1",
        "MSISDN": "33639980001",
        "DATE_HEURE": "2026-10-24T16:35:59+02:00",
        "TYPE": "VOIX",
        "SENS": "MO",
        "CORRESPONDANT": "33639980002",
        "DUREE_S": "61",
        "ZONE_ORIGINE": "FR",
        "MONTANT_ACHAT_HT": "0.087887",
    }
    return ";".join((defaults | fields).get(name, "") for name in NAMES)


@pytest.fixture
def parse(tmp_path):
    """Parses rows (or whole bytes) and gives records and malformed lines as lists of dicts."""

    def parse(*rows, spec=ISM, header=HEADER, end="\r\n", content=None, **options):
        path = tmp_path / "cdr.csv"
        if content is None:
            content = "".join(line + end for line in (header, *rows) if line is not None).encode()
        path.write_bytes(content)
        batches = list(parse_file(path, spec, **options))
        for batch in batches:
            assert batch.records.schema == RECORD_SCHEMA
            assert batch.malformed.schema == MALFORMED_SCHEMA
        records = pl.concat([RECORD_SCHEMA.to_frame(), *(batch.records for batch in batches)])
        malformed = pl.concat([MALFORMED_SCHEMA.to_frame(), *(batch.malformed for batch in batches)])
        return records.to_dicts(), malformed.to_dicts()

    return parse
