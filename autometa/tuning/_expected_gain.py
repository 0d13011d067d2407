"""ExpectedGain: whether going on with a search is worth its seconds.

Two conditions end a search early, both needed: many scored trials in a row were no better
than the best, and what the next second is expected to gain is small. The second keeps a run
on a slow table, where few trials fit, from ending by a count that says little there.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field

from autometa.tuning._state import SearchState

# Of the difference between the best score and the median: 100 s more are then expected to win
# less than a tenth of what choosing the best setup over an average one has won.
MIN_GAIN_PER_SECOND = 1e-3
N_TOP = 5  # best scores, whose mean distance says by how much the next record would be better


@dataclass
class ExpectedGain:
    """The scores of a run in their order.

    Attributes
    ----------
    scores : list of float
        Of complete trials, greater is better.
    seconds : list of float
        When each came, since the run began.
    """

    scores: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def learn(self, score: float, seconds: float) -> None:
        """Take note of a scored trial."""
        self.scores.append(score)
        self.seconds.append(seconds)

    @property
    def n_since_best(self) -> int:
        """Scored trials since the best one; an equal score is no better."""
        if not self.scores:
            return 0
        return len(self.scores) - 1 - self.scores.index(max(self.scores))

    @property
    def per_second(self) -> float:
        """Expected gain of a second of search, as a share of the best score less the median.

        Were trials alike, the next would be the best of n + 1 with probability 1 / (n + 1)
        (A. Renyi, 1962, on records), better by about the mean distance of the best scores.
        Infinite before there are three scores; 0 where all are equal.
        """
        n = len(self.scores)
        if n < 3:
            return math.inf
        top = sorted(self.scores, reverse=True)[:N_TOP]
        spread = top[0] - statistics.median(self.scores)
        if spread <= 0:
            return 0.0
        step = (top[0] - top[-1]) / (len(top) - 1)
        per_trial = step / spread / (n + 1)
        span = self.seconds[-1] - self.seconds[0]
        return per_trial * (n - 1) / span if span > 0 else math.inf

    def is_spent(self, state: SearchState) -> bool:
        """Say whether the search has gone on without gain for as long as was asked."""
        patience = state.settings.patience
        if patience is None or self.n_since_best < patience:
            return False
        # without a clock the result depends on the seed alone, not on seconds
        return state.clock.is_endless or self.per_second < MIN_GAIN_PER_SECOND

    def ended(self, state: SearchState) -> str:
        """Say why the search ended."""
        said = f"None of the last {self.n_since_best} scored trials was better than the best"
        if state.clock.is_endless:
            return f"{said}."
        return (
            f"{said}, and a second more is expected to gain {self.per_second:.1g} of the "
            "difference between the best score and the median."
        )
