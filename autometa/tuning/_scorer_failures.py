"""ScorerFailures: whether trials fail by the user's own scorer, whatever is fitted.

A scorer that raises for every model cannot be helped by more trials: the rest of the budget
would buy the same message again, and a small tree at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from autometa.exceptions import MetricError
from autometa.metrics import failure_of_scorer

# A scorer may well fail for one kind of prediction: a linear model predicts negative numbers,
# of which there is no logarithm, one tree few distinct ones. The first setups are of a linear
# model, of boosting and of a forest; what fails alike for three kinds is no matter of the model.
N_ALIKE = 3


@dataclass
class ScorerFailures:
    """Failed trials of a run, by what the scorer said.

    Attributes
    ----------
    metric : str
    n_algorithms : int
        That the run may choose among: of fewer than three, all must have failed.
    counts : dict of str to list of str
        By what the scorer said, numbers aside (they are of rows), the algorithms that failed.
    """

    metric: str
    n_algorithms: int
    counts: dict[str, list[str]] = field(default_factory=dict)

    def learn(self, algorithm: str, message: str) -> None:
        """Take note of a failed trial.

        Raises
        ------
        MetricError
            Once `N_ALIKE` trials, of as many algorithms where there are, failed alike.
        """
        said = failure_of_scorer(self.metric, message)
        if not said:
            return
        failed = self.counts.setdefault(re.sub(r"\d+", "#", said), [])
        failed.append(algorithm)
        n_kinds = len(set(failed))
        if len(failed) >= N_ALIKE and n_kinds >= min(N_ALIKE, self.n_algorithms):
            names = ", ".join(sorted(set(failed)))
            raise MetricError(
                f"No setup can be scored, and no more are tried: {said.removesuffix('.')}, for "
                f"each of the first {len(failed)} that were fitted ({names}). Try the scorer on "
                "predictions of a fold, and mend it.",
                name=self.metric,
            )
