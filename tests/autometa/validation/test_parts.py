"""Parts of training rows, and splits inside a fit, keep to what rows belong to."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier

from autometa.algorithms import get_algorithm
from autometa.tables import check_table
from autometa.validation import ValidationRequest

N = 240
GROUPS = np.arange(N) // 12
TIMES = np.arange(N) // 6
LABELS = np.array(["no", "yes"])[np.random.default_rng(0).integers(0, 2, N)]


def table_of(**asked):
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"a": rng.normal(size=N), "level": [f"level {i // 4}" for i in range(N)]})
    return check_table(X, LABELS, validation=ValidationRequest(**asked))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.77])
def test_a_part_is_of_whole_groups_and_in_larger_parts(share):
    table = table_of(groups=GROUPS)
    train = np.flatnonzero(GROUPS != 3)
    part = table.validation.part(train, table.y, "binary", share, seed=5)
    larger = table.validation.part(train, table.y, "binary", share + 0.2, seed=5)
    assert set(part) <= set(larger) <= set(train)
    assert share * len(train) <= len(part) < share * len(train) + 12
    assert all((np.isin(np.flatnonzero(g == GROUPS), part)).all() for g in set(GROUPS[part]))


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_part_is_of_the_latest_rows_and_whole_moments(share):
    table = table_of(timestamps=TIMES)
    train = np.arange(120)
    part = table.validation.part(train, table.y, "binary", share)
    assert TIMES[part].min() == 20 - round(20 * share)
    assert part.tolist() == list(range(part.min(), 120))


def test_every_class_is_in_a_part():
    table = table_of(timestamps=TIMES)
    y = np.r_[np.ones(30, int), np.zeros(N - 30, int)]
    part = table.validation.part(np.arange(N), y, "binary", 0.1)
    assert part.tolist() == [24, *range(216, N)]  # the first of the latest moment of class 1


@pytest.mark.parametrize("asked", [{"groups": GROUPS}, {"timestamps": TIMES}])
def test_splits_inside_a_fit_keep_groups_and_moments_whole(asked):
    table = table_of(**asked)
    rows = np.arange(0, N, 2)
    belongs = next(iter(asked.values()))[rows]
    splits = table.validation.inner_splits(rows, table.y[rows], True, 5)
    assert len(splits) == 5
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(rows)))
    for train, test in splits:
        assert not set(belongs[train]) & set(belongs[test])


class Seen(GaussianNB):
    """Remembers the first column of each fit."""

    fits: list = []  # noqa: RUF012

    def fit(self, X, y, sample_weight=None):
        Seen.fits.append(np.asarray(X)[:, 0].astype(int))
        return super().fit(X, y)


def test_calibration_inside_a_fit_keeps_groups_whole_and_says_its_own_splits_afterwards():
    table = table_of(groups=GROUPS)
    Seen.fits = []
    model = CalibratedClassifierCV(Seen(), cv=3, ensemble=False)
    table.fit(model, np.arange(N)[:, None])
    assert model.cv == 3
    parts = [fit for fit in Seen.fits if len(fit) < N]
    assert len(parts) == 3
    for part in parts:
        assert not set(GROUPS[part]) & set(GROUPS[np.setdiff1d(np.arange(N), part)])


@pytest.mark.parametrize("algorithm", ["svm", "mlp", "lightgbm", "logistic_regression"])
def test_a_fitted_pipeline_says_what_it_would_without_groups(algorithm):
    shuffled, grouped = table_of(), table_of(groups=GROUPS)
    X = pd.DataFrame({"a": shuffled.X["a"], "b": shuffled.X["level"].astype("category")})
    chosen = get_algorithm(algorithm)
    models = []
    for table in (shuffled, grouped):
        config = chosen.setups("binary")["library"]
        built = chosen.build(config, "binary", 0, n_rows=N)[1:]
        models.append(table.fit(built, X))
    texts = [
        {n: re.sub(" at 0x[0-9a-f]+", "", repr(v)) for n, v in m.get_params(deep=True).items()}
        for m in models
    ]
    if algorithm != "mlp":
        assert texts[0] == texts[1]
    for name, fitted, _ in models[1][0].transformers_:
        assert "_Splits" not in repr(getattr(fitted, "cv", None)), name


def test_nothing_stops_early_by_a_random_part_of_its_rows():
    grouped = table_of(groups=GROUPS)
    model = MLPClassifier((4,), early_stopping=True, max_iter=300, tol=0.1, random_state=0)
    grouped.fit(model, np.random.default_rng(0).normal(size=(N, 1)))
    assert model.early_stopping is False
    plain = MLPClassifier((4,), early_stopping=True, max_iter=300, tol=0.1, random_state=0)
    table_of().fit(plain, np.random.default_rng(0).normal(size=(N, 1)))
    assert plain.early_stopping is True
