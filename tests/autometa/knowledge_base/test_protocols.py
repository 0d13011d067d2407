"""Scores of other folds: compared through the setups that both protocols measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, MetaModel
from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base._protocols import _kind_of_source

TASK = pd.DataFrame({"task_id": ["t"], "task_type": ["binary"]})


def runs(scores, source, n_folds=0, metric="accuracy"):
    frame = pd.DataFrame({"algorithm": list(scores), "score": list(scores.values())})
    folds = [[score] * n_folds if n_folds else None for score in frame["score"]]
    return frame.assign(
        task_id="t", config="{}", metric=metric, source=source, fold_scores=folds, status="ok"
    )


def base(*parts):
    return KnowledgeBase.from_frames(TASK, None, pd.concat(parts, ignore_index=True))


def scores_of(kb):
    averages = kb.averages().to_frame()
    return dict(zip(averages["algorithm"].astype(str), averages["score"], strict=True))


def advice(kb):
    return [one.algorithm for one in MetaModel(n_trees=10).fit(kb).recommend(None, n=3)]


def test_a_setup_of_an_easier_hold_out_does_not_win_by_its_folds():
    """On the hold-out everything is .2 better: c is .05 behind b there, a .05 before b."""
    cv = runs({"a": 0.75, "b": 0.70, "d": 0.60}, "cv.csv")
    kb = base(cv, runs({"b": 0.90, "c": 0.85}, "holdout.csv"))
    assert scores_of(kb) == pytest.approx({"a": 0.75, "b": 0.70, "c": 0.65, "d": 0.60})
    assert kb.averages().n_moved.sum() == 2
    assert advice(kb)[:2] == ["a", "b"]


@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss", "profit"])
@pytest.mark.parametrize("n_folds", [3, 10])
def test_the_number_of_folds_tells_protocols_apart(metric, n_folds):
    shift = -1.0 if metric != "accuracy" else -0.3
    few = {"a": -0.3, "b": -0.4, "c": -0.5}
    few = {k: v + (1.0 if metric == "accuracy" else 0.0) for k, v in few.items()}
    more = {"b": few["b"] + shift, "z": few["b"] + 0.02 + shift}
    kb = base(runs(few, "x", 5, metric), runs(more, "x", n_folds, metric))
    assert scores_of(kb) == pytest.approx(few | {"z": few["b"] + 0.02})


@pytest.mark.parametrize(
    ("seeds", "moved"), [((0, 1), True), ((0, 0), False), ((None, 1), False), ((None, None), False)]
)
def test_the_seed_that_drew_the_folds_tells_protocols_apart(seeds, moved):
    """By the second seed all is .2 better; a seed that nobody says is no other one."""
    parts = ({"a": 0.75, "b": 0.70, "d": 0.60}, {"b": 0.90, "c": 0.85})
    first, second = (
        runs(scores, "build", 3).assign(n_folds=3.0, split_seed=seed)
        for scores, seed in zip(parts, seeds, strict=True)
    )
    found = scores_of(base(first, second.astype({"split_seed": float})))
    assert found["c"] == pytest.approx(0.65 if moved else 0.85)


def test_protocols_are_compared_through_a_third_one():
    kb = base(
        runs({"a": 0.5, "b": 0.6, "c": 0.7}, "one"),
        runs({"c": 0.8, "d": 0.9}, "two"),
        runs({"d": 0.3, "e": 0.35}, "three"),
    )
    assert scores_of(kb) == pytest.approx({"a": 0.5, "b": 0.6, "c": 0.7, "d": 0.8, "e": 0.85})


def test_the_order_of_the_runs_does_not_matter():
    parts = [
        runs({"a": 0.5, "b": 0.6, "c": 0.7}, "one"),
        runs({"c": 0.8, "d": 0.9}, "two"),
    ]
    assert scores_of(base(*parts)) == pytest.approx(scores_of(base(*parts[::-1])))


def test_a_moved_score_stays_within_the_bounds_of_its_metric():
    kb = base(runs({"a": 0.95, "b": 0.97, "c": 0.96}, "one"), runs({"a": 0.5, "d": 0.7}, "two"))
    assert scores_of(kb)["d"] == 1.0


def test_runs_that_nothing_compares_stay_and_are_said():
    kb = base(runs({"a": 0.5, "b": 0.6}, "one"), runs({"c": 0.9}, "two"))
    assert scores_of(kb) == {"a": 0.5, "b": 0.6, "c": 0.9}
    assert kb.averages().n_apart.sum() == 1
    with pytest.warns(KnowledgeBaseWarning, match="1 scores of 'accuracy' were measured on other"):
        advice(kb)


def test_a_failure_is_no_score_of_other_folds():
    failed = runs({"a": np.nan}, "two").assign(status="error")
    kb = base(runs({"a": 0.5, "b": 0.6}, "one"), failed)
    averages = kb.averages()
    assert (averages.n_apart.sum(), averages.n_failed.sum()) == (0, 1)


def test_runs_whose_folds_nobody_kept_are_of_the_usual_protocol_of_their_source():
    kb = base(runs({"a": 0.5, "b": 0.6}, "tune", 5), runs({"b": 0.9, "c": 0.7}, "tune"))
    assert scores_of(kb) == pytest.approx({"a": 0.5, "b": 0.75, "c": 0.7})
    assert kb.averages().n_moved.sum() == kb.averages().n_apart.sum() == 0


def test_what_is_saved_is_averaged_alike(tmp_path):
    kb = base(runs({"a": 0.7, "b": 0.6}, "one", 3), runs({"b": 0.9, "c": 0.95}, "one", 10))
    kb.save(tmp_path / "kb")
    assert scores_of(KnowledgeBase.load(tmp_path / "kb")) == pytest.approx(scores_of(kb))


@pytest.mark.parametrize(
    ("sources", "is_one"),
    [
        (("openml:run/12", "openml:run/345"), True),
        (("run 1", "run 20"), True),
        (("tune", "autometa kb build"), False),
        (("table:cv5.csv", "table:cv10.csv"), False),
        (("optuna:study-5fold", "optuna:study-10fold"), False),
        (("", ""), True),
    ],
)
def test_the_number_of_a_run_is_no_protocol(sources, is_one):
    assert (len({_kind_of_source(source) for source in sources}) == 1) == is_one
