"""A run that goes on never returns less than its study knows."""

from __future__ import annotations

import faults
import numpy as np
import pytest
from optuna.storages import InMemoryStorage

from autometa.importers import import_history
from autometa.tuning import tune

INLINE = {"time_budget": None, "knowledge_base": False, "isolate": False, "random_state": 0}
CHEAP = ("naive_bayes", "decision_tree")


@pytest.mark.slow
def test_the_best_stored_trial_is_fitted_again_when_it_cannot_be_scored_anew(
    mixed, features, monkeypatch
):
    storage = InMemoryStorage()
    settings = {"algorithms": CHEAP, "storage": storage, "n_trials": 4, **INLINE}
    first = tune(features, mixed["two"], ensemble=False, **settings)
    best = first.leaderboard().iloc[0]
    monkeypatch.setattr("autometa.tuning._search.evaluate", faults.fail_always)
    again = tune(features, mixed["two"], ensemble=False, **settings)
    assert again.weights == {best["trial"]: 1.0}
    assert again.score == best["score"]
    assert (again.is_fallback, again.n_completed) == (False, first.n_completed)
    np.testing.assert_array_equal(
        again.best_pipeline.predict_proba(features), first.best_pipeline.predict_proba(features)
    )
    (note,) = [note for note in again.notes if "of an earlier run" in note]
    assert f"Trial {best['trial']} " in note
    assert "was fitted again" in note


@pytest.mark.slow
def test_what_was_scored_again_needs_no_stored_score(mixed, features):
    settings = {"algorithms": CHEAP, "storage": InMemoryStorage(), "n_trials": 4, **INLINE}
    first, again = (tune(features, mixed["two"], **settings) for _ in range(2))
    assert again.score == pytest.approx(first.score)
    assert not any("of an earlier run" in note for note in again.notes)


def test_a_run_is_one_task_through_every_door(mixed, features):
    result = tune(features, mixed["two"], n_trials=1, algorithms=CHEAP, name="mixed", **INLINE)
    tasks = [
        import_history(source).knowledge_base.tasks["task_id"].tolist()
        for source in (result, result.study)
    ]
    assert tasks[0] == tasks[1] == [result.task.task_id]
    assert set(result.runs()["task_id"]) == {result.task.task_id}
    assert (result.runs()["reference_seconds"] > 0).all()


def test_a_study_that_was_begun_on_fewer_folds_says_so(mixed, features):
    storage = InMemoryStorage()
    settings = {"algorithms": CHEAP, "storage": storage, "knowledge_base": False}
    result = tune(features, mixed["two"], n_trials=1, **settings, time_budget=None, isolate=False)
    study = result.study
    study.set_user_attr("folds", [5, 1])
    again = tune(features, mixed["two"], n_trials=2, **settings, time_budget=None, isolate=False)
    assert any("begun on 1 of 5 folds" in note for note in again.notes)
    last = again.study.trials[-1].user_attrs["evaluation"]
    assert len(last["fold_scores"]) == 1


@pytest.mark.slow
def test_a_run_that_goes_on_by_the_same_seed_tries_other_setups(mixed, features):
    settings = {"algorithms": ["decision_tree"], "storage": InMemoryStorage(), **INLINE}
    for n_trials in (8, 12, 16):
        study = tune(features, mixed["two"], n_trials=n_trials, **settings).study
    setups = [tuple(sorted(trial.params.items())) for trial in study.trials]
    assert len(setups) == 16
    assert len(set(setups)) == 16
