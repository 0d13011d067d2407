"""Advice in this process, on small tables: ready before a worker has imported its libraries."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from autometa.evaluation import Outcome
from autometa.knowledge_base import KnowledgeBase, base_of
from autometa.tables import Table
from autometa.tuning._budget import Clock
from autometa.tuning.scheduling._plan import advise

if TYPE_CHECKING:
    from autometa.meta_models import MetaModel

# What cannot be stopped has to be short. Measured on a slow machine: .4 to 1.4 s for so many
# cells, and 2 s more to read a base of 30,000 runs, where a worker's imports take 5 s.
MAX_CELLS = 200_000
MAX_RUNS = 100_000
MIN_SECONDS_LEFT = 4.0


def can_ask_here(
    table: Table, knowledge_base: KnowledgeBase | MetaModel | None, clock: Clock
) -> bool:
    """Say whether advice will not take long, and there is time for it."""
    base = knowledge_base
    if base is not None and not isinstance(base, KnowledgeBase):
        base = base.knowledge_base_
    is_small = table.X.size <= MAX_CELLS and base_of(base).n_runs <= MAX_RUNS
    return is_small and (clock.is_endless or clock.left >= MIN_SECONDS_LEFT)


def ask_here(key: Hashable, table: Table, *question: Any) -> Outcome:
    """Return what `autometa.tuning.workers._worker_side.ask_advice` would in a worker."""
    start = time.monotonic()
    try:
        advice = advise(table, *question)
    except Exception as error:  # the search goes on without advice, whatever was wrong
        message = f"{type(error).__name__}: {error}"
        return Outcome(key=key, status="error", message=message, seconds=time.monotonic() - start)
    return Outcome(key=key, status="ok", value=advice, seconds=time.monotonic() - start)
