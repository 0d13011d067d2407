"""The knowledge base that a call means; the default one is read once for each content of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from autometa.knowledge_base._default import default_state
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._resolving import KnowledgeBaseLike, resolve_knowledge_base
from autometa.knowledge_base.maintenance import fingerprint_of
from autometa.knowledge_base.storage._names import DEFAULT, default_folders
from autometa.knowledge_base.storage._parts import read_manifest


def open_knowledge_base(
    knowledge_base: KnowledgeBaseLike | bool,
) -> KnowledgeBase | Literal[False] | None:
    """Return a knowledge base that may be given by name, path or in layers.

    None, True and its name all become None: what was learnt from the default one is kept for the
    next question.

    Raises
    ------
    KnowledgeBaseError
        If there is none of that name, or it cannot be read.
    ParameterError
        If it is none of these.
    """
    if knowledge_base is None or knowledge_base is True or knowledge_base == DEFAULT:
        return None
    return False if knowledge_base is False else resolve_knowledge_base(knowledge_base)


def base_of(knowledge_base: KnowledgeBase | None) -> KnowledgeBase:
    """Return a knowledge base; the default one, read once for each content of it, for None."""
    return _default(default_state()) if knowledge_base is None else knowledge_base


def identity_of(kb: KnowledgeBase) -> dict[str, str | None]:
    """Return which knowledge base it is, for whoever reads stored advice."""
    origin = kb.origin  # None of what was made in memory, or layered
    return {
        "name": None,
        "path": str(origin.folder) if origin else None,
        "fingerprint": origin.fingerprint if origin else None,
    }


def default_identity() -> dict[str, str | None]:
    """Return which knowledge base the default one is, for whoever reads stored advice."""
    folders = default_folders()
    return {
        "name": DEFAULT,
        "path": str(folders[0]) if len(folders) == 1 else None,
        "fingerprint": "+".join(str(fingerprint_of(folder)) for folder in folders),
    }


def measured_with(kb: KnowledgeBase | None) -> dict[str, str]:
    """Return the versions of libraries that measured a knowledge base; None is the default one.

    Of several layers the first counts, as its runs do. Empty for what was made in memory.
    """
    folders = default_folders() if kb is None else [kb.origin.folder] if kb.origin else []
    found: dict[str, str] = {}
    for folder in folders:
        found = {**read_manifest(folder).get("versions", {}), **found}
    return found


@lru_cache(maxsize=1)
def _default(state: tuple[str, ...]) -> KnowledgeBase:
    """Return the default knowledge base as it is in that state."""
    return KnowledgeBase.default()
