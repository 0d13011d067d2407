"""Where knowledge bases lie: the bundled one, the user's own, and both read as one.

What a user adds lies in their own folder, so an update of autometa neither
loses nor hides it. Advice that is not told what to learn from reads both.
"""

from __future__ import annotations

import warnings
from importlib import resources
from pathlib import Path

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseWarning
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._parts import MANIFEST
from autometa.knowledge_base._replaced import read_rewrites

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


def default_folders() -> list[Path]:
    """Return the folders that the default knowledge base is read from."""
    own = user_folder()
    return [bundled_folder(), own] if is_knowledge_base(own) else [bundled_folder()]


def default_knowledge_base() -> KnowledgeBase:
    """Return the bundled knowledge base with what the user added on top.

    Warns
    -----
    KnowledgeBaseWarning
        If the user's own knowledge base cannot be read; it is then left out.
    """
    bundled = KnowledgeBase.bundled()
    own = user_folder()
    if not is_knowledge_base(own):
        return bundled
    try:
        return bundled.merge(KnowledgeBase.load(own))
    except (KnowledgeBaseError, OSError) as error:
        warnings.warn(
            f"Your own knowledge base is left out: {error} 'autometa kb verify own' says more.",
            KnowledgeBaseWarning,
            stacklevel=2,
        )
        return bundled


def default_state() -> tuple[str, ...]:
    """Return what tells one content of the default knowledge base from another.

    Equal answers mean equal knowledge, so what was learnt from it can be kept.
    """
    own = user_folder()
    if not is_knowledge_base(own):
        return ()
    names = sorted(path.name for path in own.glob("*.parquet"))
    return (str(own), str(_count(own)), *names)


def _count(folder: Path) -> int:
    try:
        return read_rewrites(folder).count
    except KnowledgeBaseError:  # reading the folder says so
        return -1
