"""What this process may use of the machine: cores and memory, limits in force included.

Batch systems and containers grant less than the machine has; taking more ends in a
refusal or in a kill, so what is granted is read, and taken.
"""

from __future__ import annotations

import os
from pathlib import Path

import joblib

NO_LIMIT = 1 << 60  # cgroup v1 writes a number near 2**63 where there is no limit
CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")

# Address space of a worker of one thread once NumPy, SciPy, scikit-learn and LightGBM are
# imported: 513 MB, and a fifth of that for a small table and its model.
LIBRARY_BYTES = 640 << 20

# How libraries say that they got no memory, in text: C++, NumPy, OpenBLAS, the loader,
# the operating system (ENOMEM).
MEMORY_WORDS = (
    "bad_alloc",
    "bad allocation",
    "Unable to allocate",
    "Cannot allocate memory",
    "cannot allocate memory",
    "cannot map zero-fill pages",
    "failed to map segment",
    "Memory allocation still failed",
    "MemoryError",
    "out of memory",
    "Out of memory",
    "OutOfMemory",
)


def usable_cores() -> int:
    """Return the cores this process may use: affinity and the quota of a container count."""
    return max(1, int(joblib.cpu_count()))


def usable_memory() -> int | None:
    """Return the bytes of memory this process may use; None where that cannot be read."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return None
    granted = container_memory()
    return physical if granted is None else min(physical, granted)


def container_memory(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int | None:
    """Return the smallest memory limit of the control groups this process is in, None for none.

    Parameters
    ----------
    cgroups : Path
        Where they are mounted.
    membership : Path
        The file that says which ones this process is in, for both versions of cgroups.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:  # Linux only
        return None
    limits = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            limits += _limits_along(cgroups, path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _limits_along(cgroups / "memory", path, "memory.limit_in_bytes")
    return min(limits, default=None)


def _limits_along(root: Path, path: str, name: str) -> list[int]:
    """Limits of a group and of all above it: each of them holds."""
    parts = [part for part in path.split("/") if part and part != ".."]
    limits = []
    for depth in range(len(parts) + 1):
        try:
            text = root.joinpath(*parts[:depth], name).read_text().strip()
        except OSError:  # in a container the path is that of the host, and not all of it is here
            continue
        if text.isdigit() and 0 < int(text) < NO_LIMIT:
            limits.append(int(text))
    return limits


def address_space_in_force() -> int | None:
    """Return the bytes of address space this process is limited to (``ulimit -v``), or None."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    limits = [n for n in resource.getrlimit(resource.RLIMIT_AS) if n != resource.RLIM_INFINITY]
    return min(limits, default=None)


def address_space() -> int:
    """Return the bytes of address space that this process has taken; 0 where nobody says."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # Linux alone has it
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def address_space_for(wanted: int | None) -> int | None:
    """Return the limit of address space to set where ``wanted`` is asked for.

    A limit in force cannot be raised: the smaller of the two is taken.
    """
    asked = [n for n in (wanted, address_space_in_force()) if n]
    return min(asked, default=None)


def is_about_memory(text: str) -> bool:
    """Return whether a message says that memory could not be had."""
    return any(words in text for words in MEMORY_WORDS)
