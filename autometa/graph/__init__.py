"""The knowledge as a graph: nodes and edges in the terms of ML-Schema and MLSO.

Written as Turtle, N-Triples, JSON-LD or GraphML, and asked by SPARQL.
"""

from __future__ import annotations

from autometa.graph._knowledge_graph import KnowledgeGraph
from autometa.graph._knowledge_graph import check_graph_file as check_graph_file
from autometa.graph._query import Rows
from autometa.graph._questions import QUESTIONS, Question

__all__ = ["QUESTIONS", "KnowledgeGraph", "Question", "Rows"]
