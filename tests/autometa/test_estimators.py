"""AutoMetaClassifier and AutoMetaRegressor are scikit-learn estimators."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_wine
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import estimator_checks_generator

from autometa import KnowledgeBase, MetaModel
from autometa.estimators import AutoMetaClassifier, AutoMetaRegressor
from autometa.exceptions import DatasetError, DatasetWarning

# One cheap algorithm, one trial, no clock, in this process: each check fits several times,
# some of them on every kind of sparse matrix.
QUICK = {
    "time_budget": None,
    "n_trials": 1,
    "random_state": 0,
    "knowledge_base": False,
    "isolate": False,
}
# Two folds instead of five, and one model that needs no weights and no threshold.
QUICKEST = {"cv": 2, "ensemble": False}
CHECKED = [
    AutoMetaClassifier(
        algorithms=["logistic_regression"], tune_threshold=False, **QUICK, **QUICKEST
    ),
    AutoMetaRegressor(algorithms=["ridge"], **QUICK, **QUICKEST),
]
ESTIMATORS = [
    AutoMetaClassifier(algorithms=["logistic_regression"], **QUICK),
    AutoMetaRegressor(algorithms=["ridge"], **QUICK),
]


# Scikit-learn asks that a row of weight 3 is as three such rows. Scalers of numbers and of the
# target count each row once, and weights that are all multiplied by a number are the same ones.
NOT_REPETITIONS = "only the ratios of weights count, and only in fits and in scores"
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": NOT_REPETITIONS,
    "check_sample_weight_equivalence_on_sparse_data": NOT_REPETITIONS,
}


def checks():
    for estimator in CHECKED:
        name = type(estimator).__name__
        for checked, check in estimator_checks_generator(estimator):
            check_name = check.func.__name__ if hasattr(check, "func") else check.__name__
            reason = EXPECTED_FAILURES.get(check_name)
            marks = pytest.mark.xfail(reason=reason, strict=True) if reason else ()
            yield pytest.param(checked, check, id=f"{name}-{check_name}", marks=marks)


@pytest.mark.filterwarnings("ignore::autometa.exceptions.AutoMetaWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_scikit_learn_finds_nothing_to_complain_of(estimator, check):
    check(estimator)


def test_parameters_are_those_of_tune_and_only_stored():
    parameters = AutoMetaClassifier(time_budget=-1, n_jobs="many").get_params()
    assert parameters["time_budget"] == -1
    of_classes = {"pos_label", "tune_threshold"}
    assert set(parameters) - of_classes == set(AutoMetaRegressor().get_params())


def test_clones_share_the_model_that_was_fitted_to_a_knowledge_base():
    model = MetaModel().fit(KnowledgeBase.bundled())
    cloned = clone(AutoMetaClassifier(model=model, n_trials=2, metric="accuracy"))
    assert cloned.model is model
    assert (cloned.n_trials, cloned.metric) == (2, "accuracy")
    assert cloned.get_params(deep=False)["model"] is model


def test_a_fitted_classifier_tells_what_it_found():
    X, y = load_wine(return_X_y=True, as_frame=True)
    labels = np.array(["barolo", "grignolino", "barbera"])[y]
    model = clone(ESTIMATORS[0]).set_params(n_trials=3).fit(X, labels)
    assert model.classes_.tolist() == ["barbera", "barolo", "grignolino"]
    assert model.feature_names_in_.tolist() == X.columns.tolist()
    assert model.score(X, labels) > 0.95
    assert len(model.leaderboard_) == len(model.study_.trials) == 3
    assert (model.best_pipeline_.predict(X) == model.predict(X)).all()


def test_a_table_without_its_columns_is_an_error():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    model = clone(ESTIMATORS[1]).fit(X, y)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(X.drop(columns="bmi"))


def test_raw_tables_with_words_and_gaps_are_taken():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=90), "b": rng.choice(["x", "y", None], 90)})
    y = pd.Series(np.where(frame["b"] == "x", "yes", "no"), dtype="category")
    model = clone(ESTIMATORS[0]).fit(frame, y)
    assert model.score(frame, y) == 1.0


def test_an_unfitted_estimator_says_so():
    with pytest.raises(NotFittedError):
        AutoMetaClassifier().predict([[1.0]])


@pytest.mark.slow
@pytest.mark.parametrize("estimator", [AutoMetaClassifier, AutoMetaRegressor])
def test_estimators_as_users_make_them_do_what_scikit_learn_asks_of_a_fit(estimator):
    """Processes, the bundled knowledge base and a clock; twenty seconds instead of sixty."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 4)), columns=list("abcd"))
    y = np.where(X["a"] > 0, "yes", "no") if estimator is AutoMetaClassifier else X["a"].to_numpy()
    model = estimator(time_budget=20, random_state=0)
    before = model.get_params()
    assert model.fit(X, y) is model
    assert model.get_params() == before
    assert model.n_features_in_ == 4
    assert model.score(X, y) > 0.9
    assert (model.leaderboard_["source"] == "recommended").any()
    assert np.array_equal(model.predict(X.iloc[::-1]), model.predict(X)[::-1])


@pytest.mark.filterwarnings("ignore:Columns")
def test_an_array_after_a_frame_is_taken_by_position_with_the_warning_of_scikit_learn():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"b": rng.normal(size=60), "a": rng.choice(["u", "v"], 60)})
    model = clone(ESTIMATORS[0]).fit(X, X["b"] > 0)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but AutoMeta"):
        by_position = model.predict_proba(X.to_numpy())
    np.testing.assert_array_equal(by_position, model.predict_proba(X))


