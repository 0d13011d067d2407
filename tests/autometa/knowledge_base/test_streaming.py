"""The stream of runs: a merge of parts that is what pandas makes of all of them at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn_runs import TASKS, draw_runs, make_everything_large, task_table, without_repeats
from hypothesis import given, settings
from hypothesis import strategies as st

from autometa import KnowledgeBase
from autometa.knowledge_base._averages import average
from autometa.knowledge_base._run_source import StoredRuns
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._layout import from_arrow
from autometa.knowledge_base.storage._opened import FramePart
from autometa.knowledge_base.storage._parts import write_part
from autometa.knowledge_base.storage._stream import batches


@pytest.fixture(params=[1, 7, 1000])
def rows_per_group(request):
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_everything_large(monkeypatch, request.param)
        yield request.param


def all_at_once(frames):
    """Return what the stream promises, the simple way."""
    runs = without_repeats(pd.concat(frames, ignore_index=True))
    order = sorted(range(len(runs)), key=lambda place: runs["task_id"].iloc[place])
    return runs.iloc[order].reset_index(drop=True)


@pytest.mark.slow
@settings(max_examples=20)
@given(
    seeds=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    n=st.integers(1, 80),
    rows=st.integers(1, 100),
)
def test_parts_in_memory_merge_to_what_pandas_makes_of_them(seeds, n, rows):
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_everything_large(monkeypatch, rows=11)
        frames = [draw_runs(seed, n) for seed in seeds]
        tables = list(batches([FramePart(frame) for frame in frames], rows=rows))
        found = pd.concat([from_arrow("runs", table) for table in tables], ignore_index=True)
        expected = all_at_once(frames)
        pd.testing.assert_frame_equal(
            found.drop(columns="fold_scores"), expected.drop(columns="fold_scores")
        )
        seen = [set(table["task_id"].to_pylist()) for table in tables]
        assert sum(map(len, seen)) == len(set.union(*seen))  # a task is in one table only


def test_parts_on_the_disk_merge_likewise(tmp_path, rows_per_group):
    frames = [draw_runs(seed, n=30) for seed in range(4)]
    for frame in frames:
        write_part(tmp_path, "runs", frame)
    folder = StoredFolder(tmp_path)
    in_order = [StoredRuns([FramePart(part.frame("runs"))]).frame() for part in folder.runs]
    found = StoredRuns([folder]).frame()
    pd.testing.assert_frame_equal(
        found.drop(columns="fold_scores"), all_at_once(in_order).drop(columns="fold_scores")
    )
    folds = [runs["fold_scores"].dropna().map(list) for runs in (found, all_at_once(in_order))]
    assert folds[0].tolist() == folds[1].tolist()


def test_runs_of_tasks_are_those_of_the_whole(tmp_path, rows_per_group):
    for seed in range(3):
        write_part(tmp_path, "runs", draw_runs(seed, n=30))
    stored = StoredRuns([StoredFolder(tmp_path)])
    everything = stored.frame()
    for wanted in (["a"], ["ä", "😀"], ["nobody"], [], list(TASKS)):
        expected = everything[everything["task_id"].isin(wanted)].reset_index(drop=True)
        found = stored.frame(wanted)
        pd.testing.assert_frame_equal(
            found.drop(columns="fold_scores"),
            expected.drop(columns="fold_scores"),
            check_dtype=bool(wanted),
        )
        assert list(found.columns) == list(everything.columns)


def test_a_stream_of_some_columns_drops_repeats_of_all(tmp_path, rows_per_group):
    frame = draw_runs(0)
    write_part(tmp_path, "runs", frame)
    write_part(tmp_path, "runs", pd.concat([frame, draw_runs(1)]))
    stored = StoredRuns([StoredFolder(tmp_path)])
    n_rows = stored.read(lambda tables: sum(len(table) for table in tables), ["score"])
    assert n_rows == len(all_at_once([frame, draw_runs(1)]))


def test_averages_of_a_stream_are_those_of_the_frame(tmp_path, rows_per_group):
    kb = KnowledgeBase.from_frames(task_table(), None, draw_runs(0, 150))
    kb.save(tmp_path)
    loaded = KnowledgeBase.load(tmp_path)
    from_parts = loaded.averages().to_frame()
    from_frame = KnowledgeBase.from_frames(task_table(), None, loaded.runs).averages().to_frame()
    key = ["task_id", "metric", "algorithm", "config"]
    one, other = (
        frame.astype(dict.fromkeys(key, str)).sort_values(key).reset_index(drop=True)
        for frame in (from_parts, from_frame)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def fidelity_that_counts(runs: pd.DataFrame) -> float:
    """Of one task and metric: the largest at which two setups have a score, else one, else all."""
    scored = runs[runs["score"].notna()]
    n_setups = scored.groupby("fidelity").apply(
        lambda part: len(part[["algorithm", "config"]].drop_duplicates()), include_groups=False
    )
    for enough in (2, 1):
        if len(n_setups) and (n_setups >= enough).any():
            return float(n_setups.index[n_setups >= enough].max())
    return float(runs["fidelity"].max())


@pytest.mark.slow
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 200))
def test_averages_are_what_pandas_groups(seed, n):
    runs = draw_runs(seed, n)
    counting = [
        part[
            (part["fidelity"] == fidelity_that_counts(part))
            | ((part["fidelity"] > fidelity_that_counts(part)) & (part["status"] != "ok"))
        ]
        for _, part in runs.groupby(["task_id", "metric"])
    ]
    cells = pd.concat(counting).groupby(["task_id", "algorithm", "config", "metric"])
    expected = pd.DataFrame(
        {
            "score": cells["score"].mean(),
            "n_scores": cells["score"].count(),
            "n_failed": cells["status"].agg(lambda s: (s != "ok").sum()),
            "fit_seconds": cells["fit_seconds"].mean(),
        }
    )
    kb = KnowledgeBase.from_frames(task_table(), None, draw_runs(seed, n))
    found = kb.averages().to_frame().astype(dict.fromkeys(expected.index.names, str))
    found = found.set_index(expected.index.names).loc[expected.index, list(expected)]
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_averages_by_hand():
    runs = pd.DataFrame(
        {
            "task_id": "a",
            "algorithm": ["knn", "knn", "knn", "svm", "svm"],
            "config": "{}",
            "metric": "accuracy",
            "score": [0.5, 1.0, 0.0, np.nan, np.nan],
            "fit_seconds": [1.0, 3.0, 100.0, np.nan, 7.0],
            "fidelity": [1.0, 1.0, 0.1, 1.0, 1.0],
            "status": ["ok", "ok", "ok", "timeout", "error"],
        }
    )
    tasks = pd.DataFrame({"task_id": ["a", "b"], "task_type": ["binary", "regression"]})
    kb = KnowledgeBase.from_frames(tasks, None, runs)
    found = kb.averages().to_frame().set_index("algorithm")
    assert found["score"].tolist() == pytest.approx([0.75, np.nan], nan_ok=True)
    assert found["fit_seconds"].tolist() == [2.0, 7.0]
    assert found[["n_scores", "n_failed", "n_untimed"]].to_numpy().tolist() == [
        [2, 0, 0],
        [0, 2, 1],
    ]
    assert len(kb.averages("r2")) == 0
    assert len(kb.averages(task_types=["regression"])) == 0
    assert len(kb.averages("accuracy", ["binary"])) == 2


def test_a_frame_without_optional_columns_is_averaged():
    runs = draw_runs(0)
    kb = KnowledgeBase(task_table(), pd.DataFrame(), runs.drop(columns="reference_seconds"))
    whole = KnowledgeBase.from_frames(task_table(), None, runs)
    pd.testing.assert_frame_equal(kb.averages().to_frame(), whole.averages().to_frame())


def test_averages_of_nothing_are_empty():
    averages = average(iter([]))
    assert len(averages) == 0
    assert averages.to_frame().empty
    assert averages.to_frame()["score"].dtype == float


def test_counts_of_a_stream_are_those_of_the_frame(tmp_path, rows_per_group):
    kb = KnowledgeBase.from_frames(task_table(), None, draw_runs(2, 150))
    kb.save(tmp_path)
    loaded = KnowledgeBase.load(tmp_path)
    pd.testing.assert_frame_equal(loaded.setups, kb.setups)
    pd.testing.assert_series_equal(loaded.score_counts(), kb.score_counts())
    assert loaded.counts() == kb.counts()
    assert loaded.algorithms == ["knn", "smo"]
    ok = kb.runs[kb.runs["score"].notna()].merge(kb.tasks, on="task_id")
    expected = ok.groupby(["task_type", "metric"]).size()
    assert loaded.score_counts().to_dict() == expected.to_dict()
