"""Clock and FitTimeModel: what time is left, and what a fit will take of it.

Everything a run does is planned by these two: what may start, when it is killed,
and how much is kept for the end.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from autometa.tables import Table

MARGIN_SECONDS = 0.25
MARGIN_SHARE = 0.008
OVERHEAD_SECONDS = 0.05  # encoding and scoring, whatever the model
MIN_TRUST = 0.3  # of our own guess: a knowledge base of small tables may be far too hopeful
EMPTY_COLUMNS = 100  # that cost what a full one does: zeros are skipped, columns visited
MAX_RESERVE_SHARE = 0.35
MIN_RESERVE_SHARE = 0.05


class Clock:
    """Seconds gone and seconds left of a budget.

    Parameters
    ----------
    budget : float or None
        Seconds in all; None has no end.
    started : float or None
        Moment of ``time.monotonic()`` the budget counts from; None is now.
    """

    def __init__(self, budget: float | None, started: float | None = None) -> None:
        self.budget = math.inf if budget is None else float(budget)
        self.started = time.monotonic() if started is None else started

    @property
    def is_endless(self) -> bool:
        """Whether there is no budget."""
        return math.isinf(self.budget)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds until results must be ready, a margin for handing them over kept back."""
        if self.is_endless:
            return math.inf
        return self.budget - MARGIN_SECONDS - MARGIN_SHARE * self.budget - self.elapsed

    def end_within(self, seconds: float) -> None:
        """Bring the end of the budget forward, so that at most ``seconds`` are left."""
        total = (self.elapsed + seconds + MARGIN_SECONDS) / (1.0 - MARGIN_SHARE)
        self.budget = min(self.budget, total)

    def reserve(self, refit_seconds: float) -> float:
        """Return the seconds to keep for refits expected to take ``refit_seconds``, and the end."""
        if self.is_endless:
            return 0.0
        wanted = 1.4 * refit_seconds + 0.02 * self.budget
        low, high = MIN_RESERVE_SHARE * self.budget, MAX_RESERVE_SHARE * self.budget
        return min(max(wanted, low), high)

    def trial_timeout(self, expected: float, search_left: float) -> float | None:
        """Return the seconds after which a trial expected to take ``expected`` is killed.

        None without a budget: what is found then depends on the seed alone, not on
        how quick the machine is.
        """
        if self.is_endless:
            return None
        patience = max(5.0 * expected, 0.15 * self.budget, 3.0)
        return max(0.05, min(search_left, patience))


@dataclass(frozen=True, kw_only=True)
class Size:
    """What decides how long a fit takes."""

    n_rows: int
    n_columns: int
    n_classes: int
    n_rarest: int | None = None

    @classmethod
    def of_table(cls, table: Table) -> Self:
        """Return the size of a table; of a sparse one, as of a dense one that takes as long."""
        n_rows, n_columns = table.X.shape
        if table.is_sparse:
            n_columns = table.X.size // n_rows + n_columns // EMPTY_COLUMNS + 1
        return cls(
            n_rows=n_rows,
            n_columns=n_columns,
            n_classes=table.n_classes,
            n_rarest=table.n_rarest,
        )

    @property
    def n_outputs(self) -> int:
        """Trees or weight vectors a model needs side by side."""
        return self.n_classes if self.n_classes > 2 else 1

    @property
    def cells(self) -> int:
        """Rows times columns."""
        return self.n_rows * self.n_columns

    def part(self, fidelity: float) -> Size:
        """Return the size of a part of the rows."""
        return replace(self, n_rows=math.ceil(self.n_rows * fidelity))


