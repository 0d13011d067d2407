"""Derived tasks: tables that pass the door, whatever they come from, and the same each time."""

from __future__ import annotations

import re
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autometa.building.generation._derived_steps import STEPS
from autometa.building.generation._derived_tasks import _start, derive_tasks
from autometa.datasets import load_dataset
from autometa.exceptions import DatasetError, ParameterError
from autometa.tables import check_table

SOME = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw):
    """Tables of numbers, categories and gaps with a target of any type, 60 to 200 rows."""
    n_rows = draw(st.integers(60, 200))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    task_type = draw(st.sampled_from(["binary", "multiclass", "regression"]))
    columns = {"first": rng.normal(size=n_rows)}
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["number", "count", "level", "gaps", "constant", "truth"]))
        columns[f"{kind}{number}"] = {
            "number": rng.lognormal(size=n_rows),
            "count": rng.integers(0, 4, n_rows),
            "level": pd.Categorical(rng.choice(["red", "green", "blue"], n_rows)),
            "gaps": np.where(rng.random(n_rows) < 0.5, np.nan, rng.normal(size=n_rows)),
            "constant": np.zeros(n_rows),
            "truth": rng.random(n_rows) < 0.5,
        }[kind]
    value = columns["first"] + rng.normal(size=n_rows)
    cuts = {"binary": [0.6], "multiclass": [0.3, 0.6, 0.8], "regression": []}[task_type]
    y = np.searchsorted(np.quantile(value, cuts), value) if cuts else value
    return check_table(pd.DataFrame(columns), y, task_type, name="parent", target="price")


def same(left, right):
    """Whether two tasks are equal to the last bit."""
    return left.about == right.about and left.frame.equals(right.frame)


@pytest.mark.slow
@SOME
@given(tables(), st.integers(0, 2**31))
def test_every_derived_task_passes_the_door_with_rows_of_each_class(table, seed):
    for task in derive_tasks(table, 4, seed, family="things"):
        checked = task.table
        assert checked.task_type == task.task_type
        assert len(checked.X) >= 40
        assert task.family == "things"
        assert task.parent == "parent"
        assert task.frame.columns[-1] == "price"
        assert all(checked.X[name].nunique() > 1 for name in checked.X)
        if task.task_type == "regression":
            assert len(np.unique(checked.y)) >= 5
        else:
            assert np.bincount(checked.y).min() >= 5


@SOME
@given(tables(), st.integers(0, 2**31))
def test_deriving_leaves_the_parent_as_it_was(table, seed):
    X, y = table.X.copy(deep=True), table.y.copy()
    list(derive_tasks(table, 4, seed))
    pd.testing.assert_frame_equal(table.X, X)
    assert (table.y == y).all()


@SOME
@given(tables(), st.integers(0, 2**31), st.integers(0, 2**31))
def test_a_seed_gives_the_same_tasks_whatever_the_global_generator_does(table, seed, other):
    first = list(derive_tasks(table, 3, seed))
    np.random.seed(other)
    before = np.random.get_state()[1].copy()
    again = list(derive_tasks(table, 5, seed))
    assert all(map(same, first, again[:3]))
    assert (np.random.get_state()[1] == before).all()


def test_seeds_and_parents_differ_in_what_they_give():
    iris, wine = load_dataset("sklearn:iris"), load_dataset("sklearn:wine")

    def chains(table, seed):
        return [task.how for task in derive_tasks(table, 6, seed)]

    assert chains(iris, 0) != chains(iris, 1)
    assert chains(iris, 0) != chains(wine, 0)


def test_names_tell_parent_place_and_chain():
    for place, task in enumerate(derive_tasks(load_dataset("sklearn:iris"), 12)):
        assert re.fullmatch(rf"iris~{place}~[a-z-]+\.\d+(\+[a-z-]+\.\d+){{0,2}}", task.name)
        assert task.name == f"iris~{place}~{task.how}"


@pytest.mark.parametrize("name", ["sklearn:iris", "sklearn:diabetes"])
def test_every_step_is_drawn_sooner_or_later(name):
    table = load_dataset(name)
    steps = {s.partition(".")[0] for t in derive_tasks(table, 150) for s in t.how.split("+")}
    only = {"sklearn:iris": {"binarise", "cut", "warp-target"}, "sklearn:diabetes": set()}[name]
    assert steps == set(STEPS) - only


