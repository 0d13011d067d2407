"""Rewriting a folder: one process at a time, readers and adders undisturbed, safe from kills.

What a kill leaves behind is finished or cleared away by the next rewrite.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseWriteError
from autometa.knowledge_base.storage._parts import read_manifest, write_whole
from autometa.knowledge_base.storage._replaced import (
    REWRITES,
    Rewrites,
    read_rewrites,
    replaced_path,
    rewrites_text,
)

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK = ".lock"
WAIT = 60.0
OLD = 3600.0
TEMPORARY = re.compile(r"^\..+\.(?P<pid>\d+)(-[0-9a-f]+)?\.tmp$")


class Rewrite:
    """New parts that are to stand for old ones, all at once.

    Attributes
    ----------
    old : list of Path
        What will be replaced and deleted.
    new : list of Path
        What was written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.old: list[Path] = []
        self.new: list[Path] = []
        self._count = read_rewrites(folder).count
        self._earlier = set(os.listdir(folder))
        self._written: dict[str, int] = {}

    def wrote(self, path: Path) -> None:
        """Take a part just written as one of the new."""
        self.new.append(path)
        self._written[path.name] = path.stat().st_mtime_ns

    def commit(self) -> None:
        """Let the new parts stand for the old: one file, renamed into place, says so."""
        gone = {
            path.name: path.stat().st_mtime_ns
            for path in self.old
            if path.name not in self._written and path.exists()
        }
        if gone:
            _write(self.folder, Rewrites(count=self._count + 1, replaced=gone))
            finish(self.folder)

    def undo(self) -> None:
        """Delete the new parts, unless they count already or somebody else wrote them too."""
        if read_rewrites(self.folder).count != self._count:
            return
        ours = Rewrites(replaced=self._written)
        for path in self.new:
            if path.name not in self._earlier and ours.covers(path):
                path.unlink(missing_ok=True)


@contextmanager
def rewriting(folder: Path, wait: float = WAIT) -> Iterator[Rewrite]:
    """Hold ``folder`` for a rewrite, which takes effect when the block ends without error.

    The lock is the operating system's: it ends with the process that holds it,
    however that ends. Adding and reading need no lock and never wait. What
    earlier rewrites and dead writers left behind is cleared away first.

    Raises
    ------
    KnowledgeBaseError
        If it is no knowledge base, cannot be written to, or is held by another
        process for ``wait`` seconds.
    """
    read_manifest(folder)
    lock = _locked(folder, wait)
    try:
        finish(folder)
        clear_leftovers(folder)
        rewrite = Rewrite(folder)
        try:
            yield rewrite
            rewrite.commit()
        except BaseException:
            rewrite.undo()
            raise
    finally:
        lock.release()


def _locked(folder: Path, wait: float) -> BaseFileLock:
    from filelock import FileLock, Timeout

    if (folder / LOCK).is_symlink():  # locking would empty what it points to
        raise KnowledgeBaseError(f"'{folder / LOCK}' is a link, not a lock. Remove it.")
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise KnowledgeBaseError(
            f"'{folder}' is being rewritten by another process, for more than {wait:g} s. "
            "Try again when it is done."
        ) from None
    except OSError as error:
        raise KnowledgeBaseWriteError(
            f"Could not write to '{folder}': {error.strerror}. Copy the folder to a place "
            "where you may write, or ask its owner."
        ) from error
    return lock


def finish(folder: Path) -> None:
    """Delete the parts that a rewrite has replaced, this one or one that was killed."""
    rewrites = read_rewrites(folder)
    if not rewrites.replaced:
        return
    for name in rewrites.replaced:
        path = replaced_path(folder, name)
        if rewrites.covers(path):
            path.unlink(missing_ok=True)
    # counted too: who listed the parts before and asks what is replaced now must look again
    _write(folder, Rewrites(count=rewrites.count + 1))


def _write(folder: Path, rewrites: Rewrites) -> None:
    write_whole(folder / REWRITES, rewrites_text(rewrites))


def clear_leftovers(folder: Path) -> list[str]:
    """Delete temporary files whose writers are dead; return their names."""
    cleared = []
    for path, dead in leftovers(folder):
        if dead:
            path.unlink(missing_ok=True)
            cleared.append(path.name)
    return cleared


def leftovers(folder: Path) -> list[tuple[Path, bool]]:
    """Return the temporary files of a folder, and whether nobody writes to them any more.

    A writer needs moments. So a file is left over when its process is gone, or,
    where that cannot be known (another machine, a number used again), when it is
    an hour old. A live writer whose file is taken away says that it failed.
    """
    files = []
    for path in sorted(folder.glob(".*.tmp")):
        match = TEMPORARY.match(path.name)
        if match and (path.is_symlink() or not path.is_dir()):
            files.append((path, not _is_alive(int(match["pid"])) or _age(path) > OLD))
    return files


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # asking there could end the process asked about
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
