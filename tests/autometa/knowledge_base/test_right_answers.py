"""What keepers of a folder say and keep is what is there: shares, failures, seconds, tasks."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autometa import KnowledgeBase, MetaModel
from autometa.exceptions import KnowledgeBaseWarning
from autometa.importers import import_history
from autometa.knowledge_base import (
    add_to,
    diff,
    export,
    merge_folders,
    remove,
    setup_list,
    shares_of_wins,
    verify,
)
from autometa.knowledge_base._run_source import FrameRuns
from autometa.knowledge_base.maintenance import _removing
from autometa.knowledge_base.storage import _parts
from autometa.knowledge_base.storage._writer import FolderWriter


def base(rows, metafeatures=None, **more):
    frame = pd.DataFrame(rows).assign(**more)
    for name, value in {"task_id": "t", "config": "{}", "metric": "accuracy"}.items():
        if name not in frame:
            frame[name] = value
    tasks = pd.DataFrame({"task_id": frame["task_id"].unique(), "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, metafeatures, frame)


def test_shares_of_wins_are_of_all_tasks():
    rows = [
        {"task_id": t, "algorithm": g, "score": v, "fold_scores": [v, v]}
        for t in "stuv" for g, v in (("a", 0.9), ("b", 0.8))
    ]  # fmt: skip
    rows.append({"task_id": "s", "algorithm": "c", "score": 0.95, "fold_scores": [0.95, 0.95]})
    shares = shares_of_wins(base(rows)).set_index("algorithm")["best"].to_dict()
    assert shares == {"a": 0.75, "b": 0.0, "c": 0.25}


def test_a_task_on_which_all_failed_counts_and_the_lucky_repeat_does_not_win():
    rows = [
        {"task_id": "s", "algorithm": "a", "score": 0.9, "source": "1"},
        {"task_id": "s", "algorithm": "a", "score": 0.5, "source": "2"},
        {"task_id": "s", "algorithm": "b", "score": 0.8, "source": "1"},
        {"task_id": "t", "algorithm": "a", "score": np.nan, "source": "1"},
    ]
    kb = base(rows, status=["ok", "ok", "ok", "timeout"])
    shares = shares_of_wins(kb).set_index("algorithm")["best"].to_dict()
    assert shares == {"a": 0.0, "b": 0.5}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(*map(st.sampled_from, ("stu", "abc", [0.1, 0.5, None]))),
        min_size=1,
    ).filter(lambda rows: any(score for *_, score in rows))
)  # fmt: skip
def test_shares_of_wins_add_up_to_the_tasks_with_a_score(rows):
    frame = pd.DataFrame(rows, columns=["task_id", "algorithm", "score"])
    frame["status"] = np.where(frame["score"].isna(), "error", "ok")
    frame["source"] = frame.index.astype(str)
    shares = shares_of_wins(base(frame.astype({"score": float})))
    won = frame[frame["score"].notna()]["task_id"].nunique() / frame["task_id"].nunique()
    assert shares["best"].sum() == pytest.approx(won)
    assert (shares["near_best"] >= shares["best"] - 1e-12).all()
    assert (shares["near_best"] <= 1).all()


def test_median_fit_seconds_are_of_fits_on_all_rows():
    rows = {
        "score": [0.7, 0.8, 0.9],
        "fidelity": [0.1, 1 / 3, 1.0],
        "fit_seconds": [1.0, 3.0, 10.0],
    }
    listed = setup_list(base(rows, algorithm="a").runs)
    assert listed["median_fit_seconds"].tolist() == [10.0]


def test_diff_tells_failures_beside_a_success():
    a = base(
        {"score": [0.9, *[np.nan] * 3], "status": ["ok", *["timeout"] * 3], "source": list("wxyz")},
        algorithm="a",
    )
    b = base({"score": [0.9]}, algorithm="a")
    found = diff(a, b)
    assert not found.is_empty
    assert found.failures[["a", "b"]].to_numpy().tolist() == [[0.75, 0.0]]
    failed = base({"score": [np.nan], "status": ["error"]}, algorithm="a")
    assert diff(failed, failed).n_scores_compared == 0
    assert diff(a, a).is_empty


def test_an_aslib_run_keeps_its_scores_from_another_runs_failure(tmp_path):
    kb = base(
        {
            "metric": ["roc_auc", "roc_auc", "accuracy"],
            "score": [np.nan, 0.95, 0.9],
            "status": ["timeout", "ok", "ok"],
            "source": list("122"),
        },
        pd.DataFrame({"n_rows": [9.0]}, index=["t"]),
        algorithm="a",
    )
    export(kb, tmp_path / "x", "aslib")
    runs = import_history(str(tmp_path / "x")).knowledge_base.runs
    found = {
        (metric, status): score
        for metric, status, score in zip(runs["metric"], runs["status"], runs["score"], strict=True)
    }
    assert found["accuracy", "ok"] == 0.9
    assert found["roc_auc", "ok"] == 0.95
    assert ("accuracy", "timeout") not in found or np.isnan(found["accuracy", "timeout"])


def test_runs_added_while_their_task_is_removed_keep_it(tmp_path):
    folder = tmp_path / "kb"
    features = pd.DataFrame({"n_rows": 9.0}, index=list("tu"))
    base({"task_id": list("tu"), "score": 0.9}, features, algorithm="a").save(folder)
    new = base({"score": [0.8]}, features, algorithm="b")
    with FolderWriter(folder) as writer:
        remove(folder, tasks=["t"])
        writer.add(new.tasks, new.metafeatures, FrameRuns(new.runs), {})
    kb = KnowledgeBase.load(folder)
    assert set(kb.tasks["task_id"]) == set(kb.runs["task_id"]) == {"t", "u"}
    assert set(kb.metafeatures.index) == {"t", "u"}
    assert not verify(folder).errors


def test_a_task_that_gets_runs_in_the_last_moment_of_its_removal_stays(tmp_path, monkeypatch):
    folder = tmp_path / "kb"
    features = pd.DataFrame({"n_rows": 9.0}, index=list("tu"))
    base({"task_id": list("tu"), "score": 0.9}, features, algorithm="a").save(folder)
    rewrite_tasks = _removing._rewrite_tasks

    def late(rewrite, gone):
        rewrite_tasks(rewrite, gone)
        _parts.write_part(folder, "runs", base({"score": [0.8]}, algorithm="b").runs)

    monkeypatch.setattr(_removing, "_rewrite_tasks", late)
    assert remove(folder, tasks=["t"]).tasks == ()
    kb = KnowledgeBase.load(folder)
    assert set(kb.tasks["task_id"]) == set(kb.metafeatures.index) == {"t", "u"}
    assert not verify(folder).errors


# --- values out of range: as `verify` says, so it is read and added ------------------------

WRONG = {
    "score": [1e308, 1.5, -0.5, -np.inf],
    "fidelity": [0.0, 1.5, np.nan],
    "status": ["fine", None],
    "config": ["{", "[]", None],
    "algorithm": [None],
    "metric": [None],
    "task_id": [None],
}
CASES = [(name, value) for name, values in WRONG.items() for value in values]


def sound_runs():
    names = [f"t{i}" for i in range(4)]
    setups = [
        {"task_id": t, "config": {"k": k}, "score": 0.5 + 0.1 * k} for t in names for k in (0, 1, 2)
    ]
    rows = pd.DataFrame(setups).assign(algorithm="a", fit_seconds=1.0)
    return base(rows, pd.DataFrame({"n_rows": np.arange(4.0)}, index=names))


def damage(folder, column, value):
    """Add a part with one run that is wrong in one column."""
    row = sound_runs().runs.iloc[:1].copy()
    row["source"] = "wrong"
    row[column] = pd.Series([value], index=row.index, dtype=row[column].dtype)
    _parts.write_part(folder, "runs", row)


def read_all(folder):
    kb = KnowledgeBase.load(folder)
    kb.averages("accuracy"), kb.runs_of("t0"), kb.counts()
    return len(kb.runs)


@pytest.mark.parametrize(("column", "value"), CASES, ids=str)
def test_a_run_that_verify_calls_wrong_is_neither_learnt_nor_added(tmp_path, column, value):
    folder, other = tmp_path / "kb", tmp_path / "other"
    sound_runs().save(folder)
    damage(folder, column, value)
    assert verify(folder).errors
    with pytest.warns(KnowledgeBaseWarning, match="out of range") as caught:
        n_runs = read_all(folder)
    assert n_runs == 12
    assert len(caught) == 1
    with pytest.warns(KnowledgeBaseWarning, match="out of range"):
        assert merge_folders([folder], other).n_runs == 12
    assert verify(other).is_sound


@pytest.mark.parametrize("value", [-1.0, np.inf, -np.inf])
def test_seconds_that_cannot_be_become_unknown(tmp_path, value):
    folder, other = tmp_path / "kb", tmp_path / "other"
    sound_runs().save(folder)
    damage(folder, "fit_seconds", value)
    with pytest.warns(KnowledgeBaseWarning, match="fit_seconds") as caught:
        runs = KnowledgeBase.load(folder).runs
    assert len(caught) == 1
    assert len(runs) == 13
    assert runs["fit_seconds"].isna().sum() == 1
    with pytest.warns(KnowledgeBaseWarning, match="fit_seconds"):
        merge_folders([folder], other)
    assert verify(other).is_sound


def test_advice_is_what_it_is_without_the_wrong_runs(tmp_path):
    folder = tmp_path / "kb"
    sound_runs().save(folder)
    asked = pd.Series({"n_rows": 2.0})
    before = [one.to_dict() for one in MetaModel(n_trees=5).fit(sound_runs()).recommend(asked)]
    for column, value in [("score", 1e308), ("fidelity", 0.0)]:
        damage(folder, column, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KnowledgeBaseWarning)
        kb = KnowledgeBase.load(folder)
        after = [one.to_dict() for one in MetaModel(n_trees=5).fit(kb).recommend(asked)]
    assert after == before


def test_a_score_beyond_reason_is_not_added(tmp_path):
    kb = sound_runs()
    runs = kb.runs
    runs.loc[0, "score"] = 1e308
    kb = KnowledgeBase(kb.tasks, kb.metafeatures, runs)
    with pytest.warns(KnowledgeBaseWarning, match=r"a score of 1e\+308"):
        assert add_to(tmp_path / "kb", kb, "mine").n_runs == 11
