"""WarmStartSampler: what the history is worth, and what it must never cost."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
from bowls import (
    assert_all_differ,
    bowl,
    bowl_history,
    bowl_objective,
    random_config,
    run,
    suggest_config,
)
from optuna.samplers import RandomSampler, TPESampler
from optuna.trial import TrialState

from autometa.exceptions import KnowledgeBaseMismatchError, KnowledgeBaseWarning, ParameterError
from autometa.knowledge_base import KnowledgeBase
from autometa.samplers import WarmStartSampler

SUPPORT = Path(__file__).parents[2] / "support"

optuna.logging.set_verbosity(optuna.logging.ERROR)


def test_the_first_trial_is_a_setup_of_the_history_good_on_most_tasks(history):
    study = run(WarmStartSampler(history, seed=0), 1)
    random_scores = [bowl(random_config(np.random.default_rng(i))) for i in range(200)]
    assert any(f'"x": {study.best_params["x"]}' in config for config in history.runs["config"])
    assert study.best_value > np.quantile(random_scores, 0.9)


def test_ten_trials_get_further_than_fifty_of_the_base_sampler_alone(history):
    warm = [run(WarmStartSampler(history, seed=s), 10).best_value for s in range(3)]
    cold = [run(TPESampler(seed=s), 50).best_value for s in range(3)]
    assert np.mean(warm) > np.mean(cold)


@pytest.mark.slow
def test_a_history_with_all_ranks_reversed_does_no_harm_after_forty_trials(reversed_history):
    warm = [run(WarmStartSampler(reversed_history, seed=s), 40).best_value for s in range(4)]
    cold = [run(TPESampler(seed=s, multivariate=True), 40).best_value for s in range(4)]
    assert np.mean(warm) > np.mean(cold) - 0.005


def test_a_minimising_study_goes_the_other_way(history):
    study = optuna.create_study(sampler=WarmStartSampler(history, seed=0))
    study.optimize(lambda trial: -bowl_objective(trial), n_trials=8)
    maximising = run(WarmStartSampler(history, seed=0), 8)
    assert [t.params for t in study.trials] == [t.params for t in maximising.trials]


def test_the_same_seed_gives_the_same_trials(history):
    first, second = (run(WarmStartSampler(history, seed=7), 12) for _ in range(2))
    assert [t.params for t in first.trials] == [t.params for t in second.trials]


def test_no_point_is_tried_twice(history):
    assert_all_differ(run(WarmStartSampler(history, seed=0), 30))


@pytest.mark.parametrize("n_jobs", [2, 4])
def test_parallel_trials_in_threads_differ(history, n_jobs):
    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(history, seed=0))
    study.optimize(bowl_objective, n_trials=16, n_jobs=n_jobs)
    assert_all_differ(study)


def test_trials_asked_for_together_differ_before_any_result(history):
    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(history, seed=0))
    for trial in [study.ask() for _ in range(6)]:
        suggest_config(trial)
    assert_all_differ(study)


def test_a_study_resumed_from_its_storage_goes_on_without_repeats(history, tmp_path):
    url = f"sqlite:///{tmp_path / 'study.db'}"
    for _ in range(2):
        study = optuna.create_study(
            study_name="s", storage=url, load_if_exists=True, direction="maximize",
            sampler=WarmStartSampler(history, seed=0),
        )  # fmt: skip
        study.optimize(bowl_objective, n_trials=6)
    whole = run(WarmStartSampler(history, seed=0), 12)
    assert [t.params for t in study.trials] == [t.params for t in whole.trials]


@pytest.mark.slow
def test_another_process_on_the_same_storage_does_not_repeat_points(history, tmp_path):
    url, folder = f"sqlite:///{tmp_path / 'study.db'}", tmp_path / "kb"
    history.save(folder)
    code = (
        "import optuna, sys; from autometa.knowledge_base import KnowledgeBase;"
        "from autometa.samplers import WarmStartSampler;"
        "from bowls import bowl, suggest_config;"
        f"s = WarmStartSampler(KnowledgeBase.load({str(folder)!r}), seed=0);"
        f"st = optuna.load_study(study_name='s', storage={url!r}, sampler=s);"
        "st.optimize(lambda trial: bowl(suggest_config(trial)), n_trials=5)"
    )
    study = optuna.create_study(
        study_name="s", storage=url, direction="maximize", sampler=WarmStartSampler(history, seed=0)
    )
    here = {**os.environ, "PYTHONPATH": str(SUPPORT)}
    with subprocess.Popen([sys.executable, "-c", code], env=here) as other:
        study.optimize(bowl_objective, n_trials=5)
    assert other.returncode == 0
    assert len(study.trials) == 10
    assert_all_differ(study)


def test_a_pickled_or_copied_sampler_suggests_the_same(history):
    sampler = WarmStartSampler(history, seed=3)
    run(sampler, 2)
    expected = [t.params for t in run(WarmStartSampler(history, seed=3), 5).trials]
    for twin in (pickle.loads(pickle.dumps(sampler)), copy.deepcopy(sampler)):
        assert [t.params for t in run(twin, 5).trials] == expected


def test_reseeding_changes_later_trials_and_reseeds_the_base_sampler(history):
    sampler = WarmStartSampler(history, seed=3, base_sampler=RandomSampler(seed=0))
    sampler.reseed_rng()
    study = run(sampler, 14)
    expected = run(WarmStartSampler(history, seed=3, base_sampler=RandomSampler(seed=0)), 14)
    assert [t.params for t in study.trials] != [t.params for t in expected.trials]


def test_enqueued_values_are_kept_and_the_rest_is_planned_around_them(history):
    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(history, seed=0))
    study.enqueue_trial({"x": 0.9})
    study.optimize(bowl_objective, n_trials=1)
    assert study.trials[0].params["x"] == 0.9
    assert study.trials[0].params["kind"] == "b"


def test_studies_become_the_history_of_a_new_study_without_further_arguments():
    studies = {}
    for i in range(8):
        studies[f"t{i}"] = run(
            RandomSampler(seed=i), 30, lambda t, i=i: bowl(suggest_config(t), 0.25 + i / 60)
        )
    kb = KnowledgeBase.from_studies(studies)
    assert run(WarmStartSampler(kb, seed=0), 5).best_value > -0.02


def two_camps():
    """Half of the tasks want x = 0.1 and have size 0-9, half want 0.8 and have size 20-29."""
    rng = np.random.default_rng(0)
    rows = [
        (f"t{i}", {"x": float(x)}, -abs(x - (0.1 if i < 10 else 0.8)))
        for i in range(20)
        for x in rng.uniform(size=20)
    ]
    runs = pd.DataFrame(rows, columns=["task_id", "config", "score"])
    task_ids = [f"t{i}" for i in range(20)]
    sizes = pd.DataFrame({"size": [float(i if i < 10 else i + 10) for i in range(20)]}, task_ids)
    tasks = pd.DataFrame({"task_id": task_ids, "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, sizes, runs.assign(algorithm="a", metric="m"))


@pytest.mark.parametrize(("size", "wanted"), [(5.0, 0.1), (25.0, 0.8)])
def test_metafeatures_make_the_runs_on_similar_tasks_count(size, wanted):
    sampler = WarmStartSampler(
        two_camps(), metafeatures=pd.Series({"size": size, "other": np.nan}), seed=0
    )
    trial = optuna.create_study(direction="maximize", sampler=sampler).ask()
    assert trial.suggest_float("x", 0, 1) == pytest.approx(wanted, abs=0.1)


def test_metafeatures_that_the_history_lacks_are_warned_of(history):
    with pytest.warns(KnowledgeBaseWarning, match="by 0 meta-features, none of which is among"):
        WarmStartSampler(history, metafeatures={"size": 3.0})


def test_failed_and_pruned_trials_count_as_the_worst_seen(history):
    def objective(trial):
        value = bowl_objective(trial)
        if trial.number == 1:
            raise optuna.TrialPruned
        if trial.number == 2:
            return float("nan")
        return value

    study = run(WarmStartSampler(history, seed=0), 12, objective)
    states = [t.state for t in study.trials]
    assert states[1:3] == [TrialState.PRUNED, TrialState.FAIL]
    assert study.best_value > -0.02


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e150])
def test_scores_of_any_size_are_taken(history, scale):
    def objective(trial):
        value = 1e6 * scale + scale * bowl_objective(trial)
        return float("inf") * (-1 if trial.number == 3 else 1) if trial.number in (3, 4) else value

    study = run(WarmStartSampler(history, seed=0), 15, objective)
    assert_all_differ(study)


def test_many_waiting_and_running_trials_do_not_stop_the_next(history):
    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(history, seed=0))
    study.optimize(bowl_objective, n_trials=3)
    for i in range(100):
        study.enqueue_trial({"x": i / 100})
    open_trials = [study.ask() for _ in range(40)]
    assert {"x", "rate", "kind"} == set(suggest_config(open_trials[-1]))


@pytest.mark.slow
def test_a_study_of_hundreds_of_trials_goes_on(history):
    study = run(WarmStartSampler(history, seed=0, base_sampler=RandomSampler(seed=0)), 1)
    for i in range(300):
        config = random_config(np.random.default_rng(i))
        distributions = study.trials[0].distributions
        study.add_trial(
            optuna.create_trial(params=config, distributions=distributions, value=bowl(config))
        )
    study.optimize(bowl_objective, n_trials=4)
    assert max(t.value for t in study.trials[-4:]) > -0.005


def test_more_startup_trials_come_from_the_history_one_after_the_other(history):
    study = run(WarmStartSampler(history, seed=0, n_startup_trials=4), 4)
    for trial in study.trials:
        assert any(f'"x": {trial.params["x"]}' in config for config in history.runs["config"])


def test_the_history_may_grow_while_samplers_live():
    kb = bowl_history(n_tasks=2)
    run(WarmStartSampler(kb, seed=0), 2)
    better = [{"x": 0.99, "rate": 1e-2, "kind": "a"}, {"x": 0.3, "rate": 1e-2, "kind": "b"}]
    fresh = [f"new{i}" for i in range(30)]
    runs = pd.DataFrame(
        {
            "task_id": np.repeat(fresh, 2),
            "algorithm": "bowl",
            "config": better * 30,
            "metric": "score",
            "score": [1.0, 0.0] * 30,
        }
    )
    kb.add(runs, tasks=pd.DataFrame({"task_id": fresh, "task_type": "binary"}))
    assert run(WarmStartSampler(kb, seed=0), 1).best_params["x"] == 0.99


def test_a_history_in_which_all_runs_tie_is_no_history(history):
    runs = history.runs.assign(score=0.5)
    kb = KnowledgeBase(history.tasks, history.metafeatures, runs)
    study = run(WarmStartSampler(kb, base_sampler=RandomSampler(seed=0)), 5)
    alone = run(RandomSampler(seed=0), 5)
    assert [t.params for t in study.trials] == [t.params for t in alone.trials]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"n_startup_trials": 0}, ParameterError, "must be an int >= 1. Got 0 instead"),
        ({"metric": "f1"}, KnowledgeBaseMismatchError, "no runs with metric 'f1'. It has "),
        ({"algorithm": "svm"}, KnowledgeBaseMismatchError, r"'svm'. It has \['bowl'\]"),
    ],
)
def test_arguments_that_the_history_cannot_serve_are_refused(history, arguments, error, text):
    with pytest.raises(error, match=text):
        WarmStartSampler(history, **arguments)


@pytest.mark.slow
def test_a_history_of_which_half_misleads_is_still_worth_more_than_none(history, reversed_history):
    """Twelve tasks like this one and twelve with all ranks reversed."""
    wrong = reversed_history.runs.assign(task_id="r" + reversed_history.runs["task_id"].astype(str))
    names = "r" + reversed_history.tasks["task_id"]
    both = KnowledgeBase.from_frames(history.tasks, None, history.runs).merge(
        KnowledgeBase.from_frames(
            reversed_history.tasks.assign(task_id=names, family=names), None, wrong
        )
    )
    seeds = range(4)
    warm = [run(WarmStartSampler(both, seed=s), 15).best_value for s in seeds]
    cold = [run(TPESampler(seed=s, multivariate=True), 15).best_value for s in seeds]
    assert np.mean(warm) > np.mean(cold)
