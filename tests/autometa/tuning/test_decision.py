"""The decision rule: chosen on other rows than it is judged on, and kept by the model."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.model_selection import FixedThresholdClassifier

from autometa import load_model, model_info, tune
from autometa.exceptions import MetricError, ParameterError
from autometa.tuning.final_model._choice import ChoiceLimits, Entry, choose, cross_fit
from autometa.tuning.final_model._class_weights import ClassWeightedClassifier
from autometa.tuning.final_model._deciding import DecisionPolicy, cell_score
from autometa.tuning.final_model._decision import MOST_PROBABLE, DecisionRule
from autometa.tuning.final_model._held_out import HeldOut

INLINE = {
    "time_budget": None,
    "n_trials": 1,
    "knowledge_base": False,
    "isolate": False,
    "random_state": 0,
    "algorithms": ["naive_bayes"],
}


def rare(n_rows, share, seed=0, spread=1.0):
    """Return probabilities that are right, and labels drawn from them."""
    rng = np.random.default_rng(seed)
    odds = np.log(share / (1 - share)) + rng.normal(0, spread, n_rows)
    positive = 1 / (1 + np.exp(-odds))
    return np.column_stack([1 - positive, positive]), (rng.uniform(size=n_rows) < positive) * 1


def table(n_rows, share, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.uniform(size=n_rows) < share).astype(int)
    return rng.normal(size=(n_rows, 3)) + 1.2 * y[:, None], y


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("positive", [0, 1])
def test_a_threshold_is_the_probability_from_which_the_positive_class_is_predicted(
    threshold, positive
):
    rule = DecisionRule.of_threshold(threshold, positive)
    assert rule.threshold(positive) == pytest.approx(threshold)
    share = np.array([threshold - 0.01, threshold + 0.01])
    values = np.column_stack([1 - share, share])
    applied = rule.apply(values if positive else values[:, ::-1])
    assert applied.sum(axis=1) == pytest.approx(1.0)
    assert (applied.argmax(axis=1) == positive).tolist() == [False, True]


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy", "matthews_corrcoef"])
def test_the_threshold_is_near_the_best_of_all_rows_there_could_be(metric):
    values, y = rare(4_000, 0.05)
    rule = DecisionPolicy(metric=metric).rule(values, y, np.arange(4_000) % 5)
    many, truth = rare(200_000, 0.05, seed=1)
    score_of = cell_score(metric, 2, 1)

    def score(at):
        predicted = (many[:, 1] >= at).astype(int)
        cells = np.bincount(truth * 2 + predicted, minlength=4).astype(float)
        return score_of(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), cells)

    best = max(score(at) for at in np.linspace(0.01, 0.6, 60))
    assert score(0.5) < score(rule.threshold(1)) <= best + 1e-9
    assert score(rule.threshold(1)) > best - 0.1 * (best - score(0.5))


def test_balanced_accuracy_puts_the_threshold_at_the_share_of_the_class():
    values, y = rare(20_000, 0.02)
    rule = DecisionPolicy(metric="balanced_accuracy").rule(values, y, np.arange(20_000) % 5)
    assert rule.threshold(1) == pytest.approx(y.mean(), rel=0.5)


def test_guesses_are_not_decided_on():
    kept = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        share, y = rng.uniform(0.2, 0.8, 200), rng.integers(0, 2, 200)
        values = np.column_stack([1 - share, share])
        rule = DecisionPolicy(metric="accuracy").rule(values, y, np.arange(200) % 5)
        kept += rule is MOST_PROBABLE
    assert kept >= 12  # by chance a gain exceeds its standard error in one case of six


@pytest.mark.parametrize("n_positive", [0, 3, 9])
def test_too_few_rows_of_a_class_leave_the_most_probable_one(n_positive):
    values, _ = rare(300, 0.05)
    y = (np.arange(300) < n_positive) * 1
    for is_forced in (False, True):
        policy = DecisionPolicy(metric="f1", is_forced=is_forced)
        assert policy.rule(values, y, np.arange(300) % 5) is MOST_PROBABLE


@pytest.mark.slow
def test_the_reported_score_is_that_of_rows_the_threshold_was_not_chosen_on():
    found, fresh = [], []
    many, truth = rare(20_000, 0.05, seed=99, spread=1.5)
    for seed in range(8):
        values, y = rare(600, 0.05, seed, spread=1.5)
        held = HeldOut(
            rows=np.arange(600),
            folds=np.arange(600) % 5,
            y=y,
            metric="balanced_accuracy",
            n_classes=2,
        )
        entry = Entry(values=values, fold_scores=held.fold_scores(values))
        policy = DecisionPolicy(metric="balanced_accuracy", is_forced=True)
        crossed = cross_fit([entry], held, ChoiceLimits(), policy)
        np.testing.assert_array_equal(crossed.values, values)  # probabilities stay as they are
        found.append(crossed.score)
        rule = policy.rule(values, y, held.folds)
        predicted = rule.apply(many).argmax(axis=1)
        recalls = [(predicted[truth == label] == label).mean() for label in (0, 1)]
        fresh.append(np.mean(recalls))
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert abs(np.mean(found) - np.mean(fresh)) < 2.5 * error


@pytest.mark.slow
def test_parts_have_a_threshold_where_the_model_has_one():
    """With few positives a part alone would often keep to one half, and score another model."""
    n_kept = 0
    for seed in range(12):
        values, y = rare(250, 0.06, seed, spread=2.0)
        held = HeldOut(rows=np.arange(250), folds=np.arange(250) % 5, y=y, metric="f1", n_classes=2)
        policy = DecisionPolicy(metric="f1")
        is_kept = policy.rule(values, y, held.folds) is not MOST_PROBABLE
        n_kept += is_kept
        entry = Entry(values=values, fold_scores=held.fold_scores(values))
        crossed = cross_fit([entry], held, ChoiceLimits(), policy)
        for part in range(5):
            rows = held.parts == part
            assert np.array_equal(crossed.decided[rows], values[rows]) != is_kept
    assert 0 < n_kept < 12


def test_classes_are_weighted_where_that_pays():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3_000, 3)) * 1.5 + np.log([0.9, 0.06, 0.04])
    values = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = np.array([rng.choice(3, p=row) for row in values])
    rule = DecisionPolicy(metric="balanced_accuracy").rule(values, y, np.arange(3_000) % 5)
    assert rule.weights[0] < min(rule.weights[1:]) / 3
    assert rule.tuned_score > rule.default_score + 0.05


def test_few_positives_are_scored_with_the_threshold_that_the_model_is_given():
    """Eleven are enough for a threshold; the nine that are left without a fold are one too few."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 1))
    rank = (X[:, 0] + rng.normal(size=150)).argsort().argsort()
    y = (rank >= 139).astype(int)
    result = tune(X, y, metric="f1", **INLINE | {"algorithms": ["logistic_regression"]})
    assert result.threshold < 0.2
    assert result.decision["default_score"] == 0  # at one half none is found
    assert result.score > 0.8 * result.decision["tuned_score"] > 0


