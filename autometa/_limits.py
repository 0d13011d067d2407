"""What files of others may be: their names, kinds, sizes and depths, for every reader of them.

A knowledge base, a saved model or an export may come from anybody. Whoever opens
such a file does it through these functions, so that no content decides where a
path leads, how long a read lasts, or how much memory it takes. Errors are
`OSError` for what lies on the disk and `ValueError` for what is in it; each
reader makes of them the error that it documents.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import lzma
import os
import re
import stat
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

# Ten million runs take 300 MB as parts (docs/storage.md); one part of ten times that is a mistake.
MAX_PART_BYTES = 4 << 30
# Manifests and provenance have kilobytes; a thousand merged sources have a few megabytes.
MAX_TEXT_BYTES = 64 << 20
# A build keeps a line of 1 kB an evaluation until its task is done.
MAX_JOURNAL_BYTES = 1 << 30
# The largest forests that are saved have hundreds of megabytes.
MAX_ARCHIVE_BYTES = 4 << 30
# What an archive may unpack to: our own grow 15-fold at most, a bomb 1000-fold.
MAX_RATIO = 100
FREE_BYTES = 64 << 20  # below this, growth does no harm
MAX_MEMBERS = 100_000
PLAIN_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Rows and cells of a table in one Parquet part; run-length coding makes billions of a kilobyte.
MAX_ROWS = 100_000_000
MAX_CELLS = 2_000_000_000
# A user's table is held in memory as a whole: half a billion cells are 4 GB as 64-bit numbers,
# and a column takes about 1 kB in pandas before it holds a value. Tables of text compress 3 to
# 50 times, one of zeros 200 times.
MAX_TABLE_BYTES = 4 << 30
MAX_TABLE_RATIO = 200
MAX_TABLE_CELLS = 2**29
MAX_TABLE_COLUMNS = 200_000
# Provenance and configurations nest five levels; Python's own limit is near 1000, and falls
# with the depth of the caller.
MAX_DEPTH = 64

# All that parsers of untrusted bytes raise. Python's, zlib's and pyarrow's own classes
# refine these; whatever it is, the content is not what a reader can use.
PARSE_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,  # RecursionError and NotImplementedError are such
    EOFError,
    MemoryError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    SyntaxError,  # of headers of arrays, which NumPy reads as Python literals
    tokenize.TokenError,
)

_WINDOWS_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def is_plain_name(name: object) -> bool:
    r"""Say whether a name can only be that of a file directly in the folder it is looked for.

    Examples
    --------
    >>> is_plain_name("runs-0123.parquet")
    True
    >>> [is_plain_name(name) for name in ("../x", "/etc/passwd", "a\\b", "", ".", "c:x")]
    [False, False, False, False, False, False]
    """
    return (
        isinstance(name, str)
        and 0 < len(name.encode(errors="replace")) <= 255  # what file systems take
        and name not in (".", "..")
        and not any(sign in '/\\:"<>|?*' or ord(sign) < 32 or ord(sign) == 127 for sign in name)
        and _WINDOWS_NAMES.fullmatch(name) is None
    )


def file_in(folder: Path, name: object) -> Path:
    """Return the path of a file of ``folder`` whose name was read from somewhere.

    Raises
    ------
    ValueError
        If the name could lead out of the folder, or is none at all.
    """
    if not is_plain_name(name):
        raise ValueError(f"{name!r} is no plain name of a file in the folder")
    return folder / str(name)


def path_below(folder: Path, name: object) -> Path:
    """Return the path of a file in ``folder`` or in a folder below it, read from somewhere.

    Raises
    ------
    ValueError
        If the name could lead out of the folder, or is none at all.
    """
    parts = name.split("/") if isinstance(name, str) else [""]
    if not all(map(is_plain_name, parts)):
        raise ValueError(f"{name!r} is no path of a file below the folder")
    return folder.joinpath(*parts)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; a pipe or a device, which may never end, is refused.

    Raises
    ------
    OSError
        If it cannot be opened, or is no regular file.
    """
    # without O_NONBLOCK, opening a pipe waits for a writer
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return os.fdopen(handle, "rb")


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file of at most ``limit`` bytes.

    Raises
    ------
    OSError
        If it cannot be read, is no regular file, or is larger.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            text = f"it has {size} bytes, more than the {limit} that such a file may have"
            raise OSError(errno.EFBIG, text, str(path))
        return file.read(size)  # room for the limit would be gigabytes; it may grow meanwhile


def gunzip(data: bytes) -> bytes:
    """Return what gzipped bytes unpack to.

    Raises
    ------
    ValueError
        If that is more than their size explains.
    OSError, EOFError, zlib.error
        If they are damaged.
    """
    limit = max(FREE_BYTES, MAX_RATIO * len(data))
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"its {len(data)} bytes would become more than {MAX_RATIO} times as many")
    return content


def parse_json(text: str | bytes) -> Any:
    """Return the content of JSON text that nests at most `MAX_DEPTH` levels.

    Raises
    ------
    ValueError
        If it is no JSON, no UTF-8, or nests deeper.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError(f"it nests more than {MAX_DEPTH} levels") from None
    # so few brackets cannot nest deeper: the usual case, for millions of configurations
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(content)
    return content


def _check_depth(content: Any) -> None:
    level = [content]
    for _ in range(MAX_DEPTH):
        children: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                children += item.values()
            elif isinstance(item, list):
                children += item
        if not children:
            return
        level = children
    if any(isinstance(item, dict | list) for item in level):
        raise ValueError(f"it nests more than {MAX_DEPTH} levels")


def check_archive(archive: zipfile.ZipFile, n_bytes: int) -> None:
    """Raise when an archive of ``n_bytes`` would unpack to more than its size explains.

    `zipfile` reads no more of a member than its entry says, so the entries bound
    what reading all of them takes.

    Raises
    ------
    ValueError
        If there are too many members, a name leads out of the archive, two
        members share one, they are packed in a rare way, or together too large.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ValueError(f"it has {len(members)} members, more than {MAX_MEMBERS}")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise ValueError("it has members of the same name")
    for name in names:
        path_below(Path(), name)
    if any(member.compress_type not in PLAIN_PACKING for member in members):
        raise ValueError("it has members that are packed in a way of no writer of ours")
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(FREE_BYTES, MAX_RATIO * n_bytes):
        raise ValueError(
            f"its {n_bytes} bytes would become {unpacked}, more than {MAX_RATIO} times as many"
        )
