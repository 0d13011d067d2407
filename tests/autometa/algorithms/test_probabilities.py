"""Probabilities of every algorithm are ones that metrics take without a warning."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from autometa.algorithms import algorithms_for, get_algorithm

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = np.repeat(["a", "b", "c"], 20)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", [algorithm.name for algorithm in algorithms_for("multiclass")])
def test_probabilities_sum_to_one_in_double_precision(name):
    model = get_algorithm(name).build({}, "multiclass", n_rows=len(X)).fit(X, Y)
    values = np.asarray(model.predict_proba(X), dtype=np.float64)
    assert np.abs(values.sum(axis=1) - 1.0).max() < 1e-12
    assert log_loss(Y, values) > 0  # a warning of scikit-learn would be an error here
