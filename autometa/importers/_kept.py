"""A knowledge base as it lies on disk, or as it was exported: imported as it is."""

from __future__ import annotations

import os
from pathlib import Path

from autometa.importers._exported import is_export, read_export
from autometa.importers._imported import Imported
from autometa.knowledge_base._knowledge_base import KnowledgeBase


def read_knowledge_base(source: str | os.PathLike[str]) -> Imported:
    """Return the knowledge base in a folder, or the export of one.

    Raises
    ------
    KnowledgeBaseError
        See `KnowledgeBase.load`.
    """
    if is_export(Path(source)):
        return Imported(knowledge_base=read_export(Path(source)))
    return Imported(knowledge_base=KnowledgeBase.load(source))
