"""What docs/warm-start.md says of spaces that are not those of the past runs."""

from __future__ import annotations

import math
import zlib

import optuna
import pandas as pd
import pytest

from autometa import KnowledgeBase, WarmStartSampler


@pytest.fixture(scope="module")
def history():
    configs = [{"k": 1, "w": None}, {"k": 7, "w": "x"}, {"k": 50, "w": None}, {"k": 9, "w": "x"}]
    runs = pd.DataFrame(
        {
            "task_id": ["a"] * 4 + ["b"] * 4,
            "algorithm": "knn",
            "metric": "accuracy",
            "config": configs * 2,
            "score": [0.7, 0.9, 0.8, 0.85] * 2,
        }
    )
    tasks = pd.DataFrame({"task_id": ["a", "b"], "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, None, runs)


def suggested(history, ask, n_trials=12):
    """Return the values of a parameter in each trial; the objective is a matter of chance."""
    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(history, seed=0))
    study.optimize(lambda trial: -(zlib.crc32(str(ask(trial)).encode()) % 7), n_trials=n_trials)
    return [next(iter(trial.params.values())) for trial in study.trials]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the base sampler, beyond 2^53
def test_a_wider_range_is_searched_beyond_the_past_one(history):
    values = suggested(history, lambda trial: trial.suggest_int("k", 1, 2**62), 20)
    assert values[0] == 7  # the best of the past
    assert max(values) > 50
    assert all(isinstance(value, int) and 1 <= value <= 2**62 for value in values)


@pytest.mark.parametrize(("low", "high", "first"), [(100, 500, 100), (3, 5, 5), (7, 7, 7)])
def test_a_range_elsewhere_begins_at_its_nearest_end(history, low, high, first):
    values = suggested(history, lambda trial: trial.suggest_int("k", low, high))
    assert values[0] == first
    assert len(set(values)) == min(12, high - low + 1)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the base sampler, beyond 2^53
def test_integers_that_floats_cannot_tell_apart_are_within_their_range(history):
    middle = 2**53
    values = suggested(history, lambda t: t.suggest_int("k", middle - 5, middle + 5))
    assert all(isinstance(value, int) and abs(value - middle) <= 5 for value in values)
    assert len(set(values)) > 3


def test_steps_are_kept_and_ends_can_be_suggested(history):
    values = suggested(history, lambda trial: trial.suggest_int("k", 2, 62, step=12), 30)
    assert set(values) == {2, 14, 26, 38, 50, 62}
    floats = suggested(history, lambda trial: trial.suggest_float("k", 0.1, 0.7, step=0.2), 30)
    assert {round(value, 9) for value in floats} == {0.1, 0.3, 0.5, 0.7}


def test_both_ends_of_an_integer_on_a_logarithmic_scale_are_as_likely_as_their_neighbours():
    """Where nothing is known, as the base sampler has it: ends are not cut to half a step."""
    runs = pd.DataFrame(
        {
            "task_id": [f"t{i}" for i in range(40) for _ in range(8)],
            "algorithm": "a",
            "metric": "accuracy",
            "config": [{"k": 2**j} for _ in range(40) for j in range(8)],
            "score": [(i * 7 + j * 3) % 8 / 8 for i in range(40) for j in range(8)],
        }
    )
    tasks = pd.DataFrame({"task_id": [f"t{i}" for i in range(40)], "task_type": "binary"})
    history = KnowledgeBase.from_frames(tasks, None, runs)
    values = [
        value
        for seed in range(6)
        for value in _values(history, seed, lambda trial: trial.suggest_int("k", 1, 8, log=True))
    ]
    counts = pd.Series(values).value_counts().reindex(range(1, 9), fill_value=0)
    assert counts.min() >= 1
    assert counts[1] >= counts[2] / 3
    assert counts[8] >= counts[7] / 3


def _values(history, seed, ask):
    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(history, seed=seed))
    study.optimize(lambda trial: (trial.number * 5 + ask(trial) * 3) % 7, n_trials=20)
    return [trial.params["k"] for trial in study.trials]


def test_none_is_a_choice_and_nan_is_the_base_samplers(history):
    choices = [None, "x", math.nan]
    values = suggested(history, lambda trial: trial.suggest_categorical("w", choices), 30)
    assert values[0] == "x"
    assert None in values
    assert any(value is not None and value != "x" for value in values)  # NaN


def test_numbers_as_text_mean_the_numbers(history):
    values = suggested(history, lambda trial: trial.suggest_categorical("k", ["1", "7", "60"]))
    assert values[0] == "7"
    assert set(values) == {"1", "7", "60"}


def test_several_objectives_are_left_to_the_base_sampler(history, caplog):
    study = optuna.create_study(
        directions=["maximize", "minimize"], sampler=WarmStartSampler(history, seed=0)
    )
    study.optimize(lambda trial: (trial.suggest_int("k", 1, 60), 0.0), n_trials=3)
    assert "several objectives are left to the base sampler" in caplog.text
