"""WarmStartSampler learns from runs on folds of the study's kind first."""

from __future__ import annotations

import logging

import numpy as np
import optuna
import pandas as pd
import pytest

from autometa.exceptions import ParameterError
from autometa.knowledge_base import KnowledgeBase
from autometa.performance._ranked_runs import read_ranked_runs
from autometa.samplers import WarmStartSampler

KS = (1, 7, 50, 90)


def history(kinds: dict[str, tuple[str, ...]]) -> KnowledgeBase:
    """Return tasks whose best k is 7 on shuffled folds and 50 on folds by group."""
    scores = {"shuffled": (0.7, 0.9, 0.6, 0.5), "group": (0.3, 0.4, 0.6, 0.5)}
    runs = [
        {
            "task_id": task,
            "algorithm": "knn",
            "metric": "accuracy",
            "config": {"k": k},
            "score": score,
            "fold_kind": kind,
        }
        for task, of_task in kinds.items()
        for kind in of_task
        for k, score in zip(KS, scores[kind], strict=True)
    ]
    tasks = pd.DataFrame({"task_id": list(kinds), "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, None, pd.DataFrame(runs))


BOTH = dict.fromkeys("abc", ("shuffled", "group"))


def first_k(kb: KnowledgeBase, **options: str) -> int:
    study = optuna.create_study(
        direction="maximize", sampler=WarmStartSampler(kb, seed=0, **options)
    )
    return study.ask().suggest_int("k", 1, 100)


def test_the_first_trial_is_the_best_setup_on_folds_of_the_studys_kind():
    kb = history(BOTH)
    assert (first_k(kb), first_k(kb, fold_kind="stratified"), first_k(kb, fold_kind="group")) == (
        (7, 7, 50)
    )


def test_runs_on_folds_of_another_kind_do_not_change_what_the_usual_folds_said():
    usual = read_ranked_runs(history(dict.fromkeys("abc", ("shuffled",))), ["knn"])
    both = read_ranked_runs(history(BOTH), ["knn"])
    assert [s.tolist() for s in both.scores] == [s.tolist() for s in usual.scores]
    assert both.n_borrowed == usual.n_borrowed == 0


def test_a_task_without_runs_of_the_kind_lends_its_own():
    runs = read_ranked_runs(
        history({"a": ("group",), "b": ("shuffled",)}), ["knn"], fold_kind="group"
    )
    best = [
        runs.setups[rows[np.argmax(s)]][1]["k"]
        for rows, s in zip(runs.rows, runs.scores, strict=True)
    ]
    assert (runs.task_ids, best, runs.n_borrowed) == (("a", "b"), [50, 7], 1)


def test_tasks_with_runs_of_the_kind_are_read_before_richer_ones(monkeypatch):
    monkeypatch.setattr("autometa.performance._ranked_runs.MAX_TASKS", 1)
    kb = history({"a": ("shuffled", "shuffled"), "b": ("group",)})
    assert read_ranked_runs(kb, ["knn"], fold_kind="group").task_ids == ("b",)
    assert read_ranked_runs(kb, ["knn"]).task_ids == ("a",)


def test_what_is_borrowed_is_logged_once(caplog):
    caplog.set_level(logging.INFO, "autometa.samplers")
    sampler = WarmStartSampler(
        history({"a": ("group",), "b": ("shuffled",)}), seed=0, fold_kind="group"
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(lambda trial: trial.suggest_int("k", 1, 100), n_trials=3)
    said = [r.message for r in caplog.records if "borrowed" in r.message]
    assert said == [
        "The study scores on group folds. Runs of 1 earlier tasks were scored on folds of another "
        "kind: their order is borrowed."
    ]


def test_an_unknown_kind_of_folds_is_refused():
    with pytest.raises(ParameterError, match=r"'fold_kind'.*group-time.*Got 'grouped'"):
        WarmStartSampler(history(BOTH), fold_kind="grouped")
