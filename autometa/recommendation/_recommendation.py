"""Recommendation: one candidate to try, and what is expected of it.

A recommendation is a value: it holds no data and no fitted model, and comes back from JSON
(`Recommendation.from_dict`). `build` turns it into a pipeline.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, cast

from autometa._common.json_numbers import finite_or_none
from autometa.exceptions import ParameterError
from autometa.explanation import Explanation, Neighbor
from autometa.recommendation._build import build_pipeline

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from metafeatures import AnyTaskType


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
        Low and high end of the interval that the score lies in with the probability
        ``confidence_level``.
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
    confidence_level : float
        Of ``score_interval``.
    role : str
        What it is in the list for: "best single", "insurance against tasks like ...", "spare",
        "cheapest to fit". Empty for one that stands alone.
    n_rows : int or None
        Rows of the table that the advice is for, by which `build` lowers limits that count
        rows, such as those of a leaf. None when the table was not given.
    fold_kind : str
        How rows are to be held out; other kinds than shuffled ones build no model that stops
        early by a random part of its rows.
    is_sparse : bool
        Whether that table is a sparse matrix that is never made dense.
    setup_id : str
        What knowledge bases call this algorithm with this configuration.

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
    confidence_level: float = 0.9
    role: str = ""
    n_rows: int | None = field(default=None, repr=False, compare=False)
    is_sparse: bool = field(default=False, repr=False, compare=False)
    fold_kind: str = field(default="shuffled", repr=False, compare=False)
    _explainer: Callable[[Recommendation], Explanation] | None = field(
        default=None, repr=False, compare=False
    )

    @property
    def setup_id(self) -> str:
        """What knowledge bases call this algorithm with this configuration."""
        from autometa.knowledge_base import setup_id  # pandas is not needed for a value

        return setup_id(self.algorithm, self.config)

    def __hash__(self) -> int:
        """Return the hash of the setup: a dict of hyperparameters has none of its own."""
        return hash(self.setup_id)

    def build(
        self, *, task_type: AnyTaskType | None = None, random_state: int | None = 0, n_jobs: int = 1
    ) -> Pipeline:
        """Return the unfitted scikit-learn pipeline of this candidate.

        Parameters
        ----------
        task_type : {"binary", "multiclass", "classification", "regression"} or None
            None is that of the advice.
        random_state : int or None, default=0
        n_jobs : int, default=1
            Threads of the estimator.

        Raises
        ------
        AlgorithmNotFoundError
            If the algorithm is one of a foreign history, which autometa cannot build.
        ParameterError
            If the algorithm has no such hyperparameters.

        """
        pipeline = build_pipeline(
            self.algorithm,
            self.config,
            task_type or cast("AnyTaskType", self.task_type),
            random_state=random_state,
            n_jobs=n_jobs,
            n_rows=self.n_rows,
            is_sparse=self.is_sparse,
        )
        if self.fold_kind in ("shuffled", "stratified"):
            return pipeline
        from autometa.validation import without_row_stops  # a value needs no scikit-learn

        return cast("Pipeline", without_row_stops(pipeline))

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
            "setup_id": self.setup_id,
            "algorithm": self.algorithm,
            "config": dict(self.config),
            "role": self.role,
            "metric": self.metric,
            "task_type": self.task_type,
            "expected_score": finite_or_none(self.expected_score),
            "score_interval": [finite_or_none(low), finite_or_none(high)],
            "confidence_level": self.confidence_level,
            "expected_fit_seconds": finite_or_none(self.expected_fit_seconds),
            "expected_predict_ms": finite_or_none(self.expected_predict_ms),
            "probability_best": finite_or_none(self.probability_best),
            "novelty": finite_or_none(self.novelty),
            "neighbors": [neighbor.to_dict() for neighbor in self.neighbors],
            "n_rows": self.n_rows,
            "is_sparse": self.is_sparse,
            "fold_kind": self.fold_kind,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Recommendation:
        """Return the recommendation that `to_dict` gave, so that stored advice can be built.

        Parameters
        ----------
        content : mapping
            Of `to_dict`, perhaps by way of JSON. Keys that are no fields, such as ``rank``
            in the output of the command, are ignored.

        Raises
        ------
        ParameterError
            If a field is missing.

        Examples
        --------
        >>> advice = Recommendation.from_dict({"algorithm": "decision_tree",
        ...     "config": {"max_depth": 3}, "task_type": "binary", "metric": "accuracy",
        ...     "expected_score": 0.9, "score_interval": [0.8, 0.95], "neighbors": [],
        ...     "expected_fit_seconds": None})
        >>> advice.build()[-1].max_depth
        3
        """
        given = {name: content[name] for name in _FIELDS if name in content}
        missing = [n for n, is_required in _FIELDS.items() if is_required and n not in given]
        if missing:
            raise ParameterError(
                f"Recommendation.from_dict needs what to_dict gives. Missing: {missing}."
            )
        try:
            return cls(**_from_json(given))
        except (AttributeError, TypeError, ValueError) as error:
            raise ParameterError(
                f"Recommendation.from_dict needs what to_dict gives. Got other values: {error}."
            ) from error

    def __str__(self) -> str:
        config = ", ".join(f"{name}={value!r}" for name, value in self.config.items())
        low, high = self.score_interval
        return (
            f"{self.algorithm}({config}): {self.metric} {self.expected_score:.4g} "
            f"({low:.4g} to {high:.4g}), {self.expected_fit_seconds:.2g} s a fit"
        )


def _from_json(given: dict[str, Any]) -> dict[str, Any]:
    """Return fields as they were before JSON, which has neither NaN nor infinities nor tuples."""
    as_they_are = ("n_rows", "role")
    given = {n: math.nan if v is None and n not in as_they_are else v for n, v in given.items()}
    low, high = given["score_interval"]  # an end is null where it is infinite
    given["score_interval"] = (
        -math.inf if low is None else float(low),
        math.inf if high is None else float(high),
    )
    given["neighbors"] = tuple(map(Neighbor.from_dict, given["neighbors"]))
    return given


# by name, whether a recommendation must have it
_FIELDS = {
    f.name: f.default is MISSING for f in fields(Recommendation) if not f.name.startswith("_")
}
