"""What the tests of scorers of the user's own share: a table, and options of a quick run."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification

QUICK = {
    "time_budget": None,
    "n_trials": 2,
    "random_state": 0,
    "knowledge_base": False,
    "algorithms": ["naive_bayes", "decision_tree"],
    "tune_threshold": False,
}
LABELS = np.array(["fraud", "legit"])  # the rarer one is the positive class


def fraud_table() -> tuple[pd.DataFrame, np.ndarray]:
    X, y = make_classification(200, 5, weights=[0.8], flip_y=0.2, random_state=0)
    return pd.DataFrame(X).add_prefix("c"), LABELS[1 - y]
