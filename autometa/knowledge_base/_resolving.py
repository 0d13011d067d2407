"""Which knowledge base is meant: one rule for every function that takes one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

from autometa.exceptions import ParameterError
from autometa.knowledge_base._knowledge_base import KnowledgeBase

KnowledgeBaseLike: TypeAlias = (
    "KnowledgeBase | str | os.PathLike[str] | Sequence[KnowledgeBase | str | os.PathLike[str]]"
    " | Literal[False] | None"
)


def resolve_knowledge_base(given: KnowledgeBaseLike) -> KnowledgeBase | None:
    """Return the knowledge base that is meant, None for none.

    Parameters
    ----------
    given : KnowledgeBase, str, path, sequence of these, False or None
        An object as it is; a folder; a name (``kb:default``, ``kb:bundled``, ``kb:own``, or one
        that the user gave by ``autometa kb name``); several in layers, of which the first counts
        where two hold the same; False for none; None for the default one, see
        `KnowledgeBase.default`.

    Raises
    ------
    ParameterError
        If it is none of these.
    KnowledgeBaseError
        If there is no such knowledge base, or it cannot be read.

    Examples
    --------
    >>> resolve_knowledge_base("kb:bundled") is None, resolve_knowledge_base(False) is None
    (False, True)
    """
    if given is None:
        return KnowledgeBase.default()
    if given is False:
        return None
    if isinstance(given, Sequence) and not isinstance(given, str | bytes):
        return KnowledgeBase.layered([_one(item) for item in given])
    return _one(given)


def open_named(names: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> KnowledgeBase:
    """Return the knowledge base of a name or path, or of several in layers, the first counting.

    Raises
    ------
    KnowledgeBaseError
        If there is none of that name, or it cannot be read.
    """
    return KnowledgeBase.named(*([names] if isinstance(names, str | os.PathLike) else names))


def default_knowledge_base() -> KnowledgeBase:
    """Return what is used where no knowledge base is named; see `KnowledgeBase.default`."""
    return KnowledgeBase.default()


def _one(given: Any) -> KnowledgeBase:
    if isinstance(given, KnowledgeBase):
        return given
    if isinstance(given, str | os.PathLike):
        return KnowledgeBase.named(given)
    raise ParameterError(
        "A knowledge base must be a KnowledgeBase, a folder, a name such as 'kb:own', several of "
        f"these, False for none or None for the default one. Got {type(given).__name__}: {given!r}."
    )
