"""What a fold measured reaches the runs of a knowledge base by one name."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import pytest
from sklearn.datasets import load_iris

from autometa import KnowledgeBase, tune
from autometa.building import build_knowledge_base
from autometa.evaluation import COSTS, Costs, costs_of_trial, mean_costs, split_of_study
from autometa.importers import read_optuna
from autometa.knowledge_base._schema import RUN_COLUMNS, RUN_DEFAULTS


@dataclass(frozen=True, kw_only=True)
class Measured(Costs):
    rest: str = ""


def test_every_cost_is_a_detail_of_a_run_that_repeats_by_metric():
    for name in COSTS:
        column = RUN_COLUMNS[name]
        assert (column.is_number, column.role, column.by_metric) == (True, "detail", False)
        assert isnan(column.default)


def test_costs_are_the_fields_of_costs_and_their_mean_over_folds():
    parts = [Measured(fit_seconds=s, predict_seconds=2 * s, rest="x") for s in (1.0, 2.0, 6.0)]
    assert parts[0].costs == {"fit_seconds": 1.0, "predict_seconds": 2.0}
    assert mean_costs(parts) == {"fit_seconds": 3.0, "predict_seconds": 6.0}


@pytest.mark.parametrize(("stored", "read"), [(0.5, 0.5), (2, 2.0), ("fast", nan), (None, nan)])
def test_a_stored_cost_that_is_no_number_is_unknown(stored, read):
    costs = costs_of_trial({"fit_seconds": stored, "scores": {}})
    assert list(costs) == list(COSTS)
    assert costs["fit_seconds"] == pytest.approx(read, nan_ok=True)


@pytest.mark.parametrize(
    ("folds", "split", "n_folds", "predict_seconds"),
    [
        ([5, 5], "cross-validation", 5.0, 0.25),
        ([5, 3], "cross-validation", 3.0, nan),  # some rows are never held out
        ([5, 1], "holdout", 1.0, nan),
        (None, "", nan, nan),
        ("five", "", nan, nan),
        ([5, "all"], "", nan, nan),
        ([0, 0], "", nan, nan),
    ],
)
def test_a_study_says_how_its_trials_were_scored(folds, split, n_folds, predict_seconds):
    about = {"folds": folds, "fold_seed": 7}
    said = split_of_study(about)
    assert (said["split"], said["n_folds"]) == (split, pytest.approx(n_folds, nan_ok=True))
    assert said["split_seed"] == pytest.approx(7.0 if split else nan, nan_ok=True)
    costs = costs_of_trial({"predict_seconds": 0.25}, about)
    assert costs["predict_seconds"] == pytest.approx(predict_seconds, nan_ok=True)
    by_time = costs_of_trial({"predict_seconds": 0.25}, about | {"validation": {"kind": "time"}})
    assert isnan(by_time["predict_seconds"])  # the first rows are never held out


def test_tune_keeps_every_cost_with_its_trials_and_runs():
    X, y = load_iris(return_X_y=True, as_frame=True)
    result = tune(
        X, y, algorithms=["decision_tree"], knowledge_base=False, isolate=False,
        time_budget=None, n_trials=2, random_state=0,
    )  # fmt: skip
    for trial in result.study.trials:
        assert all(trial.user_attrs["evaluation"][name] > 0 for name in COSTS)
    runs, imported = result.runs(), read_optuna(result.study).knowledge_base.runs
    assert list(runs) == list(RUN_DEFAULTS)
    for name in (*COSTS, "n_folds", "split_seed"):
        assert (runs[name] > 0).all()
        assert sorted(imported[name]) == pytest.approx(sorted(runs[name]))
    assert set(runs["split"]) == set(imported["split"]) == {"cross-validation"}
    kb = KnowledgeBase.from_frames(result.task.to_frame(), None, runs)
    assert kb.add(result.study).n_scores == len(runs)  # each door says the same of a run


@pytest.mark.slow
def test_a_build_keeps_every_cost_with_its_runs(tmp_path):
    X, _ = load_iris(return_X_y=True, as_frame=True)
    folder = tmp_path / "tables"
    folder.mkdir()
    X.round(1).to_csv(folder / "iris.csv", index=False)
    line = f"iris,regression,{X.columns[-1]},iris.csv"
    (folder / "manifest.csv").write_text(f"name,task_type,target,file\n{line}\n")
    build_knowledge_base(folder, tmp_path / "kb", algorithms=["decision_tree"])
    runs = KnowledgeBase.load(tmp_path / "kb").runs
    assert len(runs)
    for name in COSTS:
        assert (runs.loc[runs["status"] == "ok", name] > 0).all()
