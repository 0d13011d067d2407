"""The file of a fitted model: what was learnt from a folder of parts, kept beside them.

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

_PREFIX, _SUFFIX = "fitted-model-", ".zip"
# Before 0.2 the prefix was shorter; what was written then is still read.
_NAME = re.compile(r"(?:fitted-)?model-([0-9a-f]{16})-([0-9a-f]{16})\.zip")


@dataclass(frozen=True)
class Origin:
    """The folder a knowledge base was loaded from, and what tells its content from any other."""

    folder: Path
    fingerprint: str


def is_fitted_model_file(name: str) -> bool:
    """Say whether a file has the name of a fitted model."""
    return _NAME.fullmatch(name) is not None


def fitted_to(name: str) -> str:
    """Return the fingerprint of the content that the fitted model of this name was learnt from."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is no name of a fitted model")
    return match[1]


def read_fitted_model(origin: Origin) -> bytes | None:
    """Return the fitted model of the content of today; None when there is none.

    Raises
    ------
    KnowledgeBaseCorruptError
        If the file is damaged.
    KnowledgeBaseError
        If it may not be read.
    """
    for path in sorted(origin.folder.glob(f"*model-{origin.fingerprint}-*{_SUFFIX}")):
        data = read_fitted_model_file(path) if is_fitted_model_file(path.name) else None
        if data is not None:
            return data
    return None


def read_fitted_model_file(path: Path) -> bytes | None:
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


def write_fitted_model(origin: Origin, data: bytes) -> Path:
    """Write a fitted model beside the parts it was learnt from; older ones go."""
    path = origin.folder / f"{_PREFIX}{origin.fingerprint}-{digest(data)}{_SUFFIX}"
    write_whole(path, data)
    for old in origin.folder.iterdir():
        is_file = old.is_symlink() or old.is_file()
        if is_file and is_fitted_model_file(old.name) and old != path:
            old.unlink(missing_ok=True)
    return path
