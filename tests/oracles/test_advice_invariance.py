"""Advice for a table does not change with what is not part of its task.

The order, the expected scores and their intervals: for the same rows in another order, under
other names, in other types, with a column that says nothing, with a target in other units.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from changes import FORMS, TARGETS
from generated import CHEAP, TASK_TYPES, generated

from autometa import KnowledgeBase, recommend
from metafeatures import describe, list_metafeatures

FAMILIES = ["simple", "statistical", "information-theoretic"]  # a tenth of the time of all
WIDE = range(100, 103)  # one of each type of task; those up to 130 held too


@cache
def small_base(task_type):
    """Described tables of the generator, and scores that hang on some of their meta-features."""
    rng = np.random.default_rng(TASK_TYPES.index(task_type))
    catalogue = list_metafeatures(task_type)
    chosen = catalogue["family"].isin(FAMILIES) & ~catalogue["by_place"]
    names = catalogue.loc[chosen, "name"].tolist()
    tables = [generated(seed, task_type, 60, text=False) for seed in range(200, 224)]
    rows = [describe(table.X, table.y, task_type=task_type, names=names) for table in tables]
    features = pd.DataFrame(rows, index=[f"t{i}" for i in range(len(rows))])
    ranks = features.rank(pct=True).fillna(0.5).to_numpy()
    setups = [(name, config) for name in CHEAP[task_type] for config in ("{}", '{"seed_": 1}')]
    scores = 0.5 + 0.1 * ranks @ rng.normal(size=(ranks.shape[1], len(setups))) / 10
    metric = {"regression": "r2"}.get(task_type, "accuracy")
    runs = [(task, *setup, metric, s) for task, of in zip(features.index, scores, strict=True)
            for setup, s in zip(setups, np.clip(of, 0, 1), strict=True)]  # fmt: skip
    runs = pd.DataFrame(runs, columns=["task_id", "algorithm", "config", "metric", "score"])
    tasks = pd.DataFrame({"task_id": features.index, "task_type": task_type})
    return KnowledgeBase.from_frames(tasks, features, runs)


def advice(X, y, task_type, metric, base):
    found = recommend(X, y, metric=metric, n=4, task_type=task_type, knowledge_base=base)
    numbers = [[r.expected_score, *r.score_interval] for r in found]
    return [(r.algorithm, str(r.config)) for r in found], np.array(numbers)


def changed_advice(table, metric, base, only=None):
    """Return the names of the changes that changed the advice for a table."""
    task_type = table.task_type
    order, numbers = advice(table.X, table.y, task_type, metric, base)
    rows = np.random.default_rng(1).permutation(len(table.y))
    asked = {name: (form(table.X), table.y) for name, form in FORMS.items()}
    asked["rows"] = (table.X.iloc[rows], table.y[rows])
    asked |= {name: (table.X, form(table.y)) for name, form in TARGETS[task_type].items()}
    wrong = []
    for name, (X, y) in asked.items():
        if only is not None and name not in only:
            continue
        scale = 8.0 if name == "8 times" and metric.startswith("neg_") else 1.0
        other_order, other = advice(X, y, task_type, metric, base)
        same = np.allclose(other, scale * numbers, rtol=1e-6, atol=1e-9)
        wrong += [] if same and other_order == order else [name]
    return wrong


OFTEN = {"rows", "constant column", "shifted", "classes renamed"}  # the others take a minute


@pytest.mark.parametrize(
    ("task_type", "only"),
    [("multiclass", OFTEN), ("regression", OFTEN)]
    + [pytest.param(one, None, marks=pytest.mark.slow) for one in TASK_TYPES],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_advice_does_not_change_with_what_does_not_matter(task_type, only):
    table = generated(TASK_TYPES.index(task_type), task_type, 60, text=False)
    metric = {"regression": "r2"}.get(task_type, "accuracy")
    assert changed_advice(table, metric, small_base(task_type), only) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", WIDE)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_advice_of_the_bundled_base_does_not_change_with_what_does_not_matter(seed):
    table = generated(seed)
    assert changed_advice(table, table.metric, None) == []
