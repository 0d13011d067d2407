"""Tasks, setups and runs: what is known, how it is kept, and how it is measured."""

from __future__ import annotations

from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._plots import plot_coverage, plot_wins, shares_of_wins
from autometa.knowledge_base._schema import canonical_config
from autometa.knowledge_base._summary import summarise

__all__ = [
    "KnowledgeBase",
    "canonical_config",
    "plot_coverage",
    "plot_wins",
    "shares_of_wins",
    "summarise",
]
