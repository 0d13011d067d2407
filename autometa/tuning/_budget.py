"""Clock and FitTimeModel: what time is left, and what a fit will take of it.

Everything a run does is planned by these two: what may start, when it is killed,
and how much is kept for the end.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autometa.algorithms import Size, get_algorithm
from autometa.tables import Table

MARGIN_SECONDS = 0.25
MARGIN_SHARE = 0.008
OVERHEAD_SECONDS = 0.05  # encoding and scoring, whatever the model
MIN_TRUST = 0.3  # of our own guess: a knowledge base of small tables may be far too hopeful
EMPTY_COLUMNS = 100  # that cost what a full one does: zeros are skipped, columns visited
MAX_RESERVE_SHARE = 0.35
MIN_RESERVE_SHARE = 0.05


# A trial is killed when it takes so many times what is expected: guesses err by that much. One
# that takes a quarter of the budget costs more than what it could still say is worth, unless as
# much was expected of it.
MAX_OVERRUN, MIN_OVERRUN = 5.0, 1.5
MAX_TRIAL_SHARE, MIN_TRIAL_SHARE = 0.25, 0.15


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

        None without a budget: the result then depends on the seed alone, not on
        how quick the machine is.
        """
        if self.is_endless:
            return None
        patience = min(MAX_OVERRUN * expected, MAX_TRIAL_SHARE * self.budget)
        patience = max(patience, MIN_OVERRUN * expected, MIN_TRIAL_SHARE * self.budget, 3.0)
        return max(0.05, min(search_left, patience))


def size_of(table: Table) -> Size:
    """Return the size of a table; of a sparse one, as of a dense one that takes as long."""
    n_rows, n_columns = table.X.shape
    if table.is_sparse:
        n_columns = table.X.size // n_rows + n_columns // EMPTY_COLUMNS + 1
    return Size(
        n_rows=n_rows, n_columns=n_columns, n_classes=table.n_classes, n_rarest=table.n_rarest
    )


@dataclass
class FitTimeModel:
    """Expected seconds of one fit; corrected by each fit that was timed.

    Attributes
    ----------
    size : Size
        Of the table, all rows.
    slowness : float
        Times the seconds of the machine that our own guesses were measured on.
    seen : dict of str to list of float
        By algorithm, the logarithms of measured over expected seconds.
    """

    size: Size
    slowness: float = 1.0
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
        rough = self.slowness * rough_seconds(algorithm, self.size.part(fidelity), config)
        if advised is not None and math.isfinite(advised) and advised >= 0:
            whole = self.slowness * rough_seconds(algorithm, self.size, config)
            share = rough / max(whole, 1e-9)  # advice is of all rows
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


def rough_seconds(algorithm: str, size: Size, config: Mapping[str, Any]) -> float:
    """Return the algorithm's own guess of the seconds of one fit."""
    return get_algorithm(algorithm).seconds(size, config)
