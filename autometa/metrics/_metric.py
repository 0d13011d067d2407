"""Metric: all that anybody asks of a metric, in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

import numpy.typing as npt

from autometa._common.arrays import Floats

ROUNDING = 1e-6  # scores in single precision may exceed their bounds by as much

Kind = Literal["classification", "regression"]
Needs = Literal["rows", "positives", "variety"]
FastScore = Callable[[npt.NDArray[Any], Floats, Floats | None, int], float]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What autometa knows of a metric; its scores are always greater-is-better.

    Attributes
    ----------
    name : str
        Of scikit-learn's scorer where it has one; losses start with ``neg_``.
    kind : {"classification", "regression"} or None
        The tasks it judges; None where the name does not say.
    low, high : float
        The least and the greatest score there can be; infinite where there is no bound.
    measured : mapping of str to int
        Task types whose evaluations compute it, and its place among their metrics;
        place 0 is what such tasks are judged by when nobody says.
    needs : {"rows", "positives", "variety"} or None
        What rows must hold to have a score: any row at all, one of the positive class,
        or two different labels. None is any row for numbers, two labels for classes.
    has_positive : bool
        Whether scores of two classes change when the other is the positive class.
    target_power : int or None
        The score has the unit of the target to this power; None where it has no unit.
    family : str
        Metrics of one family order setups nearly alike; empty for none.
    scale : str
        Scores of metrics on one scale can be compared; empty for none.
    aliases : tuple of str
        Other names of the same measure, or of the loss that is negated here.
    complements : tuple of str
        Names of errors that are 1 minus the score.
    fast : callable or None
        The same value as scikit-learn's in a twentieth of the time, for rows that were
        checked: truth, predictions, how often each row counts, the positive class.
    is_row_wise : bool
        Whether it is a mean over rows, so that it takes no longer than reading them.
    scorer : scorer or None
        What `sklearn.metrics.make_scorer` returns, for one that scikit-learn has no scorer
        for. Of two classes, its function is given 1 for the positive class and 0 for the
        other; of more, class numbers.
    fingerprint : str
        Tells a scorer of the user's own from others of its name; empty for other metrics.
    """

    name: str
    kind: Kind | None = None
    low: float = -inf
    high: float = inf
    measured: Mapping[str, int] = field(default_factory=dict, hash=False)
    needs: Needs | None = None
    has_positive: bool = False
    target_power: int | None = None
    family: str = ""
    scale: str = ""
    aliases: tuple[str, ...] = ()
    complements: tuple[str, ...] = ()
    fast: FastScore | None = None
    is_row_wise: bool = False
    scorer: Any = None
    fingerprint: str = ""

    @property
    def is_share(self) -> bool:
        """Whether scores are shares of one: what sources may write in per cent."""
        return (self.low, self.high) == (0.0, 1.0)

    @property
    def is_loss(self) -> bool:
        """Whether scores are losses that were negated."""
        return self.name.startswith("neg_")

    def holds(self, score: float) -> bool:
        """Say whether a score can be one of this metric."""
        return self.low - ROUNDING <= score <= self.high + ROUNDING
