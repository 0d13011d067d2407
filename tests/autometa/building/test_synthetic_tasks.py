"""Synthetic tasks: tables out of random causal models, with something in them to learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

from autometa.building.generation._generated_task import encoded
from autometa.building.generation._synthetic_models import MIXTURES, STRUCTURES, draw_model
from autometa.building.generation._synthetic_tasks import synthesise_tasks
from autometa.exceptions import ParameterError

SOME = settings(max_examples=8, deadline=None)


@SOME
@given(st.integers(0, 2**31), st.integers(60, 400), st.integers(2, 30))
def test_every_synthetic_task_passes_the_door_with_rows_of_each_class(seed, max_rows, max_columns):
    for task in synthesise_tasks(3, seed, max_rows=max_rows, max_columns=max_columns):
        checked = task.table
        assert checked.task_type == task.task_type
        assert 40 <= len(checked.X) <= max_rows
        assert 1 <= checked.X.shape[1] <= max_columns
        assert all(checked.X[name].nunique() > 1 for name in checked.X)
        assert task.family == task.name
        assert task.parent == ""
        if task.task_type == "regression":
            assert len(np.unique(checked.y)) >= 5
        else:
            assert np.bincount(checked.y).min() >= 5


@pytest.mark.slow
@SOME
@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_a_seed_gives_the_same_tasks_whatever_the_global_generator_does(seed, other):
    first = list(synthesise_tasks(2, seed, max_rows=150))
    np.random.seed(other)
    before = np.random.get_state()[1].copy()
    again = list(synthesise_tasks(3, seed, max_rows=150))
    assert all(
        a.about == b.about and a.frame.equals(b.frame)
        for a, b in zip(first, again[:2], strict=True)
    )
    assert (np.random.get_state()[1] == before).all()


def test_types_take_turns_and_every_family_is_its_own():
    tasks = list(synthesise_tasks(9, max_rows=100))
    assert [task.task_type for task in tasks] == ["binary", "multiclass", "regression"] * 3
    assert len({task.family for task in tasks}) == 9
    assert [task.name for task in tasks] == [f"synthetic-0-{number}" for number in range(9)]


@pytest.mark.slow
def test_models_of_every_structure_and_mixture_of_mechanisms_are_drawn():
    hows = {task.how for task in synthesise_tasks(24, max_rows=100)}
    assert {how.partition(".")[0] for how in hows} == set(STRUCTURES)
    assert {how.partition("+")[2] for how in hows} == set(MIXTURES)


@pytest.mark.slow
def test_some_tables_have_categories_and_some_have_gaps():
    tasks = list(synthesise_tasks(20, max_rows=100))
    with_categories = [task for task in tasks if "category" in map(str, task.X.dtypes)]
    with_gaps = [task for task in tasks if task.X.isna().to_numpy().any()]
    assert 2 <= len(with_categories) <= 18
    assert 1 <= len(with_gaps) <= 14


@pytest.mark.parametrize("seed", range(20))
def test_nodes_are_even_and_follow_from_nodes_before_them(seed):
    model = draw_model(200, 15, np.random.default_rng(seed))
    assert np.isfinite(model.values).all()
    assert np.abs(model.values).max() <= 10
    np.testing.assert_allclose(model.values.mean(axis=0), 0.0, atol=0.3)
    assert all(parent < node for node, own in enumerate(model.parents) for parent in own)
    assert len(model.parents) == 15


@pytest.mark.slow
def test_a_classifier_does_better_than_chance_on_most():
    better = []
    for task in synthesise_tasks(24, 1, max_rows=150):
        if task.task_type == "binary":
            model = RandomForestClassifier(20, random_state=0)
            auc = cross_val_score(model, encoded(task.X), task.y, cv=3, scoring="roc_auc").mean()
            better.append(auc > 0.55)
    assert np.mean(better) >= 0.8


@pytest.mark.parametrize("sizes", [{"max_rows": 39}, {"max_columns": 1}])
def test_sizes_too_small_are_refused(sizes):
    with pytest.raises(ParameterError, match="'max_rows' must be at least 40 and 'max_columns'"):
        next(synthesise_tasks(1, **sizes))
