"""What an upload is, by its first bytes: what a client calls it decides nothing."""

from __future__ import annotations

import codecs

from autometa.server._errors import ApiError

HEAD = 4096  # bytes that decide
UNICODE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
KINDS = {b"PAR1": "parquet", b"ARROW1": "feather", b"\x1f\x8b": "csv.gz"}
NO_TABLES = {
    b"PK\x03\x04": "a workbook or an archive",
    b"PK\x05\x06": "an archive",
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\xff\xff\xff\xff": "an Arrow stream, not a file",
    b"FEA1": "Feather of version 1",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
TAKEN = "csv (also gzipped), arff, parquet or Arrow files (Feather 2)"


def kind_of(head: bytes) -> str:
    """Return the ending of the file's name that its reader goes by.

    Raises
    ------
    ApiError
        415 when it is no table.

    Examples
    --------
    >>> kind_of(b"PAR1..."), kind_of(b"a,b"), kind_of(b"% made by hand@relation x")
    ('parquet', 'csv', 'csv')
    """
    if not head.strip():
        raise ApiError(422, "DatasetError", "The upload is empty. Send a header and rows.")
    for magic, kind in KINDS.items():
        if head.startswith(magic):
            return kind
    for magic, what in NO_TABLES.items():
        if head.startswith(magic):
            raise _no_table(what)
    if b"\0" in head and not head.startswith(UNICODE_MARKS):
        raise _no_table("a file of bytes that are no text")
    lines = head.lstrip(codecs.BOM_UTF8).lower().splitlines()
    said = [line.strip() for line in lines if line.strip() and not line.startswith(b"%")]
    return "arff" if said and said[0].startswith(b"@relation") else "csv"


def _no_table(what: str) -> ApiError:
    return ApiError(415, "DatasetError", f"The upload is {what}. Send {TAKEN}.")
