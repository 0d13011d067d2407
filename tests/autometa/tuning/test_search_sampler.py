"""The sampler of `tune`: every good algorithm has its share, each is searched by its own trials."""

from __future__ import annotations

from collections import Counter

import numpy as np
import optuna
import pytest

from autometa.tuning.scheduling._sampler import search_sampler

SPACES = ("best", "second", "third")  # by what their setups reach at most
TOP = {"best": 1.0, "second": 0.9, "third": 0.8}


def ask(study):
    trial = study.ask()
    algorithm = trial.suggest_categorical("algorithm", SPACES)
    x = trial.suggest_float(f"{algorithm}.x", 0.0, 1.0)
    if algorithm == "third":
        trial.suggest_categorical("third.kind", ("a", "b"))
    return trial, algorithm, x


def searched(seed, n_trials=120):
    """The algorithms and values of a study whose scores fall off around .3."""
    study = optuna.create_study(direction="maximize", sampler=search_sampler(seed))
    for algorithm in SPACES:
        for x in (0.1, 0.9):
            study.enqueue_trial({"algorithm": algorithm, f"{algorithm}.x": x})
    found = []
    for _ in range(n_trials):
        trial, algorithm, x = ask(study)
        study.tell(trial, TOP[algorithm] - abs(x - 0.3))
        found.append((algorithm, x))
    return found[6:]


@pytest.fixture(scope="module")
def found():
    return searched(0)


def test_algorithms_are_drawn_by_their_ranks(found):
    counts = Counter(algorithm for algorithm, _ in found)
    shares = np.array([counts[name] for name in SPACES]) / len(found)
    expected = np.array([6, 3, 2]) / 11  # 1, 1/2 and 1/3 of their sum
    assert np.abs(shares - expected).max() < 3 * np.sqrt(0.25 / len(found))


def test_each_is_searched_around_the_best_of_its_own_trials(found):
    for name in SPACES:
        distances = [abs(x - 0.3) for algorithm, x in found if algorithm == name]
        assert np.mean(distances[len(distances) // 2 :]) < 0.15  # drawn at random: .29


def test_a_seed_gives_the_same_proposals(found):
    assert searched(0) == found
    assert searched(1) != found


def test_failed_and_unknown_algorithms_are_drawn_last_and_at_random():
    study = optuna.create_study(direction="maximize", sampler=search_sampler(0))
    study.enqueue_trial({"algorithm": "best", "best.x": 0.5})
    trial, *_ = ask(study)
    study.tell(trial, state=optuna.trial.TrialState.FAIL)
    study.enqueue_trial({"algorithm": "second", "second.x": 0.5})
    trial, *_ = ask(study)
    study.tell(trial, 0.1)
    counts = Counter(ask(study)[1] for _ in range(60))
    assert counts.most_common(1)[0][0] == "second"
    assert set(counts) == set(SPACES)
