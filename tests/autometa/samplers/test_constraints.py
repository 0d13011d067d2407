"""What violates a constraint is kept as such: never advised, and never the best."""

from __future__ import annotations

import json
import warnings

import optuna
import pytest
from optuna.samplers import RandomSampler, TPESampler

from autometa import KnowledgeBase, MetaModel, WarmStartSampler, tune
from autometa.importers import read_optuna
from autometa.knowledge_base import add_to

optuna.logging.set_verbosity(optuna.logging.ERROR)
N_TRIALS = 40  # of [-10, 10], of which a quarter is feasible


def too_small(x):
    """The constraint 5 - x <= 0 of a study that minimises x: its optimum is 5."""
    return 5.0 - x


def by_trial(trial):
    x = trial.suggest_float("x", -10, 10)
    trial.set_constraint("too_small", too_small(x))
    return x


def by_sampler(trial):
    return trial.suggest_float("x", -10, 10)


def constrained(constraints_func):
    """Return a sampler with a ``constraints_func``, which Optuna 5 still takes with a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TPESampler(seed=0, n_startup_trials=N_TRIALS, constraints_func=constraints_func)


@pytest.fixture(scope="module", params=["set_constraint", "constraints_func"])
def study(request):
    """A study whose constraint comes from the trial, and one where it comes from the sampler."""
    by_func = request.param == "constraints_func"
    sampler = constrained(lambda t: (too_small(t.params["x"]),)) if by_func else RandomSampler(0)
    study = optuna.create_study(study_name="past", sampler=sampler)
    study.optimize(by_sampler if by_func else by_trial, n_trials=N_TRIALS)
    return study


def x_of(config):
    return (json.loads(config) if isinstance(config, str) else config)["x"]


def test_trials_that_violate_a_constraint_are_runs_of_status_infeasible(study):
    imported = read_optuna(study)
    runs = imported.knowledge_base.runs
    assert len(runs) == N_TRIALS
    feasible = runs["config"].map(x_of) >= 5
    assert 0 < feasible.sum() < N_TRIALS
    assert (runs["status"] == "ok").tolist() == feasible.tolist()
    assert set(runs.loc[~feasible, "status"]) == {"infeasible"}
    assert runs.loc[~feasible, "score"].isna().all()
    first = runs[~feasible].iloc[0]
    assert f"The objective was {x_of(first['config']):g}." in first["message"]
    n_broken = int((~feasible).sum())
    assert any(f"{n_broken} trials of study 'past' violate" in note for note in imported.notes)


def test_a_new_study_is_started_from_the_best_feasible_trial(study):
    kb = KnowledgeBase.from_studies({"past": study})
    best = min(t.params["x"] for t in study.trials if t.params["x"] >= 5)
    new = optuna.create_study(sampler=WarmStartSampler(kb, seed=0))
    new.optimize(by_trial, n_trials=5)
    assert new.trials[0].params["x"] == pytest.approx(best)
    assert 5 <= new.best_value < best  # Optuna counts the feasible ones


def test_infeasible_setups_are_never_advised(study):
    model = MetaModel().fit(KnowledgeBase.from_studies({"past": study}))
    advice = model.recommend(None, n=N_TRIALS)
    assert len(advice) == sum(t.params["x"] >= 5 for t in study.trials)
    assert min(one.config["x"] for one in advice) == advice[0].config["x"] >= 5


def test_a_folder_keeps_what_is_infeasible(study, tmp_path):
    kb = read_optuna(study).knowledge_base
    add_to(tmp_path / "kb", kb, "past")
    stored = KnowledgeBase.load(tmp_path / "kb").runs
    assert stored["status"].value_counts().to_dict() == kb.runs["status"].value_counts().to_dict()


def test_trials_of_the_study_itself_that_violate_are_worse_than_any_other(study):
    """Without a history of x, the first feasible region is not left for smaller values."""
    kb = KnowledgeBase.from_studies({"past": study})
    new = optuna.create_study(sampler=WarmStartSampler(kb, seed=0, n_startup_trials=1))
    for x in (-9.0, -5.0, 0.0, 3.0, 6.0, 9.0):
        new.enqueue_trial({"x": x})
    new.optimize(by_trial, n_trials=6)
    assert new.ask().suggest_float("x", -10, 10) >= 4


def test_tune_never_chooses_what_its_sampler_calls_infeasible():
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True, as_frame=True)
    forbidden = "naive_bayes"
    result = tune(
        X,
        y,
        time_budget=None,
        n_trials=3,
        algorithms=["naive_bayes", "decision_tree"],
        sampler=constrained(lambda t: (1.0 if t.params["algorithm"] == forbidden else -1.0,)),
        knowledge_base=False,
        isolate=False,
        random_state=0,
    )
    board = result.leaderboard()
    broken = board[board["algorithm"] == forbidden]
    assert broken["status"].tolist() == ["infeasible"] * len(broken) != []
    assert broken["score"].isna().all()
    assert (broken["weight"] == 0).all()
    assert board["algorithm"].iloc[0] == "decision_tree"
    assert result.study.best_trial.params["algorithm"] == "decision_tree"
    runs = result.runs()
    assert set(runs.loc[runs["algorithm"] == forbidden, "status"]) == {"infeasible"}
