"""WarmStartSampler in a search space that is not the history's: names, ranges, choices."""

from __future__ import annotations

import logging

import numpy as np
import optuna
import pandas as pd
from bowls import (
    bowl,
    run,
)
from optuna.samplers import RandomSampler

from autometa.knowledge_base import KnowledgeBase
from autometa.samplers import WarmStartSampler

optuna.logging.set_verbosity(optuna.logging.ERROR)


def test_a_prefix_of_the_algorithm_or_of_a_pipeline_step_does_not_matter(history):
    expected = run(WarmStartSampler(history, seed=0), 4)
    for prefix in ("bowl.", "bowl__", "bowl:", "model__"):

        def objective(trial, prefix=prefix):
            config = {
                "x": trial.suggest_float(f"{prefix}x", 0, 1),
                "rate": trial.suggest_float(f"{prefix}rate", 1e-4, 1, log=True),
                "kind": trial.suggest_categorical(f"{prefix}kind", ["a", "b", "c"]),
            }
            return bowl(config)

        study = run(WarmStartSampler(history, seed=0), 4, objective)
        assert [t.value for t in study.trials] == [t.value for t in expected.trials]


def test_values_are_moved_into_a_narrower_space(history):
    def objective(trial):
        x = trial.suggest_float("x", 0.5, 1)
        rate = trial.suggest_float("rate", 0.1, 1, log=True)
        return bowl({"x": x, "rate": rate, "kind": trial.suggest_categorical("kind", ["a", "b"])})

    study = run(WarmStartSampler(history, seed=0), 6, objective)
    assert study.trials[0].params == {"x": 0.5, "rate": 0.1, "kind": "b"}


def test_a_renamed_and_an_extra_parameter_are_left_to_the_base_sampler(history, caplog):
    def objective(trial):
        extra = trial.suggest_int("extra", 1, 3)
        x = trial.suggest_float("place", 0, 1)
        rate = trial.suggest_float("rate", 1e-4, 1, log=True)
        kind = trial.suggest_categorical("kind", ["a", "b", "c"])
        return bowl({"x": x, "rate": rate, "kind": kind}) + 0.01 * extra

    with caplog.at_level(logging.INFO, logger="autometa.samplers"):
        study = run(WarmStartSampler(history, seed=0), 20, objective)
    assert study.trials[0].params["kind"] == "b"
    assert [r.getMessage() for r in caplog.records] == [
        "The knowledge base has no runs with the parameters ['extra', 'place']: "
        "the base sampler suggests them. It has ['x'], which the study does not ask for: "
        "where a parameter is one of these by another name, say so by 'names'."
    ]
    assert len({t.params["place"] for t in study.trials}) == 20


def test_choices_that_the_history_never_saw_can_still_be_suggested(history):
    def objective(trial):
        kind = trial.suggest_categorical("kind", ["new", "newer"])
        x = trial.suggest_float("x", 0, 1)
        return -((x - 0.3) ** 2) - (kind == "newer")

    study = run(WarmStartSampler(history, seed=0), 20, objective)
    assert {t.params["kind"] for t in study.trials} == {"new", "newer"}
    assert abs(study.trials[0].params["x"] - 0.3) < 0.15


def test_numbers_find_the_nearest_of_numeric_choices(history):
    def objective(trial):
        return bowl(
            {
                "x": trial.suggest_categorical("x", [0.0, 0.25, 0.5, 0.75]),
                "rate": trial.suggest_float("rate", 1e-4, 1, log=True),
                "kind": trial.suggest_categorical("kind", ["c", "b", "a"]),
            }
        )

    study = run(WarmStartSampler(history, seed=0), 3, objective)
    assert study.best_params["x"] == 0.25


def test_a_study_that_shares_no_parameter_is_the_base_samplers_and_says_so(history, caplog):
    def objective(trial):
        return trial.suggest_float("alpha", 0, 1)

    study = run(WarmStartSampler(history, base_sampler=RandomSampler(seed=1)), 15, objective)
    alone = run(RandomSampler(seed=1), 15, objective)
    assert [t.params for t in study.trials] == [t.params for t in alone.trials]
    assert [(r.levelname, "['alpha']" in r.getMessage()) for r in caplog.records] == [
        ("WARNING", True)
    ]


def two_algorithms():
    """Of 'good' and 'bad', each with a hyperparameter of its own and one shared name."""
    rng = np.random.default_rng(0)
    rows = []
    for task in range(6):
        for _ in range(15):
            depth, x = int(rng.integers(1, 30)), float(rng.uniform())
            good = {"depth": depth, "x": x}
            rows.append((f"t{task}", "good", good, 1 - abs(depth - 20) / 30 - abs(x - 0.6)))
            rows.append((f"t{task}", "bad", {"depth": depth, "c": x}, -1 - x))
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "config", "score"])
    tasks = pd.DataFrame({"task_id": sorted(set(runs["task_id"])), "task_type": "regression"})
    return KnowledgeBase.from_frames(tasks, None, runs.assign(metric="r2"))


def several_objective(trial):
    algorithm = trial.suggest_categorical("algorithm", ["bad", "unheard", "good"])
    if algorithm == "good":
        depth = trial.suggest_int("good.depth", 1, 30)
        return 1 - abs(depth - 20) / 30 - abs(trial.suggest_float("good.x", 0, 1) - 0.6)
    if algorithm == "bad":
        trial.suggest_int("bad.depth", 1, 30)
        return -1 - trial.suggest_float("bad.c", 0, 1)
    return -0.5


def test_a_parameter_called_algorithm_chooses_between_the_historys_algorithms():
    study = run(WarmStartSampler(two_algorithms(), seed=0), 30, several_objective)
    assert study.trials[0].params["algorithm"] == "good"
    assert study.trials[0].value > 0.6
    assert study.best_value > 0.95


def test_a_fixed_algorithm_gets_the_best_of_that_algorithm():
    study = optuna.create_study(
        direction="maximize", sampler=WarmStartSampler(two_algorithms(), seed=0)
    )
    study.enqueue_trial({"algorithm": "bad"})
    study.optimize(several_objective, n_trials=1)
    assert study.trials[0].params["bad.c"] < 0.15


def test_a_number_and_its_text_are_two_choices():
    good = {"1": 1.0, "2": 0.5}  # the texts are better than the numbers
    rows = [
        (f"t{task}", "toy", {"kind": kind}, good[str(kind)] - isinstance(kind, int))
        for task in range(4)
        for kind in (1, "1", 2, "2")
    ]
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "config", "score"])
    tasks = pd.DataFrame({"task_id": sorted(set(runs["task_id"])), "task_type": "regression"})
    history = KnowledgeBase.from_frames(tasks, None, runs.assign(metric="r2"))

    def objective(trial):
        kind = trial.suggest_categorical("kind", [1, "1", 2, "2"])
        return good[str(kind)] - isinstance(kind, int)

    study = run(WarmStartSampler(history, algorithm="toy", seed=0), 2, objective)
    assert [trial.params["kind"] for trial in study.trials] == ["1", "2"]
