"""From fitted members to a pipeline, and the model that is there in a moment."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import VotingClassifier, VotingRegressor

from autometa.algorithms import TableCleaner, get_algorithm
from autometa.tables import check_table
from autometa.tuning.final_model._assemble import Member, assemble, fit_fallback, some_rows


def parts(features, y):
    table = check_table(features, y)
    cleaner = TableCleaner()
    return table, cleaner, cleaner.fit_transform(table.X)


def members(table, cleaned, names, weights):
    pipelines = [get_algorithm(n).build({}, table.task_type)[1:] for n in names]
    return [
        Member(name=name, model=pipeline.fit(cleaned, table.y), weight=weight)
        for name, pipeline, weight in zip(names, pipelines, weights, strict=True)
    ]


def test_the_vote_is_what_scikit_learn_would_have_fitted(mixed, features):
    table, cleaner, cleaned = parts(features, mixed["labels"])
    made = members(table, cleaned, ["naive_bayes", "decision_tree"], [0.7, 0.3])
    ours = assemble(cleaner, made, table)
    unfitted = [
        (name, get_algorithm(name).build({}, table.task_type)[1:])
        for name in ("naive_bayes", "decision_tree")
    ]
    theirs = VotingClassifier(unfitted, voting="soft", weights=[0.7, 0.3])
    theirs.fit(cleaned, mixed["labels"])
    np.testing.assert_array_equal(ours.predict(features), theirs.predict(cleaned))
    np.testing.assert_allclose(ours.predict_proba(features), theirs.predict_proba(cleaned))
    assert vars(ours[-1]).keys() - {"levels_"} == vars(theirs).keys()


def test_a_regression_vote_is_a_weighted_mean(mixed, features):
    table, cleaner, cleaned = parts(features, mixed["number"])
    made = members(table, cleaned, ["ridge", "decision_tree"], [0.75, 0.25])
    pipeline = assemble(cleaner, made, table)
    assert isinstance(pipeline[-1], VotingRegressor)
    one, two = (member.model.predict(cleaned) for member in made)
    np.testing.assert_allclose(pipeline.predict(features), 0.75 * one + 0.25 * two)


def test_a_single_regressor_predicts_what_it_does_alone(mixed, features):
    table, cleaner, cleaned = parts(features, mixed["number"])
    (alone,) = members(table, cleaned, ["ridge"], [1.0])
    pipeline = assemble(cleaner, [alone], table)
    assert [name for name, _ in pipeline.steps] == ["clean", "model"]
    np.testing.assert_array_equal(pipeline.predict(features), alone.model.predict(cleaned))


@pytest.mark.parametrize("target", ["two", "labels", "number"])
def test_the_fallback_is_a_model_for_every_task(mixed, features, target):
    table, _, _ = parts(features, mixed[target])
    pipeline, _ = fit_fallback(table, seed=0)
    predicted = pipeline.predict(features)
    assert len(predicted) == len(features)
    if table.n_classes:
        assert pipeline.predict_proba(features).shape == (len(features), table.n_classes)


def test_the_fallback_knows_every_class_however_rare():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30_000, 3))
    y = np.zeros(30_000, dtype=int)
    y[:2] = [1, 2]
    table, _, _ = parts(X, y)
    assert fit_fallback(table, seed=0)[0].predict_proba(X[:5]).shape == (5, 3)


def test_the_fallback_finds_a_column_that_varies_in_few_rows():
    X = pd.DataFrame({"a": np.zeros(20_000)})
    X.loc[7, "a"] = 1.0
    table = check_table(X, np.arange(20_000) % 2)
    assert fit_fallback(table, seed=0)[0].predict(X[:3]).shape == (3,)


def test_the_fallback_looks_at_few_cells_of_a_wide_table():
    X = np.random.default_rng(0).normal(size=(400, 12_000))
    table = check_table(X, np.arange(400) % 2)
    assert len(some_rows(table, 0)) < 200


@pytest.mark.parametrize(("n_words", "expected"), [(1, 2_000), (200, 400)])
def test_the_fallback_looks_at_fewer_rows_of_long_text(n_words, expected):
    X = pd.DataFrame({"t": [f"word{i} " * n_words for i in range(5_000)]})
    table = check_table(X, np.arange(5_000) % 2)
    assert abs(len(some_rows(table, 0)) - expected) < 0.6 * expected
