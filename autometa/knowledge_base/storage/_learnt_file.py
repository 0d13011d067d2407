"""The file of what was learnt from a folder of parts, kept beside them.

It is named by the parts it was learnt from and by its own bytes, so that what
does not belong to the parts of today, or is damaged, is never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autometa._limits import MAX_ARCHIVE_BYTES, read_bounded
from autometa.exceptions import KnowledgeBaseCorruptError
from autometa.knowledge_base.storage._files import digest, unreadable, write_whole

LEARNT = "model"
_SUFFIX = ".zip"
_NAME = re.compile(rf"{LEARNT}-([0-9a-f]{{16}})-([0-9a-f]{{16}})\{_SUFFIX}")


@dataclass(frozen=True)
class Origin:
    """The folder a knowledge base was loaded from, and what tells its content from any other."""

    folder: Path
    fingerprint: str


def is_learnt_file(name: str) -> bool:
    """Say whether a file has the name of one that holds what was learnt."""
    return _NAME.fullmatch(name) is not None


def learnt_from(name: str) -> str:
    """Return the fingerprint of the content that a file was learnt from."""
    return name.split("-")[1]


def read_learnt(origin: Origin) -> bytes | None:
    """Return what was learnt from the content of today; None when nothing was.

    Raises
    ------
    KnowledgeBaseCorruptError
        If the file is damaged.
    KnowledgeBaseError
        If it may not be read.
    """
    for path in sorted(origin.folder.glob(f"{LEARNT}-{origin.fingerprint}-*{_SUFFIX}")):
        data = read_learnt_file(path)
        if data is not None:
            return data
    return None


def read_learnt_file(path: Path) -> bytes | None:
    """Return the bytes of a file if they are those its name promises; None when it is gone."""
    try:
        data = read_bounded(path, MAX_ARCHIVE_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(path, error) from error
    if digest(data) != path.stem.rpartition("-")[2]:
        raise KnowledgeBaseCorruptError(
            f"'{path.name}' is damaged: its bytes are not those its name promises. It holds what "
            "was learnt from the runs, which are not affected: write it again with 'autometa kb "
            "fit', or remove it."
        )
    return data


def write_learnt(origin: Origin, data: bytes) -> Path:
    """Write what was learnt beside the parts; files that were learnt earlier go."""
    path = origin.folder / f"{LEARNT}-{origin.fingerprint}-{digest(data)}{_SUFFIX}"
    write_whole(path, data)
    for old in origin.folder.iterdir():
        is_file = old.is_symlink() or old.is_file()
        if is_file and is_learnt_file(old.name) and old != path:
            old.unlink(missing_ok=True)
    return path
