"""What no row of fit had, a gap or a level, is read as something common by every algorithm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import algorithms_for
from autometa.algorithms._encoding import NewGapImputer

N = 300
RNG = np.random.default_rng(0)
LENGTHS = pd.DataFrame({"length": RNG.uniform(1000, 2000, N), "other": RNG.normal(size=N)})
REGRESSORS = {a.name: a for a in algorithms_for("regression", N)}
TAKE_GAPS = [name for name, a in REGRESSORS.items() if a.encoding in ("native", "ordinal")]
FEWER = {"n_estimators": 60, "iterations": 100, "max_iter": 60}  # enough, and quick
quiet = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def built(name):
    algorithm = REGRESSORS[name]
    config = {k: FEWER.get(k, v) for k, v in algorithm.setups("regression")["library"].items()}
    return algorithm.build(config, "regression", n_rows=N)


@quiet
@pytest.mark.parametrize("name", REGRESSORS)
def test_a_gap_where_fit_had_none_is_no_end_of_the_column(name):
    target = LENGTHS["length"]
    gaps = built(name).fit(LENGTHS, target).predict(LENGTHS.head(40).assign(length=np.nan))
    assert target.quantile(0.2) < gaps.mean() < target.quantile(0.8)


@quiet
@pytest.mark.parametrize("name", TAKE_GAPS)
def test_a_gap_where_fit_had_some_keeps_what_it_meant(name):
    target = RNG.normal(size=N) + 50.0 * (np.arange(N) % 3 == 0)
    X = LENGTHS.assign(length=LENGTHS["length"].where(np.arange(N) % 3 > 0))
    gaps = built(name).fit(X, target).predict(X[X["length"].isna()])
    assert gaps.mean() > 35


def with_levels(names):
    level = np.where(np.arange(N) % 3 == 0, *names)
    X = pd.DataFrame({"level": level, "other": LENGTHS["other"]})
    return X, np.where(level == names[0], 0.0, 100.0) + X["other"]


@quiet
@pytest.mark.parametrize("name", REGRESSORS)
def test_what_a_new_level_is_read_as_does_not_depend_on_the_alphabet(name):
    answers = []
    for names in (("a", "b"), ("z", "k")):
        X, target = with_levels(names)
        answers.append(built(name).fit(X, target).predict(X.head(30).assign(level="new")).mean())
    assert answers[0] == pytest.approx(answers[1], abs=5)


def test_columns_without_gaps_are_filled_and_no_others():
    seen = pd.DataFrame({"whole": [1.0, 2.0, 9.0], "holed": [1, None, 3], "level": ["a", "b", "b"]})
    kinds = {"level": pd.CategoricalDtype(["a", "b", "c"])}
    fitted = NewGapImputer().fit(seen.astype(kinds))
    new = pd.DataFrame({"whole": [None, 5.0], "holed": [None, 4.0], "level": [None, "a"]})
    filled = fitted.transform(new.astype({**kinds, "whole": float}))
    assert filled["whole"].tolist() == [2.0, 5.0]
    assert np.isnan(filled["holed"][0])
    assert filled["level"].tolist() == ["b", "a"]
    assert filled["level"].dtype == kinds["level"]
