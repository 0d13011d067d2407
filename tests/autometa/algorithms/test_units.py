"""Units do not matter: of the target, and of the columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import get_algorithm, list_algorithms

REGRESSORS = [algorithm.name for algorithm in list_algorithms("regression")]
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(240, 3)), columns=list("abc"))
Y = X["a"].to_numpy() + X["b"].to_numpy() / 2 + RNG.normal(scale=0.1, size=240)


@pytest.mark.parametrize("name", REGRESSORS)
def test_a_regression_follows_its_target_into_another_unit(name):
    first = get_algorithm(name).build({}, "regression", n_rows=200)
    expected = first.fit(X[:200], Y[:200]).predict(X[200:])
    assert np.corrcoef(expected, Y[200:])[0, 1] > 0.9
    for unit, origin in ((1e-30, 0.0), (1e30, 0.0), (1.0, 1e9), (1e-3, -1e6)):
        found = first.fit(X[:200], Y[:200] * unit + origin).predict(X[200:])
        found = (found - origin) / unit
        # origins take digits of the target, so that a tree may be split elsewhere
        assert np.corrcoef(found, expected)[0, 1] > 0.99, (unit, origin)
        assert np.mean(found) == pytest.approx(np.mean(expected), abs=0.05)