def test_predict_finds_the_rare_class_where_the_most_probable_is_never_it(tmp_path):
    X, y = table(1_500, 0.04)
    result = tune(X, y, **INLINE)  # ROC AUC
    assert result.metric == "roc_auc"
    assert 0 < result.threshold < 0.5
    assert isinstance(result.best_pipeline[-1], FixedThresholdClassifier)
    newX, newy = table(4_000, 0.04, seed=1)
    probabilities = result.best_pipeline.predict_proba(newX)
    predicted = result.predict(newX)
    np.testing.assert_array_equal(predicted, (probabilities[:, 1] >= result.threshold) * 1)
    likeliest = probabilities.argmax(axis=1)
    assert predicted[newy == 1].mean() > likeliest[newy == 1].mean() + 0.05
    assert f1_score(newy, predicted) > f1_score(newy, likeliest)
    said = f"to be 1 where its probability is at least {result.threshold:.3g}, a threshold chosen"
    assert any(said in note and "for 'f1' of 1" in note for note in result.notes)
    plain = tune(X, y, tune_threshold=False, **INLINE)
    assert plain.threshold == 0.5
    assert plain.score == result.score  # of probabilities, which are the same
    np.testing.assert_array_equal(plain.best_pipeline.predict_proba(newX), probabilities)
    result.save(tmp_path / "model")
    np.testing.assert_array_equal(load_model(tmp_path / "model").predict(newX), predicted)
    assert model_info(tmp_path / "model").decision["threshold"] == result.threshold


def test_a_threshold_that_is_given_is_kept():
    X, y = table(300, 0.5)
    labels = np.where(y == 1, "no", "yes")
    result = tune(X, labels, tune_threshold=0.8, pos_label="no", metric="accuracy", **INLINE)
    share = result.best_pipeline.predict_proba(X)[:, 0]
    np.testing.assert_array_equal(result.predict(X), np.where(share >= 0.8, "no", "yes"))
    assert result.threshold == pytest.approx(0.8)
    assert result.best_pipeline.classes_.tolist() == ["no", "yes"]


