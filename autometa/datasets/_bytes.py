"""Bytes and text of a file: compression, limits of size and encoding, once for all readers.

Compression is recognised by the first bytes, not by the name.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from autometa._limits import (
    FREE_BYTES,
    MAX_TABLE_BYTES,
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    MAX_TABLE_RATIO,
    open_regular,
)
from autometa.exceptions import DatasetError, DatasetNotFoundError, ParameterError

MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
}
# The longer mark first: that of UTF-32 begins with that of UTF-16.
MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
MIB = 2**20
CHUNK = 4 * MIB
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
ODD_WORD = re.compile(rb"[^\s,;|\"]{0,20}[\x80-\xff][^\s,;|\"]{0,20}")
NOT_READABLE = (NotImplementedError, RuntimeError)  # zip: an unknown method, or encrypted


@dataclass(frozen=True, kw_only=True)
class Text:
    """The text of a file.

    Attributes
    ----------
    data : bytes
        In UTF-8, without a byte-order mark.
    encoding : str
        Of the file, as Python and pandas name it.
    compression : {"gzip", "bz2", "xz", "zip"} or None
    guess : str
        Where the encoding is only the likeliest, a word that shows what it makes of the
        bytes; else empty.
    """

    data: bytes
    encoding: str
    compression: str | None
    guess: str = ""

    @property
    def remark(self) -> str:
        """What is to be said of a guessed encoding; empty where it is certain."""
        if not self.guess:
            return ""
        return (
            f"encoding {self.encoding} (it is no UTF-8; if {self.guess!r} is not as it was "
            "written, name the encoding)"
        )


def read_text(path: Path, encoding: str | None = None) -> Text:
    """Return the text of a file that may be compressed, in any of the usual encodings.

    Parameters
    ----------
    path : Path
    encoding : str or None
        As Python names it. None: a byte-order mark names the encoding; without one it
        is UTF-8; what is no UTF-8 is Windows-1252 or, where that leaves a byte
        undefined, Latin-1.

    Raises
    ------
    DatasetError
        If the file is no regular file, too large once expanded, damaged, not in the
        encoding asked for, or holds NUL bytes, which no text does.
    ParameterError
        If there is no such encoding.
    """
    if encoding is not None:
        _check_encoding(encoding)
    data, compression = read_bytes(path)
    if encoding is None:
        data, encoding, guess = _decoded(path, data)
    else:
        data, guess = _as_asked(path, data, encoding), ""
    if b"\0" in data:
        raise DatasetError(
            f"'{path}' must be text. It holds a NUL byte at {data.index(0)}, as binary and damaged "
            "files do; export it again."
        )
    return Text(data=data, encoding=encoding, compression=compression, guess=guess)


def _check_encoding(encoding: str) -> None:
    try:
        "a".encode(encoding)  # codecs.lookup knows some that are not of text, such as hex
    except LookupError as error:
        raise ParameterError(
            f"'encoding' must be one of Python's encodings of text, such as 'utf-8', 'gbk' or "
            f"'cp1251'. Got {encoding!r}."
        ) from error


def _as_asked(path: Path, data: bytes, encoding: str) -> bytes:
    """Return a text in UTF-8 from the encoding that was asked for."""
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode("utf-8", "replace")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"'{path}' must be in the encoding {encoding!r} that was asked for. It is not: "
            f"{error.reason} at byte {error.start}. Name another, or none."
        ) from error


def _decoded(path: Path, data: bytes) -> tuple[bytes, str, str]:
    """Return a text in UTF-8, what it was in, and a word of it where that is a guess."""
    mark, encoding = next(
        ((mark, name) for mark, name in MARKS.items() if data.startswith(mark)), (b"", "")
    )
    encoding = encoding or _wide_encoding(data) or "utf-8"
    try:
        data = _to_utf8(data, encoding)
    except UnicodeDecodeError as error:
        if mark or encoding != "utf-8":
            raise DatasetError(
                f"'{path}' must be text. It begins as {encoding} but is not: {error.reason} at "
                f"byte {error.start}. Save it as UTF-8."
            ) from error
        encoding = _single_byte_encoding(data)
        odd = ODD_WORD.search(data)
        return data.decode(encoding).encode(), encoding, odd[0].decode(encoding) if odd else ""
    return data, encoding, ""


def _wide_encoding(data: bytes) -> str | None:
    """Recognise UTF-16 without its mark: of a Western text every other byte is 0."""
    head = data[:1000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < 0.4 * len(head) / 2 or min(even, odd):
        return None
    return "utf-16-be" if even else "utf-16-le"


def _to_utf8(data: bytes, encoding: str) -> bytes:
    if encoding == "utf-8":
        data.decode()  # raises unless it is UTF-8
        return data
    if encoding == "utf-8-sig":
        data[3:].decode()
        return data[3:]
    return data.decode(encoding).encode("utf-8", "replace")


def _single_byte_encoding(data: bytes) -> str:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def check_regular(path: Path) -> int:
    """Return a file's size; folders, pipes and devices are refused before they are read."""
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in it
        raise DatasetNotFoundError(
            f"There is no file '{path}'. Give a path, sklearn:NAME or openml:ID."
        ) from error
    except OSError as error:
        raise DatasetError(
            f"'{path}' must be a file that can be read: {error.strerror}. Give another path."
        ) from error
    if size == 0:
        raise DatasetError(f"'{path}' is empty: it must hold a header and rows.")
    if size > MAX_TABLE_BYTES:
        raise DatasetError(
            f"'{path}' is too large for a table in memory: {size // MIB:,} MiB, and "
            f"{MAX_TABLE_BYTES // MIB:,} are allowed; draw a sample of its rows."
        )
    return size


