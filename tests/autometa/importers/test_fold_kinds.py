"""Sources that say how a score was measured fill the kind of folds of their runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.importers import import_history
from autometa.importers._fold_kinds import fold_kind_of, split_of
from autometa.tuning import tune


@pytest.mark.parametrize(
    ("words", "kind", "split"),
    [
        ("crossvalidation", "shuffled", "cross-validation"),
        ("10-fold Crossvalidation", "shuffled", "cross-validation"),
        ("holdout", "shuffled", "holdout"),
        ("holdout_ordered", "time", "holdout"),
        ("33% Holdout set (ordered)", "time", "holdout"),
        ("leaveoneout", "shuffled", "leave-one-out"),
        ("customholdout", "custom", "holdout"),
        ("testthentrain", "time", ""),
        ("stratified 5-fold", "stratified", "cross-validation"),
        ("StratifiedGroupKFold", "group", "cross-validation"),
        ("group-time", "group-time", ""),
        ("", "shuffled", ""),
    ],
)
def test_names_of_procedures_say_their_kind(words, kind, split):
    assert fold_kind_of(words) == kind
    assert split_of(words) == split


def test_a_column_of_a_table_of_runs_says_it(tmp_path):
    path = tmp_path / "runs.csv"
    pd.DataFrame(
        {
            "task_id": "t",
            "algorithm": ["svm", "tree"],
            "accuracy": [0.8, 0.7],
            "estimation_procedure": ["holdout ordered", "10-fold Crossvalidation"],
        }
    ).to_csv(path, index=False)
    runs = import_history(path).knowledge_base.runs
    assert runs.set_index("algorithm")["fold_kind"].to_dict() == {
        "svm": "time", "tree": "shuffled"
    }  # fmt: skip
    assert runs.set_index("algorithm")["split"].to_dict() == {
        "svm": "holdout", "tree": "cross-validation"
    }  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    X = pd.DataFrame({"a": np.arange(60.0), "who": np.arange(60) % 6})
    tuned = tune(
        X, np.arange(60) % 7 * 0.5, groups="who", algorithms=["ridge"], n_trials=1,
        time_budget=None, isolate=False, knowledge_base=False, random_state=0,
        storage=f"sqlite:///{folder}/study.db",
    )  # fmt: skip
    return tuned, folder


def test_a_result_of_tune_and_its_study_say_it(result):
    tuned, folder = result
    tuned.save(folder / "model")
    for source in (tuned, folder / "model", f"sqlite:///{folder}/study.db"):
        kb = import_history(source).knowledge_base
        assert kb.runs["fold_kind"].unique().tolist() == ["group"], source