def test_the_script_decides_as_the_pipeline_does():
    rng = np.random.default_rng(0)
    y = rng.choice(3, 900, p=[0.85, 0.1, 0.05])
    X = rng.normal(size=(900, 3)) + 0.8 * np.eye(3)[y]
    result = tune(X, y, tune_threshold="balanced_accuracy", **INLINE)
    model = result.best_pipeline[-1]
    assert isinstance(model, ClassWeightedClassifier)
    assert set(result.decision["class_weights"]) == {"0", "1", "2"}
    written: dict[str, object] = {"__name__": "script"}
    exec(compile(result.code("sklearn:iris", "target"), "script", "exec"), written)
    made = written["make_model"]()
    cleaned = result.best_pipeline[0].transform(X)
    np.testing.assert_array_equal(made.fit(cleaned, y).predict(cleaned), result.predict(X))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0.0, "'tune_threshold' must be 'auto'"),
        (1, "'tune_threshold' must be 'auto'"),
        (None, "'tune_threshold' must be 'auto'"),
        ("roc_auc", "which no threshold changes"),
        (True, "which no threshold changes"),  # the metric is ROC AUC
    ],
)
def test_a_threshold_that_means_nothing_is_refused(given, said):
    X, y = table(40, 0.5)
    with pytest.raises(ParameterError, match=said):
        tune(X, y, tune_threshold=given, **INLINE)


def test_a_threshold_is_refused_for_numbers_and_many_classes():
    X, _ = table(60, 0.5)
    with pytest.raises(ParameterError, match="of classes"):
        tune(X, X[:, 0] * 1.5, tune_threshold=True, **(INLINE | {"algorithms": ["ridge"]}))
    with pytest.raises(ParameterError, match="for 3 classes"):
        tune(X, np.arange(60) % 3, tune_threshold=0.4, **INLINE)
    with pytest.raises(MetricError, match=r"'tune_threshold' must be .* Did you mean 'f1'"):
        tune(X, np.arange(60) % 2, tune_threshold="f17", **INLINE)


def two_setups(n_rows=300):
    """Return one that is better at one half, and one that orders rows better."""
    rng = np.random.default_rng(0)
    y = (np.arange(n_rows) % 3 == 0).astype(int)
    by_half = np.where(rng.uniform(size=n_rows) < 0.85, y, 1 - y) * 0.6 + 0.2
    by_order = 0.05 + 0.3 * y + rng.uniform(0, 0.25, n_rows)
    return [np.column_stack([1 - share, share]) for share in (by_half, by_order)], y


@pytest.mark.parametrize(("is_kept", "best"), [(True, 1), (False, 0)])
def test_setups_are_compared_at_the_thresholds_that_are_kept(monkeypatch, is_kept, best):
    values, y = two_setups()
    held = HeldOut(
        rows=np.arange(300), folds=np.arange(300) % 5, y=y, metric="f1", n_classes=2, decides=True
    )
    entries = [Entry(values=v, fold_scores=held.fold_scores(v)) for v in values]
    policy = DecisionPolicy(metric="f1")
    if not is_kept:  # as where the gain is no more than its standard error
        monkeypatch.setattr(DecisionPolicy, "rule", lambda policy, *_, **__: policy.fixed)
    chosen = choose(entries, held, ChoiceLimits(ensemble=False), policy)
    assert chosen == {best: 1.0}
    crossed = cross_fit(entries, held, ChoiceLimits(ensemble=False), policy)
    assert crossed.weights[:, best].tolist() == [1.0] * 5


def test_of_setups_that_never_predict_the_rare_class_the_better_order_wins():
    _, y = two_setups()
    rng = np.random.default_rng(1)
    shares = [rng.uniform(0, 0.4, 300), 0.1 * y + rng.uniform(0, 0.3, 300)]
    held = HeldOut(
        rows=np.arange(300), folds=np.arange(300) % 5, y=y, metric="f1", n_classes=2, decides=True
    )
    entries = [
        Entry(values=v, fold_scores=held.fold_scores(v))
        for v in (np.column_stack([1 - share, share]) for share in shares)
    ]
    policy = DecisionPolicy(metric="f1", fixed=MOST_PROBABLE)
    out_of_time = ChoiceLimits(ensemble=False, seconds=-1.0)  # no threshold is looked for
    assert choose(entries, held, out_of_time, policy) == {1: 1.0}


@pytest.mark.parametrize("seed", [0, 1])  # a threshold is kept for the first table alone
def test_the_first_row_of_the_leaderboard_is_fitted_or_a_note_says_why(seed):
    rng = np.random.default_rng(seed)
    y = (rng.uniform(size=300) < 0.25).astype(int)
    X = rng.normal(size=(300, 4)) + 0.9 * y[:, None]
    names = ["naive_bayes", "logistic_regression", "decision_tree", "lda"]
    settings = INLINE | {"algorithms": names, "n_trials": 4, "ensemble": False}
    result = tune(X, y, metric="f1", **settings)
    notes = [note for note in result.notes if "leaderboard shows it at one half" in note]
    first = result.leaderboard().iloc[0]
    assert (first["weight"] == 1.0) != bool(notes)
    assert not notes or result.rule.metric == "f1"
