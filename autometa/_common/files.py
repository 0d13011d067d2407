"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import zipfile
from collections.abc import Callable
from pathlib import Path


def write_whole(
    path: Path, content: bytes | memoryview, check: Callable[[Path], None] | None = None
) -> None:
    """Write a file so that a reader, or a kill at any moment, sees all of it or what was before.

    Parameters
    ----------
    path : Path
    content : bytes
    check : callable, optional
        Called with the temporary file; what it raises leaves ``path`` as it was.

    Raises
    ------
    OSError
        If it cannot be written; ``path`` is as it was, and no temporary file stays.
    """
    handle, temporary = open_beside(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # before the rename: a name must not outlive its content
        if check is not None:
            check(temporary)
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def may_replace(path: Path, entry: str) -> bool:
    """Return whether nothing of another kind is lost when an archive is written to ``path``.

    Nothing is there, or what is no plain file; an empty one, as `tempfile` makes; or an
    archive that holds an entry of that name.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            return entry in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def open_beside(path: Path) -> tuple[int, Path]:
    """Open a new hidden file in the folder of ``path``; return its handle and its path.

    The number of the process in its name lets a later one clear away what a killed one left.
    """
    temporary = path.parent / f".autometa.{os.getpid()}-{secrets.token_hex(4)}.tmp"
    # O_EXCL: never through a link that somebody laid there. Mode 0o666 leaves the rights to the
    # user's umask; `tempfile` would make the file the user's alone.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(temporary, flags, 0o666), temporary


def _sync_folder(folder: Path) -> None:
    """Let the new name survive a loss of power."""
    if os.name == "nt":  # Windows has no handle on a folder to sync
        return
    # Some network file systems refuse to sync a folder: the file is whole there all the same.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
