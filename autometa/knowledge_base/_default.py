"""The default knowledge base: the bundled one, and on top of it what the user added.

What a user adds lies in their own folder, so an update of autometa neither
loses nor hides it. Advice without a knowledge base of its own reads both.
"""

from __future__ import annotations

import warnings
from pathlib import Path

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseWarning
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base.storage._folders import bundled_folder, is_knowledge_base, user_folder
from autometa.knowledge_base.storage._replaced import read_rewrites


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
