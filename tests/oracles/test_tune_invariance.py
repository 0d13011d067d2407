"""A seeded search of a few trials finds the same scores in the same table, whatever its form.

Rows in another order fall into other folds: nothing is equal then, and nothing asked here.
Nearest neighbours are left out: distances that tie are told apart by rounding.
"""

from __future__ import annotations

import numpy as np
import pytest
from changes import FORMS, TARGETS
from generated import CHEAP, TASK_TYPES, generated

from autometa import tune

ORDERED = {"columns reversed"}  # trees that tie take the first column
OFTEN = {"constant column", "numbers as text", "shifted"}


def search(X, y, table, metric):
    return tune(
        X,
        y,
        metric=metric,
        time_budget=None,
        n_trials=3,
        cv=3,
        random_state=0,
        isolate=False,
        algorithms=CHEAP[table.task_type][:3],
        knowledge_base=False,
    )


def board(result):
    return result.leaderboard().sort_values("trial")["score"].to_numpy()


def changed_scores(table, metric, only=None):
    before = search(table.X, table.y, table, metric)
    asked = {name: (form(table.X), table.y) for name, form in FORMS.items() if name not in ORDERED}
    asked |= {name: (table.X, form(table.y)) for name, form in TARGETS[table.task_type].items()}
    wrong = []
    for name, (X, y) in asked.items():
        if only is not None and name not in only:
            continue
        scale = 8.0 if name == "8 times" and metric.startswith("neg_") else 1.0
        after = search(X, y, table, metric)
        found = [*board(after), after.score]
        wanted = scale * np.array([*board(before), before.score])
        wrong += [] if np.allclose(found, wanted, rtol=1e-6, equal_nan=True) else [name]
    return wrong


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_scores_do_not_change_with_what_does_not_matter():
    table = generated(17, "regression", 60)
    assert changed_scores(table, "r2", OFTEN) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_scores_of_many_tables_do_not_change_with_what_does_not_matter(seed):
    table = generated(seed, TASK_TYPES[seed % 3])
    metric = {"binary": "roc_auc", "multiclass": "neg_log_loss"}.get(table.task_type, table.metric)
    assert changed_scores(table, metric) == []
