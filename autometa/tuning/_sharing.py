"""Tables in files that workers map into memory: written once, copied by nobody.

The files hold this process's own pickles, in a folder of its own that goes with the run.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import joblib


class SharedFolder:
    """A temporary folder of objects whose arrays are mapped, not read.

    Where no file can be written, objects are passed by value.
    """

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        try:
            self._folder = tempfile.TemporaryDirectory(
                prefix="autometa-", ignore_cleanup_errors=True
            )
        except OSError:  # no writable place, or a full disk
            return

    def path(self, name: str) -> str | None:
        """Return where an object of that name is to be written; None where there is no place."""
        return None if self._folder is None else str(Path(self._folder.name) / name)

    def put(self, name: str, value: Any) -> Any:
        """Return what `take` turns into ``value``, here and in workers."""
        return put(self.path(name), value)

    def close(self) -> None:
        """Delete the files; who has mapped them keeps what is mapped."""
        if self._folder is not None:
            self._folder.cleanup()


def put(path: str | None, value: Any) -> Any:
    """Write an object to ``path``; return the path, or the object itself when that fails."""
    if path is None:
        return value
    try:
        joblib.dump(value, path)
    except OSError:  # a full disk
        with contextlib.suppress(OSError):
            Path(path).unlink(missing_ok=True)
        return value
    return path


def take(shared: Any) -> Any:
    """Return the object that `put` was given; its arrays are read-only maps of the file."""
    return joblib.load(shared, mmap_mode="r") if isinstance(shared, str) else shared
