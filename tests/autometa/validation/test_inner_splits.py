"""Splits inside a fit: no group, and no day, is on both sides of any of them.

Every splitter and shuffle of scikit-learn is watched while each algorithm is fitted: what is
held out inside a fit passes through one of them.
"""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import _split

from autometa.algorithms import every_algorithm, get_algorithm
from autometa.tables import check_table
from autometa.validation import ValidationRequest, _inner_splits

N_GROUPS, PER_GROUP = 30, 8
NAMES = [a.name for a in every_algorithm() if a.is_installed]
LEAST = {"n_estimators": 50, "max_iter": 50, "iterations": 50}


@contextmanager
def watched(monkeypatch):
    """Give the list of all (train, test) that any splitter yields meanwhile."""
    seen = []

    def watching(split):
        def watched_split(self, X, y=None, groups=None):
            for train, test in split(self, X, y, groups):
                seen.append((np.asarray(train), np.asarray(test)))
                yield train, test

        return watched_split

    with monkeypatch.context() as patch:
        for kind in (_split.BaseCrossValidator, _split.BaseShuffleSplit, _inner_splits._Splits):
            patch.setattr(kind, "split", watching(kind.split))
        yield seen


def table_of(task_type, **asked):
    """Return rows of 30 groups over time, with a column of many levels for target encoding."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(N_GROUPS), PER_GROUP)
    n = len(groups)
    X = pd.DataFrame({"x": rng.normal(size=n), "z": rng.normal(size=n)})
    X["level"] = [f"level {i}" for i in rng.integers(0, 60, n)]
    signal = X["x"] + rng.normal(size=N_GROUPS)[groups]
    y = {"regression": signal, "binary": (signal > 0).astype(int)}[task_type]
    options = {"groups": groups, "timestamps": np.arange(n) // 4}
    request = ValidationRequest(**{name: options[name] for name in asked})
    return check_table(X, y, task_type, validation=request), options


def fitted(name, task_type, table, rows):
    algorithm = get_algorithm(name)
    few = {k: v for k, v in LEAST.items() if k == algorithm.rounds}
    model = algorithm.build(few, task_type, n_rows=len(rows))
    return table.fit(model, table.X.iloc[rows], rows)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # of the perceptron
@pytest.mark.parametrize("task_type", ["binary", "regression"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("asked", ["groups", "timestamps"])
def test_no_split_inside_a_fit_parts_a_group_or_a_moment(monkeypatch, name, task_type, asked):
    if not get_algorithm(name).supports(task_type):
        return
    table, options = table_of(task_type, **{asked: True})
    rows = np.flatnonzero(options["groups"] % 5 > 0)  # as a fold trains on
    with watched(monkeypatch) as seen:
        fitted(name, task_type, table, rows)
    together = options[asked][rows]
    for train, test in seen:
        assert not set(together[train]) & set(together[test])


@pytest.mark.parametrize(("name", "task_type"), [("mlp", "binary"), ("svm", "binary")])
def test_the_watch_sees_splits_that_part_groups_when_nobody_names_them(
    monkeypatch, name, task_type
):
    table, options = table_of(task_type)
    rows = np.arange(len(table.y))
    with watched(monkeypatch) as seen:
        fitted(name, task_type, table, rows)
    groups = options["groups"]
    assert any(set(groups[train]) & set(groups[test]) for train, test in seen)


@pytest.mark.parametrize(("gap", "apart"), [(3, 3), ("12 rows", 3), (10**6, 0)])
def test_the_gap_is_kept_on_both_sides_of_what_is_held_out_inside_a_fit(gap, apart):
    order = np.random.default_rng(0).permutation(240)
    times = (np.arange(240) // 4)[order]
    validation = check_table(
        pd.DataFrame({"x": np.arange(240.0)}),
        np.sin(order),
        validation=ValidationRequest(timestamps=times, gap=gap),
    ).validation
    rows = np.flatnonzero(times < 50)
    splits = validation.inner_splits(rows, np.sin(order)[rows], False, 5)
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(rows)))
    for train, test in splits:
        between = np.abs(times[rows][train][:, None] - times[rows][test])
        assert between.min() == apart + 1  # no more is left out than is asked for


def test_stretches_of_time_are_whole_and_follow_each_other():
    """A fit needs every row held out once: a stretch is judged by all others, later ones too."""
    table, options = table_of("regression", timestamps=True)
    rows = np.arange(160)  # the first two thirds, as a forward fold trains on
    splits = table.validation.inner_splits(rows, table.y[rows], False, 5)
    days = options["timestamps"]
    held_out = [test for _, test in splits]
    assert sorted(np.concatenate(held_out).tolist()) == rows.tolist()
    assert [int(days[test].max()) for test in held_out[:-1]] == [
        int(days[test].min()) - 1 for test in held_out[1:]
    ]
    assert max(int(train.max()) for train, _ in splits) < 160  # nothing that comes after them
