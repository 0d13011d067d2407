"""Tasks, setups and runs: what is known, and how it is kept."""

from __future__ import annotations

from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._schema import canonical_config

__all__ = ["KnowledgeBase", "canonical_config"]
