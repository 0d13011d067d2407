"""Recommendation: one candidate to try, and what is expected of it.

A recommendation is a value: it holds no data and no fitted model. `build`
turns it into a pipeline, for advice that was made for a table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from autometa._common.json_numbers import finite_or_none
from autometa.exceptions import ParameterError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from autometa.explanation import Explanation


@dataclass(frozen=True, kw_only=True)
class Neighbor:
    """An earlier task that this advice rests on.

    Attributes
    ----------
    task_id, name : str
        As in the knowledge base.
    distance : float
        From 0 (alike in all that matters for the choice) to 1.
    """

    task_id: str
    name: str
    distance: float


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """One setup to try, with what is expected of it.

    Attributes
    ----------
    algorithm : str
    config : dict
        Hyperparameter values by name.
    expected_score : float
        On the scale of ``metric``, greater is better. NaN when the knowledge
        base holds no score of that metric.
    score_interval : tuple of float
        Low and high end of the 90 % interval of the score.
    expected_fit_seconds : float
        Of one fit as the knowledge base measured it (the bundled one on two thirds of
        the rows); NaN when no run was ever timed.
    expected_predict_ms : float
        Milliseconds to predict one row, among as many as a fold holds; NaN when
        nobody ever timed that.
    neighbors : tuple of Neighbor
        The most alike earlier tasks, nearest first. Empty when the dataset was
        not described.
    metric : str
        What ``expected_score`` measures.
    task_type : str
    novelty : float
        From 0 (much like earlier tasks) to 1 (unlike all of them: the advice is
        then the all-round order). NaN when the dataset was not described.
    probability_best : float
        That of all setups which might have been recommended none scores better: the
        share, by weight, of earlier tasks on which that was so. NaN when unknown.

    Examples
    --------
    >>> print(Recommendation(algorithm="knn", config={"k": 5}, expected_score=0.9,
    ...     score_interval=(0.8, 0.95), expected_fit_seconds=0.02, neighbors=(),
    ...     metric="accuracy", task_type="binary", novelty=0.1))
    knn(k=5): accuracy 0.9 (0.8 to 0.95), 0.02 s a fit
    """

    algorithm: str
    config: dict[str, Any]
    expected_score: float
    score_interval: tuple[float, float]
    expected_fit_seconds: float
    neighbors: tuple[Neighbor, ...]
    metric: str
    task_type: str
    novelty: float = math.nan
    probability_best: float = math.nan
    expected_predict_ms: float = math.nan
    _explainer: Callable[[Recommendation], Explanation] | None = field(
        default=None, repr=False, compare=False
    )
    _builder: Callable[[str, dict[str, Any]], Pipeline] | None = field(
        default=None, repr=False, compare=False
    )

    def build(self) -> Pipeline:
        """Return the unfitted scikit-learn pipeline of this candidate for the table.

        Raises
        ------
        ParameterError
            If the advice was not made for a table.
        """
        if self._builder is None:
            raise ParameterError(
                "build() needs advice made for a table, whose columns the pipeline prepares. "
                "This one came from MetaModel.recommend; autometa.recommend(X, y) gives advice "
                "that builds."
            )
        return self._builder(self.algorithm, dict(self.config))

    def explain(self) -> Explanation:
        """Return why this candidate stands at its place; prints, and shows in a notebook.

        Raises
        ------
        ParameterError
            If the recommendation did not come from a model, or from another process.
        """
        if self._explainer is None:
            raise ParameterError(
                "explain() needs the model that gave the advice. This recommendation was made by "
                "hand or has travelled between processes; ask for it again."
            )
        return self._explainer(self)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_explainer": None}  # it holds the model: too much to send

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values for JSON; a NaN becomes None."""
        low, high = self.score_interval
        return {
            "algorithm": self.algorithm,
            "config": dict(self.config),
            "metric": self.metric,
            "task_type": self.task_type,
            "expected_score": finite_or_none(self.expected_score),
            "score_interval": [finite_or_none(low), finite_or_none(high)],
            "expected_fit_seconds": finite_or_none(self.expected_fit_seconds),
            "expected_predict_ms": finite_or_none(self.expected_predict_ms),
            "probability_best": finite_or_none(self.probability_best),
            "novelty": finite_or_none(self.novelty),
            "neighbors": [asdict(neighbor) for neighbor in self.neighbors],
        }

    def __str__(self) -> str:
        config = ", ".join(f"{name}={value!r}" for name, value in self.config.items())
        low, high = self.score_interval
        return (
            f"{self.algorithm}({config}): {self.metric} {self.expected_score:.4g} "
            f"({low:.4g} to {high:.4g}), {self.expected_fit_seconds:.2g} s a fit"
        )
