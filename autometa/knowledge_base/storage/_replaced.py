"""Which parts a rewrite has replaced: what makes many changed files one change to a reader.

Compacting and removing write new parts, then say in ``rewrites.json`` which
parts these replace, then delete those. That file is renamed into place, so this
one step is the whole change: a reader sees all of it or nothing. Before it the
new parts only repeat rows of the old ones; after it the old ones do not count,
also when a kill left them lying there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from autometa._limits import MAX_TEXT_BYTES, file_in, parse_json, read_bounded
from autometa.exceptions import KnowledgeBaseCorruptError
from autometa.knowledge_base.storage._files import unreadable

REWRITES = "rewrites.json"
# What a rewrite replaces, and so all that one may ever delete: parts, as they were ever named.
PART_NAME = re.compile(r"(tasks|metafeatures|runs)-[0-9A-Za-z-]+\.parquet")

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Rewrites:
    """How often a folder was rewritten, and what the last time has replaced.

    Attributes
    ----------
    count : int
        Of rewrites that took effect, and of those whose old parts were deleted.
    replaced : dict of str to int
        When the files of these names were written, in nanoseconds: a part of the
        same name that was added since then is another one, and counts.
    """

    count: int = 0
    replaced: dict[str, int] = field(default_factory=dict)

    def covers(self, path: Path) -> bool:
        """Say whether the file at ``path`` is one of the replaced."""
        if path.name not in self.replaced:
            return False
        try:
            return path.stat().st_mtime_ns == self.replaced[path.name]
        except FileNotFoundError:
            return True


def read_rewrites(folder: Path) -> Rewrites:
    """Return what is known of rewrites of a folder.

    Raises
    ------
    KnowledgeBaseCorruptError
        If the file that says so is not what was written.
    """
    path = folder / REWRITES
    try:
        data = read_bounded(path, MAX_TEXT_BYTES)
        content = parse_json(data)
        rewrites = Rewrites(count=content["count"], replaced=content["replaced"])
        _check_types(rewrites)
        if data != rewrites_text(rewrites):
            raise ValueError("its digest does not fit")
    except FileNotFoundError:
        return Rewrites()
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise KnowledgeBaseCorruptError(
            f"'{path}' is damaged: {error}. Restore it from a copy. Without the file, what an "
            "interrupted removal had replaced would count again."
        ) from None
    return rewrites


def _check_types(rewrites: Rewrites) -> None:
    if type(rewrites.count) is not int or rewrites.count < 0:
        raise TypeError(f"its count is {rewrites.count!r}")
    for name, time in rewrites.replaced.items():
        replaced_path(Path(), name)
        if type(time) is not int:
            raise TypeError(f"it gives the time {time!r} to '{name}'")


def replaced_path(folder: Path, name: str) -> Path:
    """Return the path of a part that a rewrite says it has replaced.

    Raises
    ------
    ValueError
        If it is not the name of a part of this folder: nothing else is ever
        replaced, or deleted.
    """
    if PART_NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is not the name of a part")
    return file_in(folder, name)


def rewrites_text(rewrites: Rewrites) -> bytes:
    """Return the content of the file that tells of rewrites."""
    content = {"count": rewrites.count, "replaced": rewrites.replaced}
    return (json.dumps({**content, "digest": _digest(content)}, sort_keys=True) + "\n").encode()


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def without_replaced(folder: Path, paths: Iterable[Path]) -> list[Path]:
    """Return those of ``paths`` that no rewrite has replaced."""
    rewrites = read_rewrites(folder)
    return [path for path in paths if not rewrites.covers(path)]


def retry_if_rewritten(folder: Path, read: Callable[[], Found]) -> Found:
    """Return what ``read`` returns, called again when a rewrite took effect meanwhile.

    Listing a folder and opening its files takes several steps. A rewrite between
    them may delete a listed file or hide a new one; both show as another count.
    """
    while True:
        before = read_rewrites(folder).count
        try:
            value = read()
        except FileNotFoundError:
            if read_rewrites(folder).count == before:
                raise
            continue
        if read_rewrites(folder).count == before:
            return value
