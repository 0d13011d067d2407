"""Advice in this process, on small tables: ready before a worker has imported its libraries."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from autometa.evaluation import Outcome
from autometa.knowledge_base import KnowledgeBase, base_of
from autometa.tables import Table
from autometa.tuning._budget import Clock
from autometa.tuning.scheduling._plan import advise
from autometa.tuning.workers._pools import InlinePool

if TYPE_CHECKING:
    from autometa.meta_models import MetaModel

# What cannot be stopped has to be short. Where a worker's imports took 5 s, advice took .4 to 1.4 s
# for up to so many cells, and 2 s more the first time, to read a base of 32,000 runs.
MAX_CELLS = 200_000
MAX_RUNS = 100_000
MIN_SECONDS_LEFT = 4.0  # of less, the two seconds would be too large a part


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
    """Return how asking in this process ended: an error costs the advice, as in a worker."""
    pool = InlinePool()
    pool.set_up(lambda: table)
    pool.submit(key, advise, *question)
    outcome = pool.wait()
    assert outcome is not None
    return outcome
