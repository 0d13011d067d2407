"""Scores on grouped and ordered tables: what new groups and later rows show, at every door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold

from autometa import AutoMetaClassifier, AutoMetaRegressor, tune
from autometa.exceptions import StorageError
from autometa.tuning.final_model._held_out import HeldOut
from autometa.tuning.final_model._interval import score_interval

QUICK = {
    "time_budget": None,
    "n_trials": 1,
    "random_state": 0,
    "isolate": False,
    "knowledge_base": False,
}


def patients(n_patients, seed, n_visits=12):
    """Return visits of patients: what is measured tells the patient, and little of new ones."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), n_visits)
    of_patient = rng.normal(size=(n_patients, 5))
    X = pd.DataFrame(
        of_patient[patient] + 0.05 * rng.normal(size=(len(patient), 5)), columns=list("abcde")
    )
    X["patient"] = patient
    level = rng.normal(size=n_patients)[patient]
    return X, pd.Series(level + 0.5 * rng.normal(size=len(patient)), name="outcome")


@pytest.fixture(scope="module")
def visits():
    return patients(40, seed=0)


@pytest.fixture(scope="module")
def by_patient(visits):
    X, y = visits
    return tune(X, y, groups="patient", metric="r2", algorithms=["decision_tree"], **QUICK)


def test_shuffled_folds_promise_what_folds_by_group_take_back(visits, by_patient):
    X, y = visits
    shuffled = tune(
        X.drop(columns="patient"), y, metric="r2", algorithms=["decision_tree"], **QUICK
    )
    assert shuffled.score > 0.6
    assert by_patient.score < 0.1
    assert shuffled.validation["kind"] == "shuffled"
    assert by_patient.validation == {
        "kind": "group",
        "n_folds": 5,
        "n_held_out": 480,
        "n_groups": 40,
        "groups": "patient",
    }


def test_the_score_of_new_patients_is_in_the_interval(by_patient):
    X, y = patients(40, seed=1)
    low, high = by_patient.score_interval
    assert low < r2_score(y, by_patient.predict(X)) < high
    assert low < by_patient.score < high


def test_each_group_is_in_one_fold_and_all_rows_are_held_out(visits, by_patient):
    predicted = by_patient.oof_predictions()
    ensemble = predicted[predicted["trial"].isna()]
    patient = visits[0]["patient"].to_numpy()
    assert ensemble["fold"].notna().all()
    assert pd.Series(ensemble["fold"].to_numpy()).groupby(patient).nunique().eq(1).all()


def test_new_groups_are_predicted_with_their_column_or_without(visits, by_patient):
    X = visits[0].head(5).assign(patient=[-1, -2, -3, -4, -5])
    with_column = by_patient.predict(X)
    assert with_column.tolist() == by_patient.predict(X.drop(columns="patient")).tolist()
    assert "patient" not in by_patient.best_pipeline[0].columns_


def folds_of(result):
    predicted = result.oof_predictions()
    return predicted.loc[predicted["trial"].isna(), "fold"].tolist()


@pytest.mark.parametrize("order", [None, 7])
def test_python_and_estimator_hold_out_the_same_rows(visits, by_patient, order):
    X, y = visits
    model = AutoMetaRegressor(metric="r2", algorithms=["decision_tree"], **QUICK)
    groups = X["patient"]
    if order is not None:  # paired by index, as y
        groups = groups.sample(frac=1, random_state=order)
    fitted = model.fit(X.drop(columns="patient"), y, groups=groups)
    assert folds_of(fitted.result_) == folds_of(by_patient)
    assert fitted.result_.score == pytest.approx(by_patient.score, abs=1e-12)


def test_an_estimator_takes_the_name_of_a_column_and_tables_with_it_or_without(visits):
    X, y = visits
    model = AutoMetaClassifier(algorithms=["naive_bayes"], cv=3, **QUICK)
    model.fit(X, y > 0, groups="patient")
    assert model.feature_names_in_.tolist() == list("abcde")
    expected = model.predict(X.drop(columns="patient"))
    assert model.predict(X).tolist() == expected.tolist()
    assert model.result_.validation["n_folds"] == 3


def test_folds_that_are_given_are_the_folds(visits):
    X, y = visits
    groups = X.pop("patient") if "patient" in X else None
    splits = list(GroupKFold(4).split(X, y, groups))
    given = tune(X, y, cv=splits, metric="r2", algorithms=["decision_tree"], **QUICK)
    drawn = tune(
        X, y, cv=GroupKFold(4), groups=groups, metric="r2", algorithms=["decision_tree"], **QUICK
    )
    numbers = np.empty(len(y), int)
    for number, (_, test) in enumerate(splits):
        numbers[test] = number
    assert folds_of(given) == folds_of(drawn) == numbers.tolist()
    assert given.score == pytest.approx(drawn.score, abs=1e-12)
    X["patient"] = groups


@pytest.fixture(scope="module")
def days():
    rng = np.random.default_rng(3)
    day = pd.Series(pd.date_range("2023-01-01", periods=80).repeat(5))
    X = pd.DataFrame({"day": day, "a": rng.normal(size=400)})
    y = pd.Series(np.arange(400) / 40 + rng.normal(size=400), name="sales")
    shuffled = X.sample(frac=1, random_state=0)
    return shuffled, y.loc[shuffled.index]