def check_size(path: Path, n_rows: int, n_columns: int) -> None:
    """Refuse a table that fits no usual memory, before it is made."""
    if n_columns > MAX_TABLE_COLUMNS or n_rows * n_columns > MAX_TABLE_CELLS:
        raise DatasetError(
            f"'{path}' is too large for a table in memory: {n_rows:,} rows and {n_columns:,} "
            f"columns, and {MAX_TABLE_COLUMNS:,} columns and {MAX_TABLE_CELLS:,} values are "
            "allowed; draw a sample of its rows."
        )


def read_bytes(path: Path) -> tuple[bytes, str | None]:
    """Return a file's content, expanded, and how it was compressed."""
    size = check_regular(path)
    limit = min(MAX_TABLE_BYTES, max(FREE_BYTES, MAX_TABLE_RATIO * size))
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(open_regular(path))
            head = raw.read(6)
            raw.seek(0)
            compression = next((c for magic, c in MAGIC.items() if head.startswith(magic)), None)
            if compression is None:
                return raw.read(MAX_TABLE_BYTES), None
            file = _expanded(path, raw, compression, stack)
            return _read_within(path, file, limit), compression
    except DatasetError:
        raise
    except (*DAMAGED, *NOT_READABLE) as error:
        reason = str(error) or type(error).__name__
        raise DatasetError(
            f"'{path}' could not be read whole: {reason.rstrip('.')}. Copy or export it again."
        ) from error


def _read_within(path: Path, file: IO[bytes], limit: int) -> bytes:
    chunks, size = [], 0
    while chunk := file.read(CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise DatasetError(
                f"'{path}' expands to more than {limit // MIB:,} MiB, {MAX_TABLE_RATIO} times its "
                "size, as no usual table does. If it is meant, unpack it and give that file."
            )
    return b"".join(chunks)


def _expanded(path: Path, raw: IO[bytes], compression: str, stack: ExitStack) -> Any:
    if compression == "gzip":
        return stack.enter_context(gzip.GzipFile(fileobj=raw))
    if compression == "bz2":
        return stack.enter_context(bz2.BZ2File(raw))
    if compression == "xz":
        return stack.enter_context(lzma.LZMAFile(raw))
    archive = stack.enter_context(zipfile.ZipFile(raw))
    members = [member for member in archive.namelist() if not member.endswith("/")]
    if len(members) != 1:
        raise DatasetError(
            f"'{path}' must hold one file, a table. It is an archive of {len(members)}; "
            "unpack it (a workbook: export a sheet as CSV)."
        )
    return stack.enter_context(archive.open(members[0]))
