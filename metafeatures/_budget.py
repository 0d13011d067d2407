"""A time budget: what is left of it, and what each measure is expected to take.

Seconds were measured once (``benchmarks/metafeature_costs.py``) and are a sum of terms
in the sizes of a dataset. How fast this machine is next to that one is learned from
what has run before in the same call.
"""

from __future__ import annotations

import json
import time
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._column_views import MAX_PAIR_COLUMNS, MAX_PAIR_ROWS
from metafeatures._dataset import Dataset
from metafeatures._registry import Measure, measures
from metafeatures._sample import MAX_COLUMNS

COSTS = "costs.json"
MARGIN = 1.25
HEAD_START = 0.02
UNKNOWN = 0.02
SIZES = (
    "always",
    "columns / 100",
    "rows x columns / 1e6",
    "rows x encoded columns^2 / 1e9",
    "pairs of rows / 2e6",
    "pairs of rows x encoded columns / 2e8",
    "rows x pairs of columns / 5e7",
    "classes x columns / 1e3",
    "encoded columns^3 / 1e8",
)


class Clock:
    """Runs from its creation until the budget is spent.

    Parameters
    ----------
    budget : float or None
        Seconds; None for no end.
    """

    def __init__(self, budget: float | None) -> None:
        self.budget = budget
        self.deadline = np.inf if budget is None else time.perf_counter() + budget
        self._expected = self._taken = HEAD_START

    @property
    def left(self) -> float:
        """Seconds until the budget is spent."""
        return float(self.deadline - time.perf_counter())

    def allows(self, expected: float) -> bool:
        """Tell whether what was expected to take so many seconds can be finished."""
        return expected * MARGIN * self._taken / self._expected <= self.left

    def learn(self, expected: float, taken: float) -> None:
        """Compare what was expected with what it took."""
        self._expected += expected
        self._taken += taken


def sizes(dataset: Dataset) -> Floats:
    """Return what seconds depend on (see `SIZES`): about 1 for a table at its bounds."""
    n_rows, n_near = dataset.sample.size, dataset.near_rows.size
    n_numbers = len(dataset.numbers) + len(dataset.dates)
    n_seen = n_numbers + len(dataset.codes)
    n_levels = sum(int(codes.max(initial=0)) + 1 for codes in dataset.codes)
    n_encoded = n_numbers + min(n_levels, 1_000)
    n_paired, n_paired_rows = n_seen, n_rows
    if dataset.is_bounded:
        n_encoded = min(n_encoded, MAX_COLUMNS)
        n_paired, n_paired_rows = min(n_seen, MAX_PAIR_COLUMNS), min(n_rows, MAX_PAIR_ROWS)
    n_classes = 10 if dataset.is_regression else dataset.class_counts.size
    return np.array(
        [
            1.0,
            n_seen / 100,
            n_rows * n_seen / 1e6,
            n_rows * n_encoded**2 / 1e9,
            n_near**2 / 2e6,
            n_near**2 * n_encoded / 2e8,
            n_paired_rows * n_paired**2 / 5e7,
            n_classes * n_seen / 1e3,
            n_encoded**3 / 1e8,
        ]
    )


@cache
def _costs() -> dict[str, Any]:
    costs: dict[str, Any] = json.loads(files("metafeatures").joinpath(COSTS).read_text())
    return costs


class Expectations:
    """What measures are expected to take on one dataset.

    What several measures share costs only the first of them.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.sizes = sizes(dataset)
        self.costs = _costs()

    def seconds(self, name: str, measure: Measure) -> float:
        """Return the seconds that a measure is expected to take, given what is there already."""
        views, there = self.costs["views"], vars(self.dataset)
        needed = {view for need in measure.needs for view in (need, *self._needs_of(need))}
        shared = sum(
            self._of(views[view]["seconds"]) for view in needed - there.keys() & views.keys()
        )
        return shared + self._own(name, measure)

    def _needs_of(self, view: str) -> list[str]:
        needs: list[str] = self.costs["views"].get(view, {}).get("needs", [])
        return needs

    def _own(self, name: str, measure: Measure) -> float:
        """Return the seconds of a measure's function; unmeasured, the most of its kind."""
        measured = self.costs["measures"]
        if name in measured:
            return self._of(measured[name])
        cost = measure.any_output.cost
        alike = [self._of(measured[n]) for n, m in measures().items()
                 if n in measured and m.any_output.cost == cost]  # fmt: skip
        return max(alike, default=UNKNOWN)

    def _of(self, seconds: list[float]) -> float:
        return float(self.sizes[: len(seconds)] @ np.array(seconds))