def test_a_trend_scores_what_later_days_show(days):
    X, y = days
    ahead = tune(
        X, y, timestamps="day", gap="2 days", metric="r2", algorithms=["decision_tree"], **QUICK
    )
    shuffled = tune(X, y, metric="r2", algorithms=["decision_tree"], **QUICK)
    assert shuffled.score > 0.8
    assert ahead.score < 0.2
    assert ahead.validation == {
        "kind": "time", "n_folds": 5, "n_held_out": 200, "gap": "2 days", "timestamps": "day"
    }  # fmt: skip
    predicted = ahead.oof_predictions()
    ensemble = predicted[predicted["trial"].isna()].reset_index(drop=True)
    is_late = (X["day"] >= X["day"].sort_values().iloc[200]).to_numpy()
    assert ensemble["fold"].notna().to_numpy().tolist() == is_late.tolist()
    assert ensemble.loc[is_late, "prediction"].notna().all()
    assert len(ahead.predict(X)) == 400  # the final model is fitted on all rows


def test_an_ensemble_is_chosen_and_scored_on_rows_that_were_held_out(days):
    X, y = days
    result = tune(
        X,
        y,
        timestamps="day",
        algorithms=["decision_tree", "ridge"],
        **{**QUICK, "n_trials": 3},
    )
    predicted = result.oof_predictions()
    of_trial = predicted[predicted["trial"] == 0]
    assert of_trial["prediction"].notna().sum() == 200
    ensemble = predicted[predicted["trial"].isna()]
    truth = y.reset_index(drop=True)
    losses = [
        np.sqrt(np.mean((truth[fold["row"]].to_numpy() - fold["prediction"]) ** 2))
        for _, fold in ensemble.groupby("fold")
    ]
    assert result.score == pytest.approx(-np.mean(losses))


@pytest.mark.slow
def test_a_run_repeats_with_its_seed(visits):
    X, y = visits
    asked = {"groups": "patient", "metric": "r2", "algorithms": ["extra_trees"], **QUICK}
    first, second = (tune(X, y, **asked) for _ in range(2))
    assert first.score == second.score
    assert first.score_interval == second.score_interval


@pytest.mark.slow
def test_a_study_is_not_gone_on_with_on_other_folds(visits, tmp_path):
    X, y = visits
    storage = f"sqlite:///{tmp_path}/study.db"
    asked = {"algorithms": ["ridge"], "storage": storage, "study_name": "mine", **QUICK}
    values = X.drop(columns="patient")
    tune(values, y, **asked)
    with pytest.raises(StorageError, match="is scored on shuffled folds, not group ones"):
        tune(values, y, groups=X["patient"], **asked)
    own = asked | {"study_name": None}
    tune(values, y, groups=X["patient"], **own)
    resumed = tune(values, y, groups=X["patient"], **(own | {"n_trials": 2}))
    assert len(resumed.study.trials) == 2
    assert resumed.study.study_name.split("-")[-2] == "group"
    named = asked | {"study_name": resumed.study.study_name}
    with pytest.raises(StorageError, match="group folds of other rows"):
        tune(values, y, groups=X["patient"] % 20, **named)


def test_runs_say_the_kind_of_their_folds(by_patient):
    runs = by_patient.runs()
    assert runs["fold_kind"].unique().tolist() == ["group"]


def test_draws_of_whole_groups_widen_an_interval_as_they_should():
    rng = np.random.default_rng(0)
    n_groups, size = 60, 20
    group = np.repeat(np.arange(n_groups), size)
    shift = rng.normal(size=n_groups)[group]
    y = np.zeros(n_groups * size)
    about = {
        "rows": np.arange(len(y)), "folds": group % 5, "y": y, "metric": "neg_mean_squared_error"
    }  # fmt: skip
    free, grouped = HeldOut(**about), HeldOut(**about, clusters=group)
    score = free.score(shift)
    widths = [np.ptp(score_interval(shift, rows, score)) for rows in (free, grouped)]
    # the errors of a group are equal: its rows count as one; how folds differ may add to it
    assert 0.8 < widths[1] / widths[0] / np.sqrt(size) < 1.6


def test_a_single_fold_is_cut_between_groups():
    clusters = np.repeat(np.arange(7), [5, 1, 8, 2, 2, 9, 3])
    held_out = HeldOut(
        rows=np.arange(30), folds=np.zeros(30, int), y=np.arange(30.0), metric="r2",
        clusters=clusters,
    )  # fmt: skip
    parts = pd.Series(held_out.parts)
    assert parts.groupby(clusters).nunique().eq(1).all()
    assert parts.value_counts().min() >= 10


def test_rows_of_weight_0_are_in_no_fold_and_change_none(visits):
    X, y = visits
    wild = pd.DataFrame(1e9, index=range(1000, 1060), columns=X.columns).assign(patient=7)
    asked = {"groups": "patient", "metric": "r2", "algorithms": ["ridge"], **QUICK}
    alone = tune(X, y, sample_weight=np.ones(len(y)), **asked)
    weights = np.r_[np.ones(len(y)), np.zeros(60)]
    more = tune(
        pd.concat([X, wild]), pd.concat([y, pd.Series(1e9, wild.index)]),
        sample_weight=weights, **asked,
    )  # fmt: skip
    assert more.score == pytest.approx(alone.score, rel=1e-9)
    assert folds_of(more)[: len(y)] == folds_of(alone)
    assert pd.isna(folds_of(more)[len(y) :]).all()


def test_a_splitter_sees_rows_of_weight_0_and_they_are_held_out_by_none(visits):
    X, y = visits
    weights = np.r_[np.zeros(48), np.ones(len(y) - 48)]
    result = tune(
        X, y, sample_weight=weights, cv=GroupKFold(4), groups="patient", metric="r2",
        algorithms=["ridge"], **QUICK,
    )  # fmt: skip
    numbers = np.empty(len(y), int)
    for number, (_, test) in enumerate(GroupKFold(4).split(X, y, X["patient"])):
        numbers[test] = number
    assert folds_of(result)[48:] == numbers[48:].tolist()
