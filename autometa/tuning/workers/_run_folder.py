"""The temporary folder of a run: deleted at its end, or by a later run when it was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, which lets nobody delete what is open: nothing is cleared there
    fcntl = None  # type: ignore[assignment]

PREFIX = "autometa-run-"
HELD = "held"  # a file that the run keeps locked: a killed process lets go of it
MIN_AGE_SECONDS = 60.0  # of what is cleared: a folder is made a moment before it is held


class RunFolder:
    """A temporary folder that says whether its run still lives.

    A number of a process would not do: containers that share a folder count their own.

    Raises
    ------
    OSError
        If no folder can be made.
    """

    def __init__(self) -> None:
        clear_killed(Path(tempfile.gettempdir()))
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        self._held: IO[bytes] | None = None
        if fcntl is not None:
            with contextlib.suppress(OSError):  # a full disk, or one without locks
                self._held = (self.path / HELD).open("wb")
                fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Delete it."""
        self._folder.cleanup()
        if self._held is not None:
            self._held.close()


def clear_killed(place: Path) -> None:
    """Delete the folders of runs of this user that were killed: each holds a copy of a table."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for folder in place.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):  # another run clears it too
                if _is_killed(folder):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_killed(folder: Path) -> bool:
    """Say whether nobody holds it; what another user made, or lies behind a link, is not ours."""
    facts = folder.lstat()
    if facts.st_uid != os.getuid() or time.time() - facts.st_mtime < MIN_AGE_SECONDS:
        return False
    with (folder / HELD).open("rb+") as held:  # a link cannot be: only this user writes there
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: it lives
    return True
