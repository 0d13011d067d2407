"""Tasks, setups and runs: what is known, how it is kept, and how it is measured."""

from __future__ import annotations

from autometa.knowledge_base._building import BuildSettings, build_knowledge_base
from autometa.knowledge_base._describing import describe_tasks
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._schema import canonical_config
from autometa.knowledge_base._summary import summarise

__all__ = [
    "BuildSettings",
    "KnowledgeBase",
    "build_knowledge_base",
    "canonical_config",
    "describe_tasks",
    "summarise",
]