@dataclass
class FitTimeModel:
    """Expected seconds of one fit; corrected by each fit that was timed.

    Attributes
    ----------
    size : Size
        Of the table, all rows.
    seen : dict of str to list of float
        By algorithm, the logarithms of measured over expected seconds.
    """

    size: Size
    seen: dict[str, list[float]] = field(default_factory=dict)

    def expected(
        self,
        algorithm: str,
        config: Mapping[str, Any],
        advised: float | None = None,
        fidelity: float = 1.0,
    ) -> float:
        """Return the wall-clock seconds one fit on a share of the rows should take here."""
        prior = self._prior(algorithm, config, advised, fidelity)
        return prior * math.exp(self._correction(algorithm))

    def learn(
        self,
        algorithm: str,
        config: Mapping[str, Any],
        seconds: float,
        advised: float | None = None,
        fidelity: float = 1.0,
    ) -> None:
        """Take note that one fit took ``seconds``."""
        ratio = max(seconds, 0.01) / self._prior(algorithm, config, advised, fidelity)
        self.seen.setdefault(algorithm, []).append(math.log(ratio))

    def _prior(
        self, algorithm: str, config: Mapping[str, Any], advised: float | None, fidelity: float
    ) -> float:
        seconds_of = ROUGH_SECONDS.get(algorithm, _other)
        rough = seconds_of(self.size.part(fidelity), config)
        if advised is not None and math.isfinite(advised) and advised >= 0:
            share = rough / max(seconds_of(self.size, config), 1e-9)  # advice is of all rows
            rough = max(share * advised, MIN_TRUST * rough)
        return rough + OVERHEAD_SECONDS

    def _correction(self, algorithm: str) -> float:
        """Mean log ratio of the algorithm, drawn to the median of all when little was seen."""
        every = [ratio for ratios in self.seen.values() for ratio in ratios]
        if not every:
            return 0.0
        overall = statistics.median(every)
        own = self.seen.get(algorithm, [])
        return (sum(own) + overall) / (len(own) + 1)


def _linear(size: Size, config: Mapping[str, Any]) -> float:
    return 2e-6 * size.cells * size.n_outputs


def _boosting(trees: str, leaves: Callable[[Mapping[str, Any]], float]) -> Any:
    def seconds(size: Size, config: Mapping[str, Any]) -> float:
        n_trees = float(config.get(trees, 100)) * size.n_outputs
        return n_trees * (1.5e-5 * leaves(config) + 6e-9 * size.cells)

    return seconds


def _forest(size: Size, config: Mapping[str, Any]) -> float:
    share = config.get("max_features", "sqrt")
    share = size.n_columns**-0.5 if share == "sqrt" else float(share)
    depth = math.log2(size.n_rows + 2)
    per_tree = 1e-3 + 2.5e-8 * size.n_rows * depth * max(1.0, share * size.n_columns)
    return float(config.get("n_estimators", 100)) * per_tree


def _tree(size: Size, config: Mapping[str, Any]) -> float:
    return 4e-8 * size.cells * math.log2(size.n_rows + 2)


def _kernel(size: Size, config: Mapping[str, Any]) -> float:
    return 4e-9 * size.n_rows**2 * (size.n_columns + 20)


def _network(size: Size, config: Mapping[str, Any]) -> float:
    width = float(config.get("width", 100))
    weights = width * (2 * size.n_columns + 5 + width * (float(config.get("n_layers", 1)) - 1))
    return 40 * size.n_rows * (1e-6 + 4e-10 * weights)


def _neighbors(size: Size, config: Mapping[str, Any]) -> float:
    return 1e-9 * size.n_rows * size.cells


def _other(size: Size, config: Mapping[str, Any]) -> float:
    return 2e-6 * size.cells


ROUGH_SECONDS: dict[str, Callable[[Size, Mapping[str, Any]], float]] = {
    "catboost": _boosting("iterations", lambda c: 2.0 ** float(c.get("depth", 6))),
    "decision_tree": _tree,
    "elastic_net": _linear,
    "extra_trees": _forest,
    "hist_gradient_boosting": _boosting(
        "max_iter", lambda c: 2 * float(c.get("max_leaf_nodes", 31))
    ),
    "lightgbm": _boosting("n_estimators", lambda c: float(c.get("num_leaves", 31))),
    "logistic_regression": _linear,
    "mlp": _network,
    "nearest_neighbors": _neighbors,
    "random_forest": _forest,
    "ridge": _linear,
    "svm": _kernel,
    "xgboost": _boosting("n_estimators", lambda c: 2.0 ** float(c.get("max_depth", 6))),
}
