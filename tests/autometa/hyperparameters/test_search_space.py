"""Ranges narrowed to a table, for Optuna and for scikit-learn."""

from __future__ import annotations

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline

from autometa import KnowledgeBase, search_space
from autometa.algorithms import get_algorithm
from autometa.exceptions import AlgorithmNotFoundError, ParameterError
from autometa.hyperparameters._search_space import _around

X, Y = load_iris(return_X_y=True)


def history(n_tasks):
    """On all tasks alike, a learning rate of 0.084 and many leaves are best."""
    rates, leaves = np.geomspace(0.01, 0.3, 9), [4, 8, 16, 32, 64, 100, 128, 160, 190]
    rows = [
        {
            "task_id": f"t{task}",
            "algorithm": "lightgbm",
            "config": {"learning_rate": rate, "num_leaves": leaf},
            "metric": "neg_log_loss",
            "score": -1 - abs(np.log(rate / 0.1)) + leaf / 1000,
        }
        for task in range(n_tasks)
        for rate in rates
        for leaf in leaves
    ]
    tasks = pd.DataFrame({"task_id": [f"t{i}" for i in range(n_tasks)], "task_type": "multiclass"})
    return KnowledgeBase.from_frames(tasks, None, pd.DataFrame(rows))


def test_the_box_is_around_the_best_setups_and_within_the_whole_space():
    space = search_space("lightgbm", X, Y, knowledge_base=history(12))
    whole = get_algorithm("lightgbm").space("multiclass")
    rate, leaves = space["learning_rate"], space["num_leaves"]
    assert 0.05 < rate.low < 0.084 < rate.high < 0.13
    assert leaves.low > 100
    assert leaves.high <= whole["num_leaves"].high
    assert space["subsample"] == whole["subsample"]  # which no run varied


def test_few_tasks_leave_nothing_out():
    space = search_space("lightgbm", X, Y, knowledge_base=history(9))
    assert space == get_algorithm("lightgbm").space("multiclass")


@pytest.mark.parametrize("algorithm", ["lightgbm", "random_forest", "svm", "mlp"])
def test_every_distribution_of_the_bundled_base_lies_within_the_whole(algorithm):
    space = search_space(algorithm, X, Y)
    whole = get_algorithm(algorithm).space("multiclass")
    assert set(space) <= set(whole)
    assert "numbers" not in space  # of the encoding, not of the estimator
    for name, distribution in space.items():
        if isinstance(distribution, CategoricalDistribution):
            assert set(distribution.choices) <= set(whole[name].choices)
            continue
        assert whole[name].low <= distribution.low <= distribution.high <= whole[name].high
        assert distribution.log == whole[name].log


def test_optuna_and_scikit_learn_draw_from_it():
    trial = optuna.create_study().ask(search_space("random_forest", X, Y))
    RandomForestClassifier(**trial.params | {"n_estimators": 2}).fit(X, Y)
    space = search_space("random_forest", X, Y, style="sklearn", prefix="randomforestclassifier__")
    pipeline = make_pipeline(RandomForestClassifier(n_estimators=2))
    space.pop("randomforestclassifier__n_estimators")
    search = RandomizedSearchCV(pipeline, space, n_iter=3, cv=2, random_state=0).fit(X, Y)
    assert search.best_params_.keys() == space.keys()


def test_values_at_the_ends_are_as_likely_as_others():
    for style in (FloatDistribution(0.5, 1.0), IntDistribution(1, 4)):
        assert _around(style, [style.low, style.high] * 20, np.ones(40)) == style
    kept = _around(CategoricalDistribution(["a", "b", None]), ["a"] * 30 + [None] * 3, np.ones(33))
    assert kept.choices == ("a", None)


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"algorithm": "nothing"}, AlgorithmNotFoundError, "nothing"),
        ({"algorithm": "ridge"}, ParameterError, "'ridge' cannot solve multiclass tasks"),
        ({"style": "scipy"}, ParameterError, r"'style' must be one of \['optuna', 'sklearn'\]"),
        ({"knowledge_base": False}, ParameterError, "needs a knowledge base"),
    ],
)
def test_what_cannot_be_answered_is_refused(words, error, said):
    with pytest.raises(error, match=said):
        search_space(**{"algorithm": "lightgbm", "X": X, "y": Y} | words)
