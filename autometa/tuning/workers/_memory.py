"""How much memory a worker may have: sizes as people write them, and the least that serves."""

from __future__ import annotations

import re
from numbers import Integral

from autometa.evaluation._machine import LIBRARY_BYTES, usable_memory
from autometa.exceptions import ParameterError

MIN_WORKER_BYTES = 4 << 30  # of address space; libraries alone reserve about 1 GB of it
# kB is 1,000 bytes and KiB 1,024, as IEC 80000-13 has them.
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


def n_bytes(size: int | str | None) -> int | None:
    """Return the bytes that a size such as 4GB or 512MiB means; None stays None.

    Raises
    ------
    ParameterError
        If it is neither a size nor a number of bytes.

    Examples
    --------
    >>> n_bytes("4GB"), n_bytes("1.5 GiB"), n_bytes("650000000"), n_bytes(7)
    (4000000000, 1610612736, 650000000, 7)
    """
    if size is None or (isinstance(size, Integral) and not isinstance(size, bool)):
        return None if size is None else int(size)
    match = None
    if isinstance(size, str):
        match = re.fullmatch(r"(\d+\.?\d*)\s*([kmg]i?)?b?", size.strip().lower())
    if match is None:
        raise ParameterError(
            "'memory_limit' must be a size such as 4GB or 512MiB, a number of bytes or None. "
            f"Got {size!r}."
        )
    return int(float(match[1]) * UNITS[match[2] or ""])


def check_memory_limit(limit: int | None) -> None:
    """Refuse a limit in bytes under which no worker could start.

    Raises
    ------
    ParameterError
        If it is fewer than the libraries take.
    """
    if limit is not None and limit < LIBRARY_BYTES:
        raise ParameterError(
            f"'memory_limit' must be a number of bytes >= {LIBRARY_BYTES:,} or None: a worker's "
            f"libraries take that much address space. Got {limit!r}; give more, or "
            "isolate=False for trials in this process."
        )


def default_memory_limit(n_jobs: int) -> int | None:
    """Return four fifths of the usable memory, shared by the workers, 4 GB at least."""
    total = usable_memory()
    return None if total is None else max(MIN_WORKER_BYTES, int(0.8 * total / n_jobs))
