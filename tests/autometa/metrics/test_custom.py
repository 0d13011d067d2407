"""Scorers of the user's own: in the user's labels, on stored predictions, at every door."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from own_scorers import LABELS, QUICK, fraud_table
from sklearn.base import clone
from sklearn.datasets import load_iris, make_regression
from sklearn.metrics import (
    brier_score_loss,
    confusion_matrix,
    f1_score,
    fbeta_score,
    get_scorer,
    log_loss,
    make_scorer,
    mean_absolute_error,
    mean_pinball_loss,
    roc_auc_score,
)

from autometa import AutoMetaClassifier, recommend, tune
from autometa.exceptions import (
    KnowledgeBaseWarning,
    MetricError,
    StorageError,
)
from autometa.metrics import Predictions, ScoredRows, check_metric, get_metric, score


def squared_loss(y_true, y_pred):
    return float(np.mean((y_true - y_pred) ** 2))


def cost(y_true, y_pred):
    (_, missed), (alarms, _) = confusion_matrix(y_true, y_pred, labels=["fraud", "legit"])
    return (5 * missed + alarms) / len(y_true)


def area(estimator, X, y):
    return roc_auc_score(y == "fraud", estimator.predict_proba(X)[:, 0])


def weighted_hits(estimator, X, y, sample_weight=None):
    return np.average(estimator.predict(X) == y, weights=sample_weight)


@pytest.fixture(scope="module")
def fraud():
    return fraud_table()


def by_hand(result, y, function):
    """Return the score of the best single setup by plain scikit-learn, fold by fold."""
    board = result.leaderboard()
    rows = result.oof_predictions([int(board["trial"].iloc[0])]).dropna(subset="fold")
    rows = rows[rows["trial"].notna()]
    shares = rows.filter(like="probability_").to_numpy()
    return np.mean(
        [
            function(y[f["row"]], shares[places])
            for f, places in (
                (rows[rows["fold"] == k], (rows["fold"] == k).to_numpy())
                for k in rows["fold"].unique()
            )
        ]
    ), board["score"].iloc[0]


CASES = {
    "fbeta": (
        make_scorer(fbeta_score, beta=2, pos_label="fraud"),
        lambda y, p: fbeta_score(y, LABELS[p.argmax(1)], beta=2, pos_label="fraud"),
    ),
    "fbeta of the run's positive class": (
        make_scorer(fbeta_score, beta=2),
        lambda y, p: fbeta_score(y, LABELS[p.argmax(1)], beta=2, pos_label="fraud"),
    ),
    "f1 of the other class": (
        make_scorer(f1_score, pos_label="legit"),
        lambda y, p: f1_score(y, LABELS[p.argmax(1)], pos_label="legit"),
    ),
    "costs": (
        make_scorer(cost, greater_is_better=False),
        lambda y, p: -cost(y, LABELS[p.argmax(1)]),
    ),
    "probabilities of the other class": (
        make_scorer(
            brier_score_loss,
            response_method="predict_proba",
            pos_label="legit",
            greater_is_better=False,
        ),
        lambda y, p: -brier_score_loss(y, p[:, 1], pos_label="legit"),
    ),
    "estimator": (area, lambda y, p: roc_auc_score(y == "fraud", p[:, 0])),
    "estimator by a lambda": (
        lambda estimator, X, y: -log_loss(y, estimator.predict_proba(X), labels=estimator.classes_),
        lambda y, p: -log_loss(y, p, labels=LABELS),
    ),
    "scikit-learn's own in a function": (
        lambda estimator, X, y: get_scorer("balanced_accuracy")(estimator, X, y),
        lambda y, p: np.mean([(LABELS[p.argmax(1)][y == c] == c).mean() for c in LABELS]),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_scores_are_those_of_the_scorer_on_the_users_labels(fraud, case):
    X, y = fraud
    scorer, function = CASES[case]
    quick = QUICK | {"n_trials": 1, "ensemble": False}  # the score is a trial's
    result = tune(X, y, metric=scorer, isolate=False, **quick)
    expected, reported = by_hand(result, y, function)
    assert reported == pytest.approx(expected, abs=1e-6)


def test_a_scorer_that_scikit_learn_has_goes_by_its_name():
    assert check_metric(get_scorer("balanced_accuracy"), "binary") == "balanced_accuracy"
    named = make_scorer(mean_absolute_error, greater_is_better=False)
    assert check_metric(named, "regression") == "neg_mean_absolute_error"
    with pytest.raises(MetricError, match="does not apply to binary"):
        check_metric(named, "binary")


@pytest.mark.slow
def test_workers_score_by_functions_that_no_module_has(fraud):
    X, y = fraud
    factor = 3.0
    result = tune(X, y, metric=lambda m, X, y: factor * (m.predict(X) == y).mean(), **QUICK)
    hits, reported = by_hand(result, y, lambda y, p: (LABELS[p.argmax(1)] == y).mean())
    assert reported == pytest.approx(3 * hits)


@pytest.mark.slow
def test_numbers_and_several_classes_are_scored(fraud):
    X, y = make_regression(100, 3, noise=5, random_state=0)
    pinball = make_scorer(mean_pinball_loss, alpha=0.9, greater_is_better=False)
    quick = QUICK | {"algorithms": ["ridge"], "n_trials": 1, "isolate": False}
    result = tune(X, y, metric=pinball, **quick)
    assert result.metric == "neg_mean_pinball_loss(alpha=0.9)"
    own = result.oof_predictions()
    own = own[own["trial"].notna()]
    losses = [
        mean_pinball_loss(y[f["row"]], f["prediction"], alpha=0.9) for _, f in own.groupby("fold")
    ]
    assert result.leaderboard()["score"].iloc[0] == pytest.approx(-np.mean(losses))
    X, y = load_iris(return_X_y=True)
    names = np.array(["a", "b", "c"])[y]
    macro = make_scorer(f1_score, average="macro", labels=["b", "c"])
    result = tune(X, names, metric=macro, isolate=False, **QUICK)
    assert 0.8 < result.leaderboard()["score"].iloc[0] <= 1


def test_weights_reach_scorers_that_take_them():
    rows = Predictions(
        y=np.array([0, 1, 1]),
        values=np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]]),
        n_classes=2,
        weights=np.array([1.0, 3.0, 1.0]),
    )
    name = check_metric(weighted_hits, "binary", LABELS, 1)
    assert score(name, rows) == pytest.approx(2 / 5)


def test_a_scorer_may_ask_about_some_of_its_rows(fraud):
    def first_half(estimator, X, y):
        n = len(X) // 2
        return (estimator.predict(X.iloc[:n]) == y[:n]).mean()

    def by_array(estimator, X, y):
        return (estimator.predict(X.to_numpy()) == y).mean()

    rows = Predictions(y=np.array([0, 1, 1, 1]), values=np.eye(2)[[0, 0, 1, 1]], n_classes=2)
    assert score(check_metric(first_half, "binary", LABELS, 1), rows) == 0.5
    with pytest.raises(MetricError, match=r"such as X.iloc\[:10\]. Got ndarray"):
        check_metric(by_array, "binary", LABELS, 1)


def lost_amounts(estimator, X, y):
    """What frauds cost that were missed, and one for each false alarm."""
    assert X["kind"].dtype == "category"
    X["predicted"] = estimator.predict(X)  # the function may write into the X it is given
    large = X[X["amount"] > 0]
    assert (estimator.predict(large) == large["predicted"]).all()
    assert (estimator.predict_proba(large).argmax(axis=1) == (large["predicted"] == "legit")).all()
    missed = (X["predicted"] == "legit") & (y == "fraud")
    alarms = (X["predicted"] == "fraud") & (y == "legit")
    return -float(X.loc[missed, "amount"].abs().sum() + alarms.sum())


@pytest.mark.slow
def test_a_scorer_reads_the_columns_of_the_table(fraud):
    X, y = fraud
    X = X.rename(columns={"c0": "amount"}).assign(
        kind=pd.Categorical(np.where(X["c1"] > 0, "card", "cash"))
    )
    before = X.copy()
    result = tune(X, y, metric=lost_amounts, isolate=False, **QUICK)
    pd.testing.assert_frame_equal(X, before)
    board = result.leaderboard()
    rows = result.oof_predictions([int(board["trial"].iloc[0])]).dropna(subset="fold")
    rows = rows[rows["trial"].notna()]
    by_fold = []
    for _, fold in rows.groupby("fold"):
        predicted = LABELS[fold.filter(like="probability_").to_numpy().argmax(1)]
        own, amounts = y[fold["row"]], X["amount"].to_numpy()[fold["row"]]
        missed = (predicted == "legit") & (own == "fraud")
        alarms = (predicted == "fraud") & (own == "legit")
        by_fold.append(-np.abs(amounts[missed]).sum() - alarms.sum())
    assert board["score"].iloc[0] == pytest.approx(np.mean(by_fold))
    low, high = result.score_interval
    assert low <= result.score <= high < 0


def sharpness(estimator, X, y):
    return -log_loss(y, estimator.predict_proba(X), labels=estimator.classes_)


def hits(estimator, X, y):
    return (estimator.predict(X) == y).mean()


@pytest.mark.parametrize(
    ("scorer", "family"),
    [
        (make_scorer(fbeta_score, beta=2), "balanced"),
        (hits, "accuracy"),
        (area, "ranking"),
        (sharpness, "probability"),
    ],
)
def test_the_closest_metrics_rank_predictions_alike(scorer, family):
    y = (np.random.default_rng(0).random(300) < 0.9).astype(int)  # fraud is 0, and rare
    rows = ScoredRows(X=pd.DataFrame({"c": np.arange(300)}), y=y)
    assert get_metric(check_metric(scorer, "binary", LABELS, 0, rows)).family == family


@pytest.mark.parametrize(
    ("function", "family"), [(mean_pinball_loss, "absolute"), (squared_loss, "squared")]
)
def test_the_closest_metrics_of_numbers_rank_predictions_alike(function, family):
    rows = ScoredRows(X=None, y=np.random.default_rng(0).normal(10, 3, 300))
    scorer = make_scorer(function, greater_is_better=False)
    assert get_metric(check_metric(scorer, "regression", None, 1, rows)).family == family


def test_a_scorer_that_takes_weights_is_never_called_without():
    calls = []

    def own(truth, response, sample_weight=None):
        calls.append(sample_weight is not None and len(sample_weight) == len(truth))
        return -float(np.average(np.abs(truth - response), weights=sample_weight))

    rows = ScoredRows(X=None, y=np.arange(60.0), weights=np.linspace(0.5, 1.5, 60))
    check_metric(make_scorer(own), "regression", np.array([]), 1, rows)
    assert len(calls) > 1
    assert all(calls)


def test_advice_says_by_what_it_is_ordered(fraud):
    X, y = fraud
    with pytest.warns(KnowledgeBaseWarning, match=r"fbeta_score\(beta=2\).*'balanced_accuracy'"):
        advice = recommend(X, y, metric=make_scorer(fbeta_score, beta=2), n=3)
    assert len(advice) == 3


@pytest.mark.slow
def test_a_study_is_continued_by_the_same_scorer_alone(fraud, tmp_path):
    X, y = fraud
    storage = f"sqlite:///{tmp_path}/study.db"
    quick = QUICK | {"n_trials": 1, "isolate": False, "ensemble": False, "storage": storage}
    first = tune(X, y, metric=make_scorer(fbeta_score, beta=2), **quick)
    again = tune(X, y, metric=make_scorer(fbeta_score, beta=2), **(quick | {"n_trials": 2}))
    other = tune(X, y, metric=make_scorer(fbeta_score, beta=3), **quick)
    assert again.study.study_name == first.study.study_name != other.study.study_name


@pytest.mark.slow
def test_two_scorers_of_one_name_share_no_study(fraud, tmp_path):
    X, y = fraud
    storage = f"sqlite:///{tmp_path}/study.db"
    quick = QUICK | {"n_trials": 1, "isolate": False, "ensemble": False, "storage": storage}

    def times(factor):
        return lambda m, X, y: factor * (m.predict(X) == y).mean()

    one, ten = (tune(X, y, metric=times(f), **quick) for f in (1.0, 10.0))
    assert one.metric == ten.metric
    assert one.study.study_name != ten.study.study_name
    assert ten.leaderboard()["score"].iloc[0] == pytest.approx(
        10 * one.leaderboard()["score"].iloc[0]
    )
    again = tune(X, y, metric=times(1.0), **(quick | {"n_trials": 2}))
    assert again.study.study_name == one.study.study_name
    with pytest.raises(StorageError, match="Give another 'study_name'"):
        tune(X, y, metric=times(3.0), study_name=one.study.study_name, **quick)


@pytest.mark.slow
def test_a_fingerprint_is_the_same_in_each_process_and_changes_with_the_code():
    source = (
        "import functools\n"
        "from autometa.metrics._fingerprint import fingerprint as f\n"
        "def made(x):\n"
        "    def own(a): return own if a else (x, {1, 2}, lambda b: b + x, [3])\n"
        "    return own\n"
        "class Call:\n"
        "    def __init__(self, x): self.x = x\n"
        "    def __call__(self, a): return a * self.x\n"
        "values = [made(1), made(2), lambda a: a + 1, lambda a: a + 2, lambda a, b=1: a,\n"
        "          lambda a, b=2: a, functools.partial(made, 1), Call(1), Call(2), len,\n"
        "          lambda a: a in {'p', 'q', 'r', 's'}]\n"
        "print(*map(f, values))\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    digits = runs[0].stdout.split()
    assert len(set(digits)) == len(digits) == 11


@pytest.mark.slow
def test_estimators_take_scorers(fraud):
    X, y = fraud
    model = AutoMetaClassifier(metric=area, isolate=False, **QUICK)
    fitted = clone(model).fit(X, y)
    assert fitted.result_.metric == "area[legit, fraud]"
