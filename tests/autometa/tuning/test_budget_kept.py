"""The budget covers everything, of tables with many rows and of wide text too."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from autometa.tuning import tune

BUDGET = 12.0
SLACK = 0.15  # of the budget: what is handed over at the end, on a machine with other work


def numbers(n_rows=200_000, n_columns=10):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n_rows, n_columns))).add_prefix("c")
    return X, (X["c0"] + X["c1"] ** 2 + rng.normal(size=n_rows) > 1).to_numpy()


def words(n_rows=4_000, n_columns=20):
    """Twenty columns of six words each; the first word of the first tells the class, mostly."""
    rng = np.random.default_rng(0)
    vocabulary = np.array([f"word{i}" for i in range(5_000)])
    drawn = vocabulary[rng.integers(0, len(vocabulary), (n_columns, n_rows, 6))]
    y = rng.random(n_rows) < 0.5
    drawn[0, :, 0] = np.where(y ^ (rng.random(n_rows) < 0.1), "yes", "no")
    columns = {f"t{i}": [" ".join(row) for row in drawn[i]] for i in range(n_columns)}
    return pd.DataFrame(columns), y


CASES = {"many rows": numbers, "wide text": words}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::autometa.exceptions.FallbackWarning")
@pytest.mark.parametrize("name", CASES)
def test_the_budget_is_kept_whatever_else_the_machine_does(name):
    """A machine busy with other work may come no further than the fall-back, but in time."""
    X, y = CASES[name]()
    n_new = len(X) // 5
    start = time.monotonic()
    result = tune(X[:-n_new], y[:-n_new], time_budget=BUDGET, random_state=0)
    seconds = time.monotonic() - start
    assert seconds < (1 + SLACK) * BUDGET
    assert result.seconds == pytest.approx(seconds, abs=0.2)
    predicted = result.best_pipeline.predict_proba(X[-n_new:])[:, 1]
    if result.is_fallback:
        assert np.isnan(result.score)
    else:
        assert result.score == pytest.approx(roc_auc_score(y[-n_new:], predicted), abs=0.05)
