"""What every metric keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from autometa.exceptions import MetricError
from autometa.metrics import (
    ROUNDING,
    Metric,
    Predictions,
    check_metric,
    get_metric,
    scorer_names,
    scorer_of,
    scores,
    takes_weights,
)
from metafeatures._registry import TASK_TYPES

N_ROWS = 200
SAME = 1e-9  # sums in another order


class MetricContract:
    """Tests of each metric on each type of task it can judge.

    Attributes
    ----------
    metrics : sequence of Metric
        Those to test. They must be registered, or be of the catalogue.
    """

    metrics: Sequence[Metric] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run tests of predictions for each pair of a metric and a task type, others once."""
        if "task_type" in metafunc.fixturenames:
            pairs = _pairs(tuple(self.metrics))
            ids = [f"{metric.name}-{task_type}" for metric, task_type in pairs]
            metafunc.parametrize(("metric", "task_type"), pairs, ids=ids)
        else:
            metafunc.parametrize("metric", self.metrics, ids=[m.name for m in self.metrics])

    def test_its_names_lead_to_it(self, metric: Metric) -> None:
        """Its own and its aliases."""
        assert get_metric(metric.name) == metric
        assert {scorer_of(alias) for alias in metric.aliases} <= {metric.name}

    def test_a_loss_is_at_best_0(self, metric: Metric) -> None:
        """Greater is better: a loss is negated, and its name says so."""
        assert metric.low < metric.high
        assert not metric.is_loss or metric.high == 0.0

    def test_right_predictions_score_best(self, metric: Metric, task_type: str) -> None:
        """As much as there can be, where there is a bound; no guess can then be better."""
        if np.isfinite(metric.high):
            assert _score(metric, _right(task_type)) == pytest.approx(metric.high, abs=ROUNDING)

    def test_scores_lie_within_its_bounds(self, metric: Metric, task_type: str) -> None:
        """Whatever is predicted."""
        for seed in range(5):
            value = _score(metric, _guessed(task_type, seed))
            assert np.isfinite(value)
            assert metric.holds(value)

    def test_other_orders_of_the_rows_change_nothing(self, metric: Metric, task_type: str) -> None:
        """A score is of a set of rows."""
        predictions = _guessed(task_type)
        shuffled = predictions.rows(np.random.default_rng(1).permutation(N_ROWS))
        assert _score(metric, shuffled) == pytest.approx(_score(metric, predictions), rel=SAME)

    def test_which_class_is_positive_matters_where_it_says_so(
        self, metric: Metric, task_type: str
    ) -> None:
        """``has_positive``."""
        if task_type != "binary":
            return
        p = _guessed(task_type)
        turned = Predictions(y=p.y, values=p.values, n_classes=2, positive=0)
        same = _score(metric, turned) == pytest.approx(_score(metric, p), rel=SAME)
        assert same != metric.has_positive

    def test_it_has_the_unit_of_the_target_that_it_says(
        self, metric: Metric, task_type: str
    ) -> None:
        """``target_power``: metres as centimetres give a score times 100 to this power."""
        if task_type != "regression":
            return
        p = _guessed(task_type)
        scaled = Predictions(y=100 * p.y, values=100 * p.values)
        factor = 100.0 ** (metric.target_power or 0)
        same = _score(metric, scaled) == pytest.approx(factor * _score(metric, p), rel=1e-6)
        assert same or metric.target_power is None

    def test_a_row_that_weighs_two_counts_as_two_rows(self, metric: Metric, task_type: str) -> None:
        """Where the function takes weights; others ignore them."""
        if not takes_weights(metric.name):
            return
        p = _guessed(task_type)
        counts = np.random.default_rng(0).integers(1, 3, N_ROWS)
        weighted = replace(p, weights=counts.astype(float))
        repeated = p.rows(np.repeat(np.arange(N_ROWS), counts))
        assert _score(metric, weighted) == pytest.approx(_score(metric, repeated), rel=1e-8)

    def test_the_fast_form_is_the_same(self, metric: Metric, task_type: str) -> None:
        """``fast``, with rows that count twice and without."""
        if metric.fast is None:
            return
        p = _guessed(task_type)
        for counts in (None, np.random.default_rng(0).integers(1, 3, N_ROWS).astype(float)):
            weighted = Predictions(y=p.y, values=p.values, n_classes=p.n_classes, weights=counts)
            fast = metric.fast(p.y, p.values, counts, 1)
            assert fast == pytest.approx(_score(metric, weighted), rel=1e-8)


@cache  # judging means scoring: once for all tests of a class
def _pairs(metrics: tuple[Metric, ...]) -> list[tuple[Metric, str]]:
    return [(m, t) for m in metrics for t in TASK_TYPES if _judges(m.name, t)]


def _judges(name: str, task_type: str) -> bool:
    try:
        return name in scorer_names() and check_metric(name, task_type) == name
    except MetricError:
        return False


def _score(metric: Metric, predictions: Predictions) -> float:
    return scores([metric.name], predictions)[metric.name]


def _truth(task_type: str, seed: int = 0) -> npt.NDArray[Any]:
    rng = np.random.default_rng(seed)
    if task_type == "regression":
        return rng.gamma(2.0, size=N_ROWS) + 0.1  # above 0: some metrics take logarithms
    # Classes of unlike sizes, or metrics of one class and of the other would be near.
    shares = (0.7, 0.3) if task_type == "binary" else (0.5, 0.3, 0.2)
    return rng.choice(len(shares), N_ROWS, p=shares)


def _right(task_type: str) -> Predictions:
    y = _truth(task_type)
    if task_type == "regression":
        return Predictions(y=y, values=y.copy())
    n_classes = 2 if task_type == "binary" else 3
    return Predictions(y=y, values=np.eye(n_classes)[y], n_classes=n_classes)


def _guessed(task_type: str, seed: int = 0) -> Predictions:
    y, rng = _truth(task_type, seed), np.random.default_rng(seed + 100)
    if task_type == "regression":
        return Predictions(y=y, values=y * rng.uniform(0.5, 1.5, N_ROWS))
    n_classes = 2 if task_type == "binary" else 3
    values = rng.dirichlet(np.ones(n_classes), N_ROWS) + 0.2 * np.eye(n_classes)[y]
    return Predictions(y=y, values=values / values.sum(1, keepdims=True), n_classes=n_classes)
