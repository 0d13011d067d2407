"""Where knowledge bases lie: the bundled one, and the user's own."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from autometa.knowledge_base.storage._manifest import MANIFEST

HOME = "AUTOMETA_HOME"  # environment variable: the folder of all that is the user's


def home() -> Path:
    """Return the folder of what is the user's: ``AUTOMETA_HOME``, or the platform's place.

    That is ``XDG_DATA_HOME`` or ``~/.local/share`` on Linux, ``Application Support`` on
    macOS, ``AppData`` on Windows.
    """
    if given := os.environ.get(HOME):
        return Path(given)
    from platformdirs import user_data_path

    return Path(user_data_path("autometa"))


def user_folder() -> Path:
    """Return the folder of the user's own knowledge base; it need not exist."""
    return home() / "knowledge_base"


def bundled_folder() -> Path:
    """Return the folder of the knowledge base that ships with autometa."""
    inside = Path(str(resources.files("autometa"))) / "data"
    return inside if inside.is_dir() else inside.parent.parent / "data"


def is_knowledge_base(folder: Path) -> bool:
    """Say whether a folder holds a knowledge base."""
    return (folder / MANIFEST).is_file()
