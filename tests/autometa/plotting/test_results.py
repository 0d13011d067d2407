"""Displays of a result show what it predicts for held-out rows; a study is of one algorithm."""

from __future__ import annotations

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

from autometa import tune
from autometa.exceptions import ParameterError
from autometa.tuning.study._of_algorithm import study_of

NAMES = CategoricalDistribution(["knn", "tree"])


def trial(algorithm, value, fidelity=1.0, status="ok"):
    return create_trial(
        state=TrialState.COMPLETE,
        value=value,
        params={"algorithm": algorithm, f"{algorithm}.size": 3},
        distributions={"algorithm": NAMES, f"{algorithm}.size": IntDistribution(1, 9)},
        user_attrs={"evaluation": {"status": status, "fidelity": fidelity, "source": "search"}},
    )


def test_a_study_of_one_algorithm_has_its_own_names_and_no_scores_of_parts():
    study = optuna.create_study(direction="maximize")
    study.add_trials([trial("knn", 0.5), trial("tree", 0.7), trial("tree", 0.9, fidelity=0.3)])
    found = study_of(study, "tree")
    assert [(t.params, t.value, t.user_attrs) for t in found.trials] == [
        ({"size": 3}, 0.7, {"number": 1})
    ]
    assert found.direction == study.direction
    with pytest.raises(ParameterError, match=r"'algorithm' must be .*\['knn', 'tree'\]. Got 'svm'"):
        study_of(study, "svm")


@pytest.mark.slow
def test_displays_of_a_result_are_of_its_held_out_predictions():
    pytest.importorskip("matplotlib")
    from sklearn.datasets import load_breast_cancer
    from sklearn.metrics import roc_auc_score

    from autometa import plotting

    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    y = y.map({0: "sick", 1: "well"})
    options = {"time_budget": None, "n_trials": 2, "isolate": False, "knowledge_base": False}
    result = tune(X, y, random_state=0, pos_label="sick", **options)
    held_out = result.oof_predictions([])
    roc = plotting.RocCurveDisplay.from_result(result)
    assert roc.names == ["'sick'"]
    expected = roc_auc_score(y == "sick", held_out["probability_sick"])
    assert roc_auc_score(roc.y_true[0], roc.y_prob[0]) == pytest.approx(expected)
    counts = plotting.ConfusionMatrixDisplay.from_result(result).counts
    assert counts.sum(axis=1).tolist() == y.value_counts().sort_index().tolist()
    for name, display in plotting.displays_of_result(result):
        assert display.to_png(dpi=40)[1:4] == b"PNG", name
    with pytest.raises(ParameterError, match="ResidualsDisplay is of regression"):
        plotting.ResidualsDisplay.from_result(result)
    some = np.arange(0, len(X), 10)
    worth = plotting.PermutationImportanceDisplay.from_result(
        result, X.iloc[some], y.iloc[some], n=3, n_repeats=2
    )
    assert worth.importances.shape == (3, 2)
    assert worth.importances.mean(axis=1).max() > 0
