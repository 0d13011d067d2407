"""Evaluation by family: figures from hand-made histories, and promises on real advice."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from histories import history, smooth, two_clusters

from autometa import KnowledgeBase, MetaModel
from autometa.algorithms import get_algorithm
from autometa.exceptions import KnowledgeBaseMismatchError, ParameterError
from autometa.meta_models.evaluation import evaluate, summarise_evaluation
from autometa.meta_models.evaluation._baselines import Baselines
from autometa.meta_models.evaluation._compared import confusion, widths_needed
from autometa.meta_models.evaluation._evaluate import Evaluation, _harm_rows
from autometa.meta_models.evaluation._figures import anytime_mean, expected_regrets, regrets
from autometa.meta_models.evaluation._truth import read_truth
from autometa.performance._history import read_history

FEW_TREES = MetaModel(n_trees=20)


@pytest.fixture(scope="module")
def clusters():
    """Two kinds of tasks that meta-features tell apart: advice is worth something."""
    return evaluate(two_clusters(), n_splits=5, model=FEW_TREES)


def test_regret_is_0_for_the_best_and_1_for_the_worst_or_failed():
    kb = history([[0.9, 0.7, 0.5, np.nan, np.nan]], status=[["ok", "ok", "ok", "timeout", "ok"]])
    truth = read_truth(read_history(kb, ("binary",), "accuracy"), kb, "accuracy")
    np.testing.assert_allclose(truth.regret, [[0.0, 0.5, 1.0, 1.0]])


def test_a_catastrophe_of_an_unbounded_score_does_not_make_the_others_alike():
    kb = history([[-1.0, -2.0, -3.0, -1e9]], metric="neg_log_loss")
    truth = read_truth(read_history(kb, ("binary",), "neg_log_loss"), kb, "neg_log_loss")
    np.testing.assert_allclose(truth.regret, [[0.0, 1 / 7.5, 2 / 7.5, 1.0]])


FOLDS = [0.9, 0.8, 0.7, 0.6]


@pytest.mark.filterwarnings("ignore:.*measured on other folds")  # that is the question
@pytest.mark.parametrize(
    ("other", "noise"),
    [
        ([0.85, 0.75, 0.65, 0.55], 0.0),  # worse by as much in every fold
        ([0.9, 0.8, 0.7, 0.4], np.std([0, 0, 0, 0.2], ddof=1) / 2 / 0.05),
        ([0.7, 0.7], np.nan),  # other folds do not pair
        (None, np.nan),
    ],
)
def test_noise_is_that_of_the_differences_on_the_same_folds(other, noise):
    kb = history([[0.75, 0.7]])
    kb = KnowledgeBase(
        kb.tasks,
        kb.metafeatures,
        kb.runs.assign(fold_scores=pd.Series([FOLDS, other], dtype=object)),
    )
    truth = read_truth(read_history(kb, ("binary",), "accuracy"), kb, "accuracy")
    assert truth.noise(0, 0, 1) == pytest.approx(noise, nan_ok=True, abs=1e-9)
    assert truth.noise(0, 1, 1) == 0.0


def test_what_is_worse_in_every_fold_is_worse_beyond_noise():
    kb = history([[0.75, 0.7]])
    folds = [FOLDS, [score - 0.05 for score in FOLDS]]
    kb = KnowledgeBase(
        kb.tasks, kb.metafeatures, kb.runs.assign(fold_scores=pd.Series(folds, dtype=object))
    )
    truth = read_truth(read_history(kb, ("binary",), "accuracy"), kb, "accuracy")
    orders = {"MetaModel": np.array([1]), "greedy portfolio": np.array([0])}
    row = _harm_rows(truth, 0, orders, {}).iloc[0]
    assert row["difference"] == 1.0
    assert row["noise"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_expectation_of_random_orders_is_the_mean_over_all_of_them(n):
    regret = np.array([0.0, 0.3, 0.3, 0.8, 1.0])[:n]
    after = (1, 2, 3, 25)
    orders = [np.array(order) for order in permutations(range(n))]
    mean = np.mean([regrets(order, regret, after) for order in orders], axis=0)
    np.testing.assert_allclose(expected_regrets(regret, after), mean)
    unknown = np.r_[regret, np.nan]
    np.testing.assert_allclose(expected_regrets(unknown, after), mean)


@pytest.mark.slow
def test_simple_orders_learn_from_the_tasks_that_advice_borrows():
    """Six tasks say setup 0; thirty of the other type, which are borrowed, say setup 2."""
    kb = history([[0.9, 0.5, 0.7]] * 6, metric="roc_auc")
    other = history([[0.5, 0.5, 0.9]] * 30, metric="roc_auc_ovr", task_type="multiclass")
    names = "m" + other.tasks["task_id"]
    tasks = other.tasks.assign(task_id=names, family=names)
    runs = other.runs.assign(task_id="m" + other.runs["task_id"].astype(str))
    kb.merge(KnowledgeBase.from_frames(tasks, None, runs))
    figures = summarise_evaluation(evaluate(kb, n_splits=3, model=FEW_TREES))
    binary, multiclass = (found["orders"]["single best"]["@1"] for found in figures)
    assert binary == pytest.approx(0.5)  # (.9 - .7) / (.9 - .5): setup 2, which five do not say
    assert multiclass == pytest.approx(0.0)


@pytest.mark.parametrize("measured", [True, False])
def test_the_default_that_anybody_would_try_is_an_order_where_it_was_measured(measured):
    default = get_algorithm("lightgbm").setups("regression")["library"]
    other = default | {"num_leaves": 63}
    runs = [
        {"task_id": f"t{i}", "algorithm": "lightgbm", "config": config, "metric": "r2", "score": s}
        for i in range(4)
        for config, s in [(default if measured else default | {"num_leaves": 7}, 0.4), (other, 0.8)]
    ]
    tasks = [{"task_id": f"t{i}", "task_type": "regression", "n_rows": 100} for i in range(4)]
    kb = KnowledgeBase.from_frames(pd.DataFrame(tasks), None, pd.DataFrame(runs))
    orders = evaluate(kb, n_splits=2, metric="r2", model=FEW_TREES).orders
    default_alone = orders[orders["order"] == "lightgbm default"]
    assert (default_alone["@10"] == default_alone["@1"]).all()
    assert len(default_alone) == (4 if measured else 0)


def test_random_is_no_list_that_all_tasks_share():
    scores = [[0.5 + 0.08 * (i + j) for j in range(6)] for i in range(2)] * 4
    found = evaluate(history(np.clip(scores, 0, 1), {"f": np.arange(8.0)}), n_splits=4,
                     model=FEW_TREES)  # fmt: skip
    random = found.orders[found.orders["order"] == "random"]
    np.testing.assert_allclose(random["@1"], 0.5)


def test_setups_nobody_tried_are_passed_over():
    regret = np.array([np.nan, 0.4, 0.1])
    assert regrets(np.array([0, 1, 2]), regret, after=(1, 2, 3)) == [0.4, 0.1, 0.1]


def test_before_the_first_setup_has_ended_the_regret_is_1():
    one = anytime_mean(np.array([0]), np.array([0.0]), np.array([60.0]), 60.0)
    assert one == pytest.approx(1.0)
    assert np.isnan(anytime_mean(np.array([0]), np.array([0.0]), np.array([np.nan]), 60.0))


def test_the_greedy_portfolio_takes_the_complement_and_the_average_rank_the_clone():
    regret = np.array([[0.1, 0.11, 1.0], [0.1, 0.11, 1.0], [0.9, 0.9, 0.0]])
    nothing = pd.DataFrame({"f": [np.nan] * 3})
    alone = {"catboost default": 1}
    orders = Baselines(regret, np.full((3, 3), np.nan), nothing, np.arange(3), alone).orders(
        pd.Series({"f": np.nan})
    )
    assert orders["catboost default"].tolist() == [1]
    assert orders["greedy portfolio"].tolist()[:2] == [0, 2]
    assert orders["average rank"].tolist()[:2] == [0, 1]
    assert "10 nearest neighbours" not in orders


def test_advice_that_knows_the_clusters_beats_the_all_round_order(clusters):
    (figures,) = summarise_evaluation(clusters)
    orders = figures["orders"]
    assert orders["MetaModel"]["@1"] < 0.1 < orders["greedy portfolio"]["@1"]
    assert figures["verdict"] == "better"
    assert figures["harm"]["@1"]["any"] < 0.2
    assert figures["n_tasks"] == figures["n_families"] == 40


@pytest.mark.slow
def test_every_task_is_held_out_once_a_repeat():
    found = evaluate(two_clusters(20), n_splits=2, n_repeats=2, model=FEW_TREES)
    counts = found.orders.groupby(["repeat", "order", "task_id"]).size()
    assert (counts == 1).all()
    assert len(counts) == 2 * 6 * 20


@pytest.mark.slow
def test_folds_that_came_with_the_tasks_divide_them():
    kb = two_clusters(12)
    tasks = kb.tasks.assign(fold=[1 + i % 3 for i in range(len(kb.tasks))])
    kb = KnowledgeBase.from_frames(tasks, kb.metafeatures, kb.runs)
    said = []
    evaluate(kb, model=FEW_TREES, on_progress=lambda _, *counts: said.append(counts))
    assert said == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.slow
def test_a_family_is_never_on_both_sides():
    """Twins with a random winner each pair: whoever sees a twin knows the winner."""
    rng = np.random.default_rng(0)
    scores = np.repeat(rng.permuted(np.tile(np.linspace(0.5, 0.9, 8), (12, 1)), axis=1), 2, axis=0)
    features = pd.DataFrame({"id": np.repeat(np.arange(12.0), 2)})
    kb = history(scores, features, families=np.repeat([f"f{i}" for i in range(12)], 2))
    (figures,) = summarise_evaluation(evaluate(kb, n_splits=6, model=FEW_TREES))
    assert figures["orders"]["MetaModel"]["@1"] > 0.2


@pytest.mark.slow
def test_seconds_and_intervals_are_judged():
    features, scores, seconds = smooth(80)
    kb = history(scores, features, seconds)
    (figures,) = summarise_evaluation(evaluate(kb, n_splits=2, model=FEW_TREES))
    assert figures["seconds"]["within_factor_2"] > 0.95
    assert 0.8 <= figures["intervals"]["all"]["coverage"] <= 0.97
    assert figures["orders"]["MetaModel"]["60 s"] < figures["orders"]["random"]["60 s"]


def test_advice_worse_than_the_all_round_order_says_so():
    rows = [
        {"task_type": "binary", "metric": "accuracy", "task_id": f"t{i}", "family": f"f{i}",
         "repeat": 0, "order": order, **dict.fromkeys(COLUMNS, regret + 0.01 * (i % 3))}
        for i in range(12)
        for order, regret in (("greedy portfolio", 0.1), ("MetaModel", 0.3 + 0.01 * (i % 2)))
    ]  # fmt: skip
    harm = pd.DataFrame(
        {"task_type": "binary", "budget": "@1", "difference": [0.2, 0.2, -0.1, 0.0],
         "noise": [0.05, 0.15, 0.05, 0.0]}
    )  # fmt: skip
    predictions = pd.DataFrame(columns=PREDICTED).assign(task_type="binary")
    predictions[PREDICTED[4:]] = predictions[PREDICTED[4:]].astype(float)
    found = Evaluation(orders=pd.DataFrame(rows), harm=harm, predictions=predictions)
    (figures,) = summarise_evaluation(found)
    assert figures["verdict"] == "worse"
    assert figures["harm"]["@1"] == {"any": 0.5, "beyond_noise": 0.25}


COLUMNS = ["@1", "@3", "@5", "@10", "@25", "1 s", "10 s", "60 s", "300 s"]
PREDICTED = ["task_id", "repeat", "task_type", "algorithm", "score", "expected", "low", "high",
             "seconds", "expected_seconds", "place"]  # fmt: skip


def test_confusion_counts_first_advice_against_the_best():
    predictions = pd.DataFrame(
        {
            "repeat": 0,
            "task_id": ["a", "a", "b", "b"],
            "algorithm": ["tree", "knn", "tree", "knn"],
            "score": [0.9, 0.8, 0.6, 0.7],
            "place": [1, 2, 1, 2],
        }
    )
    table = confusion(predictions)
    assert table.loc["tree", "tree"] == 1
    assert table.loc["knn", "tree"] == 1


def test_an_interval_is_stretched_from_the_expected_score_to_the_true_one():
    predictions = pd.DataFrame(
        {
            "score": [0.85, 0.7, 1.0, 0.8, 0.9],
            "expected": [0.8, 0.8, 1.0, 0.8, 1.0],
            "low": [0.7, 0.6, 0.9, 0.8, 0.8],
            "high": [0.9, 1.0, 1.0, 0.8, 1.0],
        }
    )
    assert widths_needed(predictions) == pytest.approx([0.5, 0.5, 0.0, 0.0, 0.5])
    within = predictions["score"].between(predictions["low"], predictions["high"])
    assert np.mean(widths_needed(predictions) <= 1) == within.mean() == 1.0


def test_no_width_holds_a_score_beside_an_interval_of_none():
    beside = pd.DataFrame({"score": [0.7], "expected": [0.8], "low": [0.8], "high": [0.8]})
    assert widths_needed(beside).tolist() == [np.inf]


def test_too_few_families_are_told():
    with pytest.raises(KnowledgeBaseMismatchError, match="4 families of one task type"):
        evaluate(two_clusters(3))
    with pytest.raises(ParameterError, match="'n_splits' must be >= 2"):
        evaluate(two_clusters(8), n_splits=1)
