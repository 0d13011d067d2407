"""What tells one content of the default knowledge base from another."""

from __future__ import annotations

from pathlib import Path

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base.storage._folders import bundled_folder
from autometa.knowledge_base.storage._names import default_folders
from autometa.knowledge_base.storage._replaced import read_rewrites


def default_state() -> tuple[str, ...]:
    """Return what tells one content of the default knowledge base from another.

    Equal answers mean equal content, so what was learnt from it can be kept. What ships with
    autometa does not change while it runs.
    """
    bundled = bundled_folder()
    folders = default_folders()
    if folders == [bundled]:
        return ()
    state: list[str] = []
    for folder in folders:
        state.append(str(folder))
        if folder != bundled:
            state += [str(_count(folder)), *sorted(path.name for path in folder.glob("*.parquet"))]
    return tuple(state)


def _count(folder: Path) -> int:
    try:
        return read_rewrites(folder).count
    except KnowledgeBaseError:  # reading the folder says so
        return -1
