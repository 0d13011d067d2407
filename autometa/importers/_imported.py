"""Imported: what came of an import, and what was left behind and why."""

from __future__ import annotations

from dataclasses import dataclass

from autometa.knowledge_base._knowledge_base import KnowledgeBase


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """Something of a source that did not enter the knowledge base.

    Attributes
    ----------
    what : str
        In the source's words: "runs", "feature columns", "trials".
    count : int
    why : str
        In one clause, with an example where that helps.
    """

    what: str
    count: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A history from elsewhere.

    Attributes
    ----------
    knowledge_base : KnowledgeBase
        Its ``provenance`` names the format and the source.
    dropped : tuple of Dropped
        Empty when all of the source was kept.
    notes : tuple of str
        What was changed or taken for granted on the way: a measure whose
        direction was guessed, features under other names.
    """

    knowledge_base: KnowledgeBase
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
