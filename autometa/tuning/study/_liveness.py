"""Which run a trial belongs to, and whether that run still lives.

A trial that runs carries a mark of its run: host, process, when the process
began, a token of the run, and when the run must have ended. A process number
alone is not enough: numbers are used again, and one process may have several runs.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path

GRACE_SECONDS = 300.0  # clocks of machines differ, and the end of a run may be late
_LIVE: set[str] = set()


def open_run(ends_at: float | None = None) -> str:
    """Return the mark of a run of this process that begins now.

    Parameters
    ----------
    ends_at : float or None
        Moment of ``time.time()`` at which its budget ends; None is never.
    """
    ends = 0 if ends_at is None else int(ends_at)
    token = secrets.token_hex(4)
    mark = f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}:{token}:{ends}"
    _LIVE.add(mark)
    return mark


def close_run(mark: str) -> None:
    """Take note that the run is over."""
    _LIVE.discard(mark)


def is_gone(mark: object) -> bool:
    """Say whether the run that carries the mark is certain to be over.

    What carries none is not a run of `tune`, and nothing is certain about it.
    """
    if not isinstance(mark, str):
        return False
    parts = mark.split(":")
    if len(parts) not in (2, 5) or not parts[1].isdigit():
        return False
    host, process = parts[0], int(parts[1])
    began, ends = (parts[2], parts[4]) if len(parts) == 5 else ("", "0")
    if host != socket.gethostname():
        return ends.isdigit() and 0 < int(ends) < time.time() - GRACE_SECONDS
    if process == os.getpid() and began in ("", _began(process)):
        return mark not in _LIVE
    return not _is_alive(process) or began not in ("", _began(process))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError, OSError):
        return True
    return True


def _began(process: int) -> str:
    """Return when a process began, in the system's own unit; "" where that is not known."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # known on Linux only
        return ""
    return fields[19] if len(fields) > 19 else ""
