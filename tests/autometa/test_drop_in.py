"""Estimators whose defaults come from the table behave as the library's own."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from autometa import default_config, drop_in
from autometa.exceptions import FallbackWarning

# one thread: tests run side by side
QUIET = {
    "CatBoost": {"verbose": 0, "thread_count": 1, "allow_writing_files": False},
    "LGBM": {"verbose": -1, "n_jobs": 1},
    "XGB": {"n_jobs": 1},
}
CHECKED = [
    drop_in.RandomForestClassifier(random_state=0, n_estimators=5),
    drop_in.HistGradientBoostingRegressor(random_state=0, max_iter=5),
]


def quiet(name):
    return next((dict(words) for start, words in QUIET.items() if name.startswith(start)), {})


@pytest.mark.parametrize("name", dir(drop_in))
def test_what_is_not_given_is_advised_and_what_is_given_stays(name):
    make, given = getattr(drop_in, name), quiet(name)
    load = load_breast_cancer if name.endswith("Classifier") else load_diabetes
    X, y = (part[:100] for part in load(return_X_y=True, as_frame=True))
    X = X.iloc[:, :4]  # boosters grow all their advised trees, in seconds on few columns only
    model = make(**given).fit(X, y)
    advised = default_config(model._algorithm.name, X, y)
    assert model.advised_params_ == advised
    theirs = model.estimator_.get_params()
    assert {k: theirs[k] for k in advised} == advised
    assert model.get_params() == clone(model).get_params() == given
    assert is_classifier(model) == name.endswith("Classifier")
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    fixed = next(iter(advised))
    kept = make(**given, **{fixed: advised[fixed]})
    kept.fit(X, y)
    assert fixed not in kept.advised_params_
    assert type(model.estimator_).__name__ == name


def test_an_alias_that_is_given_counts_as_the_parameter():
    X, y = load_breast_cancer(return_X_y=True)
    model = drop_in.XGBClassifier(eta=0.5, n_jobs=1).fit(X, y)
    assert "learning_rate" not in model.advised_params_
    assert model.n_features_in_ == 30  # of the fitted estimator


def test_a_grid_search_and_another_table_get_advice_of_their_own():
    X, y = load_breast_cancer(return_X_y=True)
    model = drop_in.LGBMClassifier(verbose=-1, n_jobs=1, n_estimators=5)
    search = GridSearchCV(model, {"num_leaves": [4, 8]}, cv=2).fit(X, y)
    assert search.best_params_["num_leaves"] in (4, 8)
    assert not model.__sklearn_is_fitted__()
    few = clone(search.best_estimator_).fit(X[:40], y[:40])
    assert few.advised_params_ != search.best_estimator_.advised_params_


def test_a_table_without_advice_is_fitted_with_the_librarys_defaults():
    X = pd.DataFrame({"a": [1.0] * 30})
    with pytest.warns(FallbackWarning, match="library's own defaults.*constant or empty"):
        model = drop_in.DecisionTreeClassifier().fit(X, [0, 1] * 15)
    assert model.advised_params_ == {}
    assert model.predict(X).shape == (30,)


def test_what_is_asked_too_early_or_does_not_exist_is_said():
    model = drop_in.RandomForestClassifier()
    with pytest.raises(NotFittedError, match="call 'fit' first"):
        model.predict_proba([[1.0]])
    assert hasattr(model, "predict_proba")
    assert not hasattr(model, "feature_importances_")
    with pytest.raises(AttributeError, match=r"no estimator 'SVC'; it has \['CatBoost"):
        _ = drop_in.SVC
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        drop_in.RandomForestClassifier(depth=3).fit([[1.0], [2.0]] * 5, [0, 1] * 5)


@pytest.mark.filterwarnings("ignore::autometa.exceptions.FallbackWarning")
@parametrize_with_checks(CHECKED)
def test_scikit_learn_finds_nothing_to_complain_of(estimator, check):
    check(estimator)
