"""What a knowledge base does by rooms that lie above this one.

`KnowledgeBase.evaluate` is where people look for it, but evaluation needs meta-models, and these
need knowledge bases. So their names stand here, and are looked up when they are called, as entry
points are: no file of this room imports one above it.
"""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

ABOVE = {
    "evaluate": "autometa.meta_models.evaluation:evaluate",
    "graph": "autometa.graph:KnowledgeGraph",
    "import_history": "autometa.importers:import_history",
    "read_studies": "autometa.importers:read_optuna",
}


def from_above(verb: str) -> Callable[..., Any]:
    """Return the function that does what a verb of `KnowledgeBase` says."""
    function: Callable[..., Any] = resolve_name(ABOVE[verb])
    return function
