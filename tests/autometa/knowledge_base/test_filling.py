"""What is fetched or described again gets in where it was unknown, and else it is said."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import add_to, compact, merge_folders, verify
from autometa.knowledge_base._filling import additions, combined

RUN = {"task_id": ["t"], "algorithm": "knn", "config": "{}", "metric": "accuracy", "score": 0.9}


def base(features=None, task=None, **run):
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": "binary", **(task or {})})
    runs = pd.DataFrame({**RUN, "source": "openml:run/1", **run})
    described = None if features is None else pd.DataFrame(features, index=["t"])
    return KnowledgeBase.from_frames(tasks, described, runs)


def by_saving(tmp_path, *kbs):
    for kb in kbs:
        kb.save(tmp_path / "kb", if_exists="append")
    return KnowledgeBase.load(tmp_path / "kb")


def by_adding(tmp_path, *kbs):
    for kb in kbs:
        add_to(tmp_path / "kb", kb, "mine")
    return KnowledgeBase.load(tmp_path / "kb")


def by_merging_folders(tmp_path, *kbs):
    folders = [tmp_path / str(i) for i in range(len(kbs))]
    for folder, kb in zip(folders, kbs, strict=True):
        kb.save(folder, if_exists="append")
    merge_folders(folders, tmp_path / "kb")
    return KnowledgeBase.load(tmp_path / "kb")


def by_merging(tmp_path, first, *others):
    for other in others:
        first.merge(other)
    return first


def by_compacting(tmp_path, *kbs):
    by_saving(tmp_path, *kbs)
    compact(tmp_path / "kb")
    return KnowledgeBase.load(tmp_path / "kb")


WAYS = [by_saving, by_adding, by_merging_folders, by_merging, by_compacting]


@pytest.mark.parametrize("way", WAYS)
def test_what_was_unknown_is_filled_in(tmp_path, way):
    kb = way(
        tmp_path,
        base({"n_rows": [9.0], "skew": [np.nan]}),
        base(
            {"n_rows": [9.0], "n_columns": [4.0], "skew": [0.5]},
            {"n_rows": 9.0, "family": "flowers", "target": "y"},
            fit_seconds=2.0,
        ),
        base(),
    )
    assert kb.metafeatures.loc["t"].to_dict() == {"n_rows": 9.0, "skew": 0.5, "n_columns": 4.0}
    assert kb.tasks[["n_rows", "family", "target"]].to_numpy().tolist() == [[9.0, "flowers", "y"]]
    assert kb.runs["fit_seconds"].tolist() == [2.0]
    if (tmp_path / "kb").exists():
        assert verify(tmp_path / "kb").is_sound


def test_values_that_differ_are_left_out_and_said(tmp_path):
    base({"skew": [9.0]}, {"family": "x"}).save(tmp_path)
    with pytest.warns(KnowledgeBaseWarning, match="2 values that describe tasks"):
        base({"skew": [8.0]}, {"family": "y"}).save(tmp_path, if_exists="append")
    kb = KnowledgeBase.load(tmp_path)
    assert (kb.metafeatures["skew"].tolist(), kb.tasks["family"].tolist()) == ([9.0], ["x"])


def test_saving_again_writes_nothing(tmp_path):
    kb = base({"n_rows": [9.0]}, {"n_rows": 9.0}, fit_seconds=2.0)
    kb.save(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    kb.save(tmp_path, if_exists="append")
    base().save(tmp_path, if_exists="append")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("first", "second", "n"),
    [
        ({"fit_seconds": 1.0}, {"fit_seconds": 2.0}, 2),
        ({}, {"fit_seconds": 2.0, "source": "openml:run/2"}, 2),
        ({"source": ""}, {"source": "", "fit_seconds": 2.0}, 2),
        ({"fit_seconds": 1.0}, {"predict_seconds": 1.0}, 2),
        ({"fit_seconds": 1.0}, {"fit_seconds": 1.0, "predict_seconds": 1.0}, 1),
        ({"fold_scores": [[0.9, 0.9]]}, {"fold_scores": [[0.9, 0.9]], "fit_seconds": 1.0}, 1),
        ({}, {"fold_scores": [[0.9, 0.9]]}, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", [by_saving, by_merging])
def test_a_run_stands_for_another_only_if_it_says_all_of_it(tmp_path, way, first, second, n):
    assert len(way(tmp_path, base(**first), base(**second)).runs) == n


tables = st.lists(
    st.tuples(*[st.sampled_from([np.nan, 1.0, 2.0])] * 3), min_size=1, max_size=3
).map(lambda rows: pd.DataFrame(rows, columns=list("xyz"), index=list("abc")[: len(rows)]))


@given(tables, tables)
@settings(max_examples=50, deadline=None)
def test_filling_keeps_what_is_held_and_takes_what_is_new(held, new):
    rows, n_others = additions(held, new)
    after = combined([held, rows], "last")
    for task in after.index:
        for name in after:
            old = held.loc[task, name]
            other = new.loc[task, name] if task in new.index else np.nan
            expected = other if np.isnan(old) else old
            assert after.loc[task, name] == expected or np.isnan(expected)
    assert additions(after, new)[1] == n_others
    assert not len(additions(after, new)[0])


def test_a_folder_that_was_described_twice_before_reads_without_a_warning(tmp_path):
    from autometa.knowledge_base.storage._parts import write_part

    base({"n_rows": [9.0]}).save(tmp_path)
    write_part(tmp_path, "metafeatures", base({"n_rows": [8.0], "skew": [1.0]}).metafeatures)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = KnowledgeBase.load(tmp_path).metafeatures
    assert len(found) == 1
    assert found["skew"].tolist() == [1.0]
    assert found["n_rows"].iloc[0] in (8.0, 9.0)
