"""Figures of `kb evaluate` on generated histories whose truth is known.

What is asked of advice is computed here from how the history was drawn, not from how
the figures are made.
"""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, MetaModel
from autometa.meta_models.evaluation import evaluate, summarise_evaluation

MODEL = MetaModel(n_trees=20)


def base(scores, features, folds=None, metric="accuracy"):
    names = [f"t{i}" for i in range(len(scores))]
    rows = [(t, f"a{j}", s) for t, of in zip(names, scores, strict=True) for j, s in enumerate(of)]
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "score"])
    runs = runs.assign(config="{}", metric=metric)
    if folds is not None:
        runs["fold_scores"] = [list(f) for of in folds for f in of]
    tasks = pd.DataFrame({"task_id": names, "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, pd.DataFrame(features).set_axis(names), runs)


def figures(kb, **options):
    (found,) = summarise_evaluation(evaluate(kb, n_splits=4, model=MODEL, **options))
    return found


@pytest.mark.slow
def test_where_all_tasks_agree_advice_costs_nothing_and_harms_nobody():
    scores = np.tile([0.9, 0.8, 0.6, 0.5], (24, 1))
    found = figures(base(scores, {"f": np.arange(24.0)}))
    assert found["orders"]["MetaModel"]["@1"] == 0.0
    assert found["orders"]["greedy portfolio"]["@1"] == 0.0
    assert {h["any"] for budget, h in found["harm"].items() if budget.startswith("@")} == {0.0}
    assert found["verdict"] == "alike"


@pytest.mark.slow
def test_random_orders_have_their_expected_regret():
    rng = np.random.default_rng(0)
    scores = np.round(rng.uniform(0.2, 0.9, (24, 5)), 3)
    found = figures(base(scores, {"f": rng.normal(size=24)}))["orders"]["random"]
    regret = np.sort((scores.max(1, keepdims=True) - scores) / np.ptp(scores, axis=1)[:, None])
    # accuracy is bounded: 1 is the worst setup of the task
    for k in (1, 3, 5):
        chances = [comb(4 - i, k - 1) / comb(5, k) for i in range(5)]
        assert found[f"@{k}"] == pytest.approx(float((regret @ chances).mean()), abs=1e-9)


@pytest.mark.slow
def test_advice_that_cannot_be_right_is_alike_and_its_harm_is_that_of_a_coin():
    """Which of two setups wins is drawn at random, whatever the meta-features."""
    rng = np.random.default_rng(1)
    first = rng.permuted(np.r_[np.zeros(30), np.ones(30)]).astype(bool)
    scores = np.where(first[:, None], [0.9, 0.5, 0.4], [0.5, 0.9, 0.4])
    found = figures(base(scores, {"f": rng.normal(size=60), "g": rng.normal(size=60)}))
    assert 0.3 < found["orders"]["MetaModel"]["@1"] < 0.85
    assert found["harm"]["@1"]["any"] <= 0.5
    assert found["verdict"] == "alike"


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "verdict"), [(1, "better"), (-1, "worse")])
def test_the_verdict_follows_the_truth_of_the_meta_feature(sign, verdict):
    """One that tells the winner in training and lies about half of the held-out families."""
    rng = np.random.default_rng(2)
    n = 48
    kind = np.arange(n) % 2
    scores = np.where(kind[:, None] == 0, [0.9, 0.6, 0.8], [0.6, 0.9, 0.8])
    scores = scores + rng.normal(0, 0.005, scores.shape)
    feature = kind + rng.normal(0, 0.05, n)
    found = evaluate(base(scores, {"f": feature}), n_splits=4, model=MODEL)
    if sign < 0:  # judge the same advice by the opposite scores
        swapped = found.orders["order"].isin(["MetaModel", "greedy portfolio"])
        names = {"MetaModel": "greedy portfolio", "greedy portfolio": "MetaModel"}
        found.orders.loc[swapped, "order"] = found.orders.loc[swapped, "order"].map(names)
    assert summarise_evaluation(found)[0]["verdict"] == verdict


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_intervals_hold_as_many_scores_as_they_say(seed):
    """Normal noise around lines: nine of ten, within what chance allows of 80 tasks."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(80, 2))
    scores = 0.6 + features @ (0.05 * rng.normal(size=(2, 5))) + rng.normal(0, 0.05, (80, 5))
    kb = base(np.clip(scores, 0, 1), {"f": features[:, 0], "g": features[:, 1]})
    coverage = figures(kb)["intervals"]["all"]["coverage"]
    assert 0.83 < coverage < 0.96


@pytest.mark.slow
def test_harm_beyond_noise_is_what_is_worse_in_every_fold_and_not_what_folds_blur():
    """A difference that all folds share counts; one that a single fold makes does not."""
    folds = np.array([0.9, 0.8, 0.7, 0.6])
    shared, single = np.full(4, 0.04), np.array([0.16, 0.0, 0.0, 0.0])
    for loss, is_beyond in ((shared, True), (single, False)):
        # the portfolio's setup wins on all tasks but the odd ones, whose twin learns the other
        truth = [[folds, folds - loss] if i % 2 else [folds - loss, folds] for i in range(24)]
        scores = np.array([[f.mean() for f in of] for of in truth])
        rng = np.random.default_rng(0)
        kb = base(scores, {"f": rng.normal(size=24)}, truth)
        evaluation = evaluate(kb, n_splits=4, model=MODEL)
        harm = evaluation.harm[evaluation.harm["budget"] == "@1"]
        worse = harm[harm["difference"] > 0]
        assert len(worse)
        beyond = worse["difference"] > 2 * worse["noise"] + 1e-9
        assert beyond.all() == is_beyond
        assert beyond.any() == is_beyond
