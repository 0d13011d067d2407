"""What of a history counts, and how sure it makes advice: failures, few scores, few tasks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from histories import history, setups

from autometa import KnowledgeBase, MetaModel
from autometa.performance import rank_weights
from autometa.performance._history import read_histories, read_history
from autometa.performance._losses import FAILURE, losses
from autometa.performance._question import QuestionResolver
from autometa.performance._ranked_runs import read_ranked_runs as read_transferred


def base(rows, kind="binary", metafeatures=None, **more):
    runs = pd.DataFrame(rows).assign(**more)
    defaults = {"task_id": "t", "config": "{}", "metric": "accuracy"}
    runs = runs.assign(**{k: v for k, v in defaults.items() if k not in runs})
    tasks = pd.DataFrame({"task_id": runs["task_id"].unique()})
    tasks["task_type"] = tasks["task_id"].map(kind) if isinstance(kind, dict) else kind
    return KnowledgeBase.from_frames(tasks, metafeatures, runs)


def names(recommendations):
    return [recommendation.algorithm for recommendation in recommendations]


# Fidelities


def curves(full):
    """Setups a to c on a tenth of the rows; ``full`` are scores and statuses on all."""
    small = [("a", 0.9, 0.1, "ok"), ("b", 0.6, 0.1, "ok"), ("c", 0.7, 0.1, "ok")]
    rows = [*small, *((name, score, 1.0, status) for name, score, status in full)]
    return base(pd.DataFrame(rows, columns=["algorithm", "score", "fidelity", "status"]))


@pytest.mark.parametrize(
    ("full", "fidelity", "scores"),
    [
        ([(name, np.nan, "timeout") for name in "abc"], 0.1, [0.9, 0.6, 0.7]),
        ([("a", np.nan, "timeout")], 0.1, [0.9, 0.6, 0.7]),
        ([("a", 0.95, "ok"), ("b", np.nan, "memory")], 0.1, [0.9, 0.6, 0.7]),
        ([("a", 0.95, "ok"), ("b", 0.96, "ok")], 1.0, [0.95, 0.96]),
        ([("a", 0.95, "ok"), ("b", 0.9, "ok"), ("c", np.nan, "error")], 1.0, [0.95, 0.9, np.nan]),
    ],
)
def test_failures_on_all_rows_do_not_hide_scores_on_fewer(full, fidelity, scores):
    averages = curves(full).averages()
    assert set(averages.fidelity) == {fidelity}
    np.testing.assert_array_equal(averages.score, scores)
    failed = {name for name, _, status in full if status != "ok"}
    kept = {averages.setups[s][0] for s in averages.setup[averages.n_failed > 0]}
    assert kept == failed


def test_what_is_transferred_to_a_study_keeps_scores_on_fewer_rows():
    transferred = read_transferred(curves([("a", np.nan, "timeout")] * 1), "abc", "accuracy")
    assert len(transferred.setups) == 3
    by_name = dict(zip([a for a, _ in transferred.setups], transferred.scores[0], strict=True))
    assert by_name["c"] > by_name["b"]


# Failures


def repeats(n_failed, n=10):
    """Setup a scores best and fails in some of its runs; b is sure, c sure and worst."""
    a = [0.9] * (n - n_failed) + [np.nan] * n_failed
    frame = pd.DataFrame({
        "algorithm": ["a"] * n + ["b"] * n + ["c"] * n, "score": [*a, *[0.85] * n, *[0.6] * n],
        "status": ["ok"] * (n - n_failed) + ["memory"] * n_failed + ["ok"] * 2 * n,
        "source": [f"run {i}" for i in range(3 * n)],
    })  # fmt: skip
    return base(frame)


@pytest.mark.parametrize(("n_failed", "first"), [(0, "a"), (9, "b"), (10, "b")])
def test_one_success_does_not_outvote_nine_failures(n_failed, first):
    assert names(MetaModel().fit(repeats(n_failed)).recommend(None, n=1)) == [first]


def test_the_more_often_a_setup_fails_the_worse_it_counts():
    seen = [losses(read_history(repeats(n), ("binary",), "accuracy"))[0, 0] for n in range(11)]
    assert (np.diff(seen) > 0).all()
    assert (seen[0], seen[-1]) == (0.0, FAILURE)


def test_every_run_is_counted_by_its_status():
    counts = repeats(9).counts()
    assert counts.statuses == {"ok": 21, "memory": 9}
    assert counts.n_runs == 30
    twice = repeats(0).runs.assign(metric="f1")
    assert repeats(0).add(twice).counts().n_runs == 30  # another metric is the same run


# Few runs under a metric


def much_and_little(describe):
    """Five setups on six tasks by balanced accuracy, one run of the worst by F1."""
    rows = [
        {"task_id": f"t{i}", "algorithm": a, "metric": "balanced_accuracy", "score": s}
        for i in range(6)
        for a, s in zip("abcde", [0.9, 0.8, 0.7, 0.6, 0.5], strict=True)
    ]
    features = pd.DataFrame({"n_rows": np.arange(6.0)}, [f"t{i}" for i in range(6)])
    kb = base(rows, metafeatures=features)
    run = {"algorithm": "e", "config": "{}", "metric": "f1_macro", "score": 0.5}
    task = "t0" if describe else "z"
    return kb.add(pd.DataFrame([run | {"task_id": task}]),
                  tasks=pd.DataFrame({"task_id": [task], "task_type": ["binary"]}))  # fmt: skip


@pytest.mark.parametrize("describe", [True, False])
@pytest.mark.parametrize("metafeatures", [None, pd.Series({"n_rows": 2.0})])
def test_one_run_under_a_metric_hides_no_setup(describe, metafeatures):
    model = MetaModel().fit(much_and_little(describe))
    advice = model.recommend(metafeatures, task_type="binary", metric="f1_macro")
    assert names(advice) == list("abcde")
    assert {a.metric for a in advice} == {"f1_macro"}
    assert {n.task_id for n in advice[0].neighbors} <= {f"t{i}" for i in range(6)}
    assert len(advice[0].neighbors) == len({n.task_id for n in advice[0].neighbors})


def test_scores_of_another_metric_are_named_where_they_are_shown():
    metrics = {"b": ("neg_brier_score", [-0.1, -0.2]), "m": ("neg_log_loss", [-3.0, -5.0])}
    rows = [
        {"task_id": t, "algorithm": a, "metric": metric, "score": s}
        for t, (metric, scores) in metrics.items()
        for a, s in zip("xy", scores, strict=True)
    ]
    model = MetaModel().fit(base(rows, {"b": "binary", "m": "multiclass"}))
    (advice,) = model.recommend(None, n=1, task_type="binary", metric="neg_brier_score")
    explanation = advice.explain()
    shown = {n.task_id: (n.metric, n.best_setup.score) for n in explanation.neighbors}
    assert shown == {"b": ("neg_brier_score", -0.1), "m": ("neg_log_loss", -3.0)}
    assert "neg_log_loss" in str(explanation)


# Few tasks


@pytest.mark.parametrize(
    ("metric", "scores", "interval"),
    [
        ("accuracy", [0.9, 0.5], (0.0, 1.0)),
        ("neg_log_loss", [-0.3, -0.5], (-np.inf, 0.0)),
        ("objective", [3.0, 2.0], (-np.inf, np.inf)),
    ],
)
@pytest.mark.parametrize("n_tasks", [1, 3])
def test_one_family_promises_no_score(metric, scores, interval, n_tasks):
    """Twins of one dataset are no evidence of how scores vary from one dataset to another."""
    kb = history([scores] * n_tasks, metric=metric, families=["f"] * n_tasks)
    for recommendation in MetaModel().fit(kb).recommend(None):
        assert recommendation.score_interval == interval


def test_a_setup_without_any_score_of_the_metric_has_no_narrow_interval():
    kb = history([[0.9, 0.8, np.nan]] * 8, metric="f1")
    extra = history([[0.9, 0.8, 0.7]] * 8, metric="balanced_accuracy").runs
    advice = MetaModel().fit(kb.add(extra)).recommend(None, task_type="binary", metric="f1")
    widths = {a.config["j"]: a.score_interval[1] - a.score_interval[0] for a in advice}
    assert widths.keys() == {0, 1, 2} or widths.keys() == {0, 1}
    assert widths[0] < 0.1


# Nearness


def strangers():
    """Three tasks described by one tool, one at the middle of nothing by another."""
    features = pd.DataFrame(
        {"n_rows": [100.0, 1000.0, 10000.0, np.nan, np.nan],
         "mystery": [np.nan] * 3 + [5.0, 6.0]}, index=list("abcxy"),
    )  # fmt: skip
    rows = [
        {"task_id": t, "algorithm": a, "score": s}
        for t in "abcxy"
        for a, s in (("tree", 0.9), ("knn", 0.5))
    ]
    return base(rows, metafeatures=features)


def test_a_task_that_shares_no_metafeature_is_no_neighbour():
    model = MetaModel().fit(strangers())
    (advice,) = model.recommend(pd.Series({"n_rows": 3700.0}), n=1)
    assert {n.task_id for n in advice.neighbors} == set("abc")
    weights = {n.task_id: n.weight for n in advice.explain().neighbors}
    assert max(weights["x"], weights["y"]) < min(weights[t] for t in "abc")


def test_what_is_transferred_weighs_a_stranger_by_its_equal_part():
    kb = strangers()
    row = pd.Series({"n_rows": 1000.0})
    weights = rank_weights(kb.metafeatures, list("abcxy"), row).values
    assert weights[3] == weights[4] == weights.min()
    assert weights.sum() == pytest.approx(1.0)
    unknown = rank_weights(kb.metafeatures, list("abcxy"), pd.Series({"n_rows": np.nan})).values
    np.testing.assert_allclose(unknown, 0.2)


def test_a_dataset_of_which_little_is_known_is_not_ordinary():
    rng = np.random.default_rng(0)
    features = pd.DataFrame(rng.normal(size=(30, 12)), columns=[f"f{i}" for i in range(12)])
    scores = np.where(features["f0"].to_numpy()[:, None] > 0, [0.9, 0.5], [0.5, 0.9])
    model = MetaModel(n_trees=20).fit(history(scores, features))
    known = features.iloc[0] + 0.01
    novelties = [
        model.recommend(known.iloc[:n], n=1)[0].novelty for n in (1, 4, 8, 12)
    ]  # fmt: skip
    assert novelties == sorted(novelties, reverse=True)
    assert novelties[0] > 0.0
    assert novelties[-1] == 0.0


def test_the_same_task_under_two_metrics_is_read_once_where_it_says_enough():
    kb = history([[0.9, 0.8]] * 3, metric="f1")
    kb.add(history([[0.7, 0.6]] * 3, metric="balanced_accuracy").runs)
    found = read_histories(kb, QuestionResolver(kb).question("binary", "f1"))
    assert found.tasks["task_id"].tolist() == ["task0", "task1", "task2"]
    assert set(found.metrics) == {"f1"}
    assert setups(MetaModel().fit(kb).recommend(None, metric="f1", task_type="binary")) == [0, 1]
