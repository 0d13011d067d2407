"""Which parts a rewrite has replaced: what makes many changed files one change to a reader.

Compacting and removing write new parts, then say in the manifest which parts
these replace, then delete those. The manifest is renamed into place, so this
one step is the whole change: a reader sees all of it or nothing. Before it the
new parts only repeat rows of the old ones; after it the old ones do not count,
also when a kill left them lying there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

MANIFEST = "manifest.json"
REWRITES = "rewrites"

Found = TypeVar("Found")


def rewrites(folder: Path) -> dict[str, Any]:
    """Return how often a folder was rewritten (``count``), and what is ``replaced``.

    ``replaced`` maps names of parts to when they were written, in nanoseconds: a
    part of the same name added since then is another one, and counts.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):  # no manifest yet; a damaged one is told of by its reader
        manifest = {}
    found = manifest.get(REWRITES) if isinstance(manifest, dict) else None
    return found or {"count": 0, "replaced": {}}


def without_replaced(folder: Path, paths: Iterable[Path]) -> list[Path]:
    """Return those of ``paths`` that no rewrite has replaced."""
    replaced = rewrites(folder)["replaced"]
    return [path for path in paths if not is_replaced(path, replaced)]


def is_replaced(path: Path, replaced: dict[str, int]) -> bool:
    """Say whether a part is one of those ``replaced``."""
    if path.name not in replaced:
        return False
    try:
        return path.stat().st_mtime_ns == replaced[path.name]
    except FileNotFoundError:
        return True


def steadily(folder: Path, read: Callable[[], Found]) -> Found:
    """Return what ``read`` returns, called again when a rewrite took effect meanwhile.

    Listing a folder and opening its files takes several steps. A rewrite between
    them may delete a listed file or hide a new one; both show as another count.
    """
    while True:
        before = rewrites(folder)["count"]
        try:
            found = read()
        except FileNotFoundError:
            if rewrites(folder)["count"] == before:
                raise
            continue
        if rewrites(folder)["count"] == before:
            return found