def test_repeated_names_are_refused_at_fit_and_at_predict():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40, 2)), columns=["a", "b"])
    y = rng.permutation(40) % 2
    twice = X.set_axis(["a", "a"], axis=1)
    with pytest.raises(DatasetError, match="Column names must differ"):
        clone(ESTIMATORS[0]).fit(twice, y)
    with pytest.raises(ValueError, match="Column names must differ"):
        clone(ESTIMATORS[0]).fit(X, y).predict(twice)


def test_frames_are_paired_by_label_and_labels_keep_their_type():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=60)}, index=[f"r{i}" for i in range(60)])
    y = pd.Series(np.where(X["a"] > 0, "1", "0"), X.index).sample(frac=1, random_state=0)
    model = clone(ESTIMATORS[0]).fit(X, y)
    assert (model.predict(X) == np.where(X["a"] > 0, "1", "0")).mean() > 0.9
    assert model.classes_.tolist() == ["0", "1"]


@pytest.mark.parametrize(
    ("labels", "says"),
    [((1, "a"), None), ((b"x", b"y"), None), ((0, True), None), ((time(1), time(2)), "cannot be")],
)
def test_labels_that_fit_takes_are_scored_by_all_that_scores(labels, says):
    X = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40) % 2})
    y = pd.Series([labels[i % 2] for i in range(40)], dtype=object)
    with pytest.warns(DatasetWarning, match=says) if says else nullcontext():
        model = clone(ESTIMATORS[0]).fit(X, y)
    wrong = y.where(X["a"] >= 10, labels[0])  # every second one of ten rows
    for scorer in (model, model.best_pipeline_):
        assert scorer.score(X, y) == 1.0
        assert scorer.score(X, wrong[::-1].loc[X.index]) == 1 - 5 / 40
        assert scorer.score(X, wrong, sample_weight=(X["a"] < 10)) == 0.5
    assert model.score(X.assign(y=y), "y") == 1.0


def test_all_labels_of_several_outputs_must_be_right():
    X = pd.DataFrame({"a": np.arange(60.0) % 3, "b": np.arange(60.0) % 2})
    y = pd.DataFrame({"u": X["a"].map({0: "x", 1: "y", 2: "z"}), "v": X["b"].map({0: "n", 1: "m"})})
    model = AutoMetaClassifier(algorithms=["decision_tree"], **QUICK).fit(X, y)
    assert model.score(X, y) == 1.0
    assert model.score(X, y.assign(v="n")) == 0.5


def test_durations_are_scored_in_the_unit_they_were_learnt_in():
    X = pd.DataFrame({"a": np.arange(60.0)})
    y = pd.to_timedelta(X["a"], "h")
    with pytest.warns(DatasetWarning, match="read as seconds"):
        model = clone(ESTIMATORS[1]).fit(X, y)
    assert model.score(X, y) == model.score(X, y.dt.total_seconds()) > 0.5
    assert model.best_pipeline_.score(X, y) == pytest.approx(model.score(X, y))


@pytest.mark.slow
def test_a_warm_start_goes_on_from_the_trials_of_the_last_fit():
    X, y = load_wine(return_X_y=True, as_frame=True)
    model = clone(ESTIMATORS[0]).set_params(algorithms=["naive_bayes"], warm_start=True)
    first = model.fit(X, y).leaderboard_
    again = model.set_params(n_trials=3).fit(X, y).leaderboard_
    assert (len(first), len(again)) == (1, 3)
    kept = again.set_index("trial").loc[0]
    assert (kept["config"], kept["score"]) == (first["config"][0], first["score"][0])
    other = model.fit(X.iloc[::-1].iloc[:100], y.iloc[::-1].iloc[:100])  # another table
    assert len(other.leaderboard_) == 3
    assert other.leaderboard_["trial"].min() == 0
    cold = model.set_params(warm_start=False, n_trials=1).fit(X, y)
    assert len(cold.leaderboard_) == 1


@pytest.mark.parametrize("n_jobs", [-1, None])
def test_n_jobs_is_read_as_in_scikit_learn(n_jobs):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    model = clone(ESTIMATORS[1]).set_params(n_jobs=n_jobs).fit(X, y)
    assert model.n_jobs == n_jobs
    assert model.score(X, y) > 0.3


def test_steps_name_their_columns_and_give_the_container_that_is_asked_for():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a b": rng.normal(size=60), "level": rng.choice(["x", "y"], 60)})
    pipeline = clone(ESTIMATORS[0]).fit(X, X["a b"] > 0).best_pipeline_
    cleaner = pipeline[0]
    assert cleaner.get_feature_names_out().tolist() == ["a_b", "level"]
    assert pipeline[:-1].get_feature_names_out().tolist() == ["a_b", "level"]
    encoder = pipeline[-1].estimators_[0][:-1]
    assert encoder.get_feature_names_out().tolist() == ["a_b", "level_x", "level_y"]
    cleaner.set_output(transform="pandas")
    assert isinstance(cleaner.transform(X), pd.DataFrame)
    assert cleaner.set_output(transform="polars").transform(X).columns == ["a_b", "level"]


@pytest.mark.slow
def test_a_notebook_shows_an_estimator_before_and_after_fit():
    model = clone(ESTIMATORS[0])
    assert "AutoMetaClassifier" in model._repr_html_()
    X, y = load_wine(return_X_y=True, as_frame=True)
    assert "AutoMetaClassifier" in model.fit(X, y)._repr_html_()
    assert "TableCleaner" in model.best_pipeline_._repr_html_()
