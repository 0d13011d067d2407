"""A knowledge base as it lies on disk: imported as it is."""

from __future__ import annotations

import os

from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base.importers._imported import Imported


def read_knowledge_base(source: str | os.PathLike[str]) -> Imported:
    """Return the knowledge base in a folder.

    Raises
    ------
    KnowledgeBaseError
        See `KnowledgeBase.load`.
    """
    return Imported(knowledge_base=KnowledgeBase.load(source))