def test_larger_tables_are_sampled_down_first():
    table = load_dataset("sklearn:breast_cancer")
    for task in derive_tasks(table, 10, max_rows=100):
        assert task.how.startswith("rows.100")
        assert len(task.X) <= 100


def test_binarised_and_cut_targets_hold_the_share_their_name_says():
    draft = _start(load_dataset("sklearn:diabetes"))
    for seed in range(5):
        halves, percent = STEPS["binarise"].change(draft, np.random.default_rng(seed))
        assert np.mean(halves.y == "low") == pytest.approx(percent / 100, abs=0.02)
        parts, n_classes = STEPS["cut"].change(draft, np.random.default_rng(seed))
        assert len(parts.classes) == n_classes


def test_columns_keep_one_that_a_small_tree_uses():
    rng = np.random.default_rng(0)
    useful = rng.normal(size=300)
    noise = {f"noise{i}": rng.normal(size=300) for i in range(30)}
    table = check_table(pd.DataFrame({"useful": useful} | noise), useful > 0)
    kept = [
        "useful" in STEPS["columns"].change(_start(table), np.random.default_rng(seed))[0].X
        for seed in range(40)
    ]
    assert np.mean(kept) > 0.9  # a tenth of the columns would hold it as often as not


def test_label_noise_changes_as_many_labels_as_its_name_says():
    draft = _start(load_dataset("sklearn:breast_cancer"))
    noisy, percent = STEPS["label-noise"].change(draft, np.random.default_rng(1))
    swapped = np.mean(noisy.y != draft.y)
    by_chance = 2 * np.mean(draft.y == "0") * np.mean(draft.y == "1")  # a swap changes nothing else
    assert swapped == pytest.approx(percent / 100 * by_chance, abs=0.03)


def test_increasing_functions_keep_the_order_of_every_column():
    draft = _start(load_dataset("sklearn:wine"))
    bent, _ = STEPS["warp"].change(draft, np.random.default_rng(0))
    for name in draft.X:
        assert bent.X[name].corr(draft.X[name], method="spearman") == pytest.approx(1.0)
    assert not bent.X.equals(draft.X)


def test_merged_classes_stay_together():
    draft = _start(load_dataset("sklearn:digits"))
    merged, n_groups = STEPS["merge"].change(draft, np.random.default_rng(0))
    assert len(merged.classes) == n_groups
    assert (pd.Series(merged.y).groupby(draft.y).nunique() == 1).all()


def test_a_column_named_as_the_target_does_not_leak_it():
    frame = pd.DataFrame({"a": np.arange(60.0), "price": np.arange(60.0) % 7})
    table = check_table(frame, np.arange(60.0), "regression", name="t", target="price")
    for task in derive_tasks(table, 8):
        assert list(task.frame.columns).count("price") == 1
        assert not task.X.columns.str.fullmatch("price").any()


def test_a_table_too_small_is_refused():
    table = check_table(pd.DataFrame({"a": np.arange(39.0)}), np.arange(39.0) / 2, name="tiny")
    with pytest.raises(DatasetError, match="derived from 'tiny': it has fewer than 40 rows"):
        next(derive_tasks(table, 1))


def test_too_few_rows_to_sample_down_to_are_refused():
    with pytest.raises(ParameterError, match=r"'max_rows' must be at least 40, or None\. Got 39"):
        next(derive_tasks(load_dataset("sklearn:iris"), 1, max_rows=39))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::autometa.exceptions.DatasetWarning")  # real tables
def test_shared_tables_give_tasks_that_pass_the_door(shared):
    """One of four: they are of many kinds, in the order of their names."""
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv").iloc[::4]
    for row in manifest.itertuples():
        path = shared / "datasets" / f"{row.name}.parquet"
        table = load_dataset(str(path), row.target, task_type=row.task_type)
        for task in derive_tasks(table, 2, zlib.crc32(row.name.encode()), max_rows=500):
            assert task.table.task_type == task.task_type
