"""Where knowledge bases lie: the bundled one, and the user's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from autometa.knowledge_base.storage._manifest import MANIFEST

BUNDLED = "bundled"
OWN = "own"


def user_folder() -> Path:
    """Return the folder of the user's own knowledge base; it need not exist.

    It lies where the platform keeps a user's data: ``XDG_DATA_HOME`` or
    ``~/.local/share`` on Linux, ``Application Support`` on macOS, ``AppData`` on
    Windows.
    """
    from platformdirs import user_data_path

    return Path(user_data_path("autometa")) / "knowledge_base"


def bundled_folder() -> Path:
    """Return the folder of the knowledge base that ships with autometa."""
    inside = Path(str(resources.files("autometa"))) / "data"
    return inside if inside.is_dir() else inside.parent.parent / "data"


def folder_named(name: str) -> Path:
    """Return the folder that a user means: a path, or one of the names ``bundled`` and ``own``.

    Where there is a folder of that name, it is the one meant.
    """
    known = {BUNDLED: bundled_folder, OWN: user_folder}
    if name in known and not Path(name).exists():
        return known[name]()
    return Path(name)


def is_knowledge_base(folder: Path) -> bool:
    """Say whether a folder holds a knowledge base."""
    return (folder / MANIFEST).is_file()
