"""Files that are there whole or not at all, named by what is in them."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

from autometa._common import files
from autometa.exceptions import (
    KnowledgeBaseCorruptError,
    KnowledgeBaseError,
    KnowledgeBaseWriteError,
)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; say so when it cannot be written."""
    try:
        files.write_whole(path, data)
    except OSError as error:
        raise KnowledgeBaseWriteError(
            f"Could not write '{path}': {error.strerror}. What the folder held before is as it was."
        ) from error


def file_names(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; say so when it may not be read."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        raise KnowledgeBaseError(
            f"'{folder}' is not a knowledge base: there is no such folder. Adding runs makes "
            "it: 'autometa kb add SOURCE --to FOLDER', or KnowledgeBase.save."
        ) from None
    except OSError as error:
        raise unreadable(folder, error) from error


def unreadable(path: Path, error: OSError) -> KnowledgeBaseError:
    """Return the error for a path that cannot be read: not allowed to, or no file to read."""
    if error.errno not in (errno.EACCES, errno.EPERM):
        return KnowledgeBaseCorruptError(
            f"'{path}' cannot be read: {error.strerror or error}. Restore it from a copy, or "
            "remove it."
        )
    return KnowledgeBaseError(
        f"'{path}' cannot be read: {error.strerror}. Ask its owner for the right to read it, or "
        "copy it to a place of your own."
    )


def digest(data: bytes | memoryview) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()[:16]
