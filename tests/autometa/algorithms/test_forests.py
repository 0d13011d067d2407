"""Forests of large tables are kept to an amount of memory."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import forests, get_algorithm


def built(name, task_type, **size):
    model = get_algorithm(name).build({}, task_type, **size)[-1]
    return getattr(model, "regressor", model)


@pytest.mark.parametrize("name", ["random_forest", "extra_trees"])
@pytest.mark.parametrize(
    ("task_type", "n_classes", "leaves"),
    # 2**28 bytes / (2 nodes a leaf, of 64 bytes and 8 for each value) / 100 trees
    [("regression", 0, 18_641), ("binary", 2, 16_777), ("multiclass", 32, 4_194)],
)
def test_a_forest_of_many_rows_has_the_leaves_that_the_memory_allows(
    name, task_type, n_classes, leaves
):
    assert built(name, task_type, n_rows=200_000, n_classes=n_classes).max_leaf_nodes == leaves


@pytest.mark.parametrize("n_rows", [None, 1_000, 16_000])
def test_a_limit_that_cannot_be_reached_is_not_set(n_rows):
    assert built("extra_trees", "binary", n_rows=n_rows, n_classes=2).max_leaf_nodes is None


def test_a_fitted_forest_keeps_to_it(monkeypatch):
    monkeypatch.setattr(forests, "MAX_FOREST_BYTES", 2 << 20)
    monkeypatch.setattr(forests, "MIN_LEAVES", 50)
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(3_000, 4)))
    y = rng.integers(0, 10, len(X))  # noise: trees grow to a leaf a row
    size = {"n_classes": 10}
    free, kept = (
        get_algorithm("extra_trees").build({"n_estimators": 50}, "multiclass", n_rows=n, **size)
        for n in (None, len(X))
    )
    assert len(pickle.dumps(free.fit(X, y))) > 8 << 20
    assert len(pickle.dumps(kept.fit(X, y))) < 3 << 20
