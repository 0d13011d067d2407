"""A loaded knowledge base: tables come when asked for, and behave as if they had been there."""

from __future__ import annotations

import copy
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from drawn_runs import TASKS, draw_runs, make_everything_large, task_table, without_repeats

from autometa import KnowledgeBase, MetaModel
from autometa.knowledge_base.storage._parts import part_paths, read_part, write_part

METAFEATURES = pd.DataFrame({"n_rows": np.arange(6.0), "odd": np.nan}, index=list(TASKS))
RUNS = draw_runs(0, 200)
KEY = ["task_id", "algorithm", "config", "metric", "fidelity", "score", "status"]


@pytest.fixture
def kb():
    return KnowledgeBase.from_frames(task_table(), METAFEATURES, RUNS, {"by": "hand"})


@pytest.fixture(params=["small", "large"])
def folder(request, kb, tmp_path, monkeypatch):
    if request.param == "large":
        make_everything_large(monkeypatch)
    kb.save(tmp_path / "kb")
    return tmp_path / "kb"


@pytest.fixture
def large(kb, tmp_path, monkeypatch):
    make_everything_large(monkeypatch)
    kb.save(tmp_path / "kb")
    return tmp_path / "kb"


def same_runs(one, other):
    one, other = (f.sort_values(KEY).reset_index(drop=True)[KEY] for f in (one, other))
    pd.testing.assert_frame_equal(one, other)


def is_unread(kb):
    return kb._runs is None


def test_tables_are_read_once(folder):
    kb = KnowledgeBase.load(folder)
    assert is_unread(kb)
    counts = len(kb.runs), len(kb.tasks), len(kb.metafeatures)
    tables = kb._runs, kb._tasks, kb._metafeatures
    assert (len(kb.runs), len(kb.tasks), len(kb.metafeatures)) == counts
    again = kb._runs, kb._tasks, kb._metafeatures
    assert all(one is other for one, other in zip(tables, again, strict=True))


def test_asking_for_some_does_not_read_all(folder, kb):
    loaded = KnowledgeBase.load(folder)
    for tasks in ("a", ["a", "ä"], {"nobody"}, np.array(["b"]), pd.Series(["b", "a"])):
        same_runs(loaded.runs_of(tasks), kb.runs_of(tasks))
    assert list(loaded.runs_of("nobody").columns) == list(kb.runs.columns)
    loaded.averages("accuracy", ["binary"])
    assert loaded.setups.equals(kb.setups)
    assert loaded.n_scores == len(kb.runs)
    assert "KnowledgeBase(6 tasks" in repr(loaded)
    assert is_unread(loaded)


def test_ordinary_frames_come_back(folder):
    """What scripts do with runs: text is text, not categories."""
    runs = KnowledgeBase.load(folder).runs
    assert (runs["algorithm"] + " " + runs["config"]).str.contains(" ").all()
    assert runs["config"].map(len).sum() > 0
    assert (runs["status"] == "ok").any()
    assert set(runs.query("task_id == 'a'")["task_id"]) == {"a"}
    assert runs.groupby(["task_id", "algorithm"]).size().gt(0).all()
    runs.loc[0, "algorithm"] = "never seen"
    assert runs["algorithm"].iloc[0] == "never seen"


def test_wide_tables_come_back_in_one_piece(tmp_path):
    """Pandas warns when a column is added to a frame of hundreds of pieces."""
    wide = pd.DataFrame(0.5, index=list(TASKS), columns=[f"m{i}" for i in range(200)])
    KnowledgeBase.from_frames(task_table(), wide, RUNS).save(tmp_path)
    metafeatures = KnowledgeBase.load(tmp_path).metafeatures
    metafeatures["one more"] = 1.0
    assert metafeatures.shape == (6, 201)


def test_what_is_small_outlives_its_folder(kb, tmp_path):
    kb.save(tmp_path / "kb")
    loaded = KnowledgeBase.load(tmp_path / "kb")
    shutil.rmtree(tmp_path / "kb")
    same_runs(loaded.runs, kb.runs)
    assert len(loaded.tasks) == 6


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda kb: pickle.loads(pickle.dumps(kb))]
)
def test_copies_are_read_likewise(folder, kb, twin):
    same_runs(twin(KnowledgeBase.load(folder)).runs, kb.runs)


def test_a_compacted_folder_is_read_anew(large, kb):
    """Parts that a loaded knowledge base knows may go when others hold their rows."""
    KnowledgeBase.from_frames(task_table(), None, draw_runs(1)).save(large, if_exists="append")
    asked = {
        "runs": lambda kb: kb.runs,
        "runs_of": lambda kb: kb.runs_of(list(TASKS)),
        "setups": lambda kb: kb.setups,
        "averages": lambda kb: kb.averages().to_frame(),
    }
    before = {name: ask(KnowledgeBase.load(large)) for name, ask in asked.items()}
    loaded = {name: KnowledgeBase.load(large) for name in asked}
    old = part_paths(large, "runs")
    assert len(old) > 1
    write_part(large, "runs", pd.concat([read_part(path) for path in old]))
    for path in old:
        path.unlink()
    same_runs(asked["runs"](loaded["runs"]), before["runs"])
    same_runs(asked["runs_of"](loaded["runs_of"]), before["runs_of"])
    pd.testing.assert_frame_equal(asked["setups"](loaded["setups"]), before["setups"])
    assert len(asked["averages"](loaded["averages"])) == len(before["averages"])


def test_adding_to_a_large_one_leaves_it_on_the_disk(large, kb):
    loaded = KnowledgeBase.load(large)
    new = pd.DataFrame({"task_id": ["new"], "task_type": "binary"})
    more = pd.concat([RUNS.head(5).assign(task_id="new"), RUNS.head(9)])
    loaded.add(more, tasks=new)
    assert is_unread(loaded)
    assert len(loaded.runs_of("new")) == len(kb.add(more, tasks=new).runs_of("new"))
    n_parts = len(part_paths(large, "runs"))
    loaded.save(large, if_exists="append")
    assert is_unread(loaded)
    assert len(part_paths(large, "runs")) == n_parts + 1
    same_runs(KnowledgeBase.load(large).runs, kb.runs)
    same_runs(loaded.runs, kb.runs)


@pytest.mark.slow
def test_merging_large_ones_leaves_them_on_the_disk(large, kb, tmp_path):
    other = KnowledgeBase.from_frames(task_table(), None, draw_runs(1, 100), {"by": "chance"})
    other.save(tmp_path / "other")
    merged = KnowledgeBase.load(large).merge(KnowledgeBase.load(tmp_path / "other"))
    assert is_unread(merged)
    assert merged.provenance == {"sources": [{"by": "hand"}, {"by": "chance"}]}
    merged.save(tmp_path / "both")
    assert is_unread(merged)
    expected = without_repeats(pd.concat([kb.runs, other.runs], ignore_index=True))
    same_runs(KnowledgeBase.load(tmp_path / "both").runs, expected)
    same_runs(kb.merge(KnowledgeBase.load(tmp_path / "other")).runs, expected)
    assert KnowledgeBase.load(tmp_path / "both").provenance == merged.provenance


def test_saving_a_large_one_elsewhere_or_again_changes_nothing(large, kb, tmp_path):
    loaded = KnowledgeBase.load(large)
    before = sorted(path.name for path in large.iterdir())
    loaded.save(large, if_exists="append")
    kb.save(large, if_exists="append")
    assert sorted(path.name for path in large.iterdir()) == before
    loaded.save(tmp_path / "twin")
    same_runs(KnowledgeBase.load(tmp_path / "twin").runs, kb.runs)
    twin = KnowledgeBase.load(tmp_path / "twin")
    pd.testing.assert_frame_equal(twin.metafeatures, kb.metafeatures)


def test_a_save_that_was_killed_is_finished_by_the_next(kb, tmp_path):
    kb.save(tmp_path)
    (tmp_path / "manifest.json").unlink()  # it is written last
    before = sorted(path.name for path in tmp_path.iterdir())
    kb.save(tmp_path, if_exists="append")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "manifest.json"])


def test_advice_is_the_same_from_parts_as_from_memory(folder, kb):
    loaded = KnowledgeBase.load(folder)
    in_memory = KnowledgeBase.from_frames(loaded.tasks, loaded.metafeatures, loaded.runs)
    row = METAFEATURES.loc["a"]
    one, other = (
        MetaModel(n_trees=20).fit(history).recommend(row, task_type="binary", metric="accuracy")
        for history in (KnowledgeBase.load(folder), in_memory)
    )
    assert [advice.to_dict() for advice in one] == [advice.to_dict() for advice in other]


@pytest.mark.filterwarnings("ignore:.*measured on other folds")  # numbers of folds are drawn
def test_a_model_does_not_see_what_is_added_later(folder):
    def advice(model):
        found = model.recommend(None, task_type="binary", metric="accuracy")
        return [(r.algorithm, r.config, r.expected_score) for r in found]

    kb = KnowledgeBase.load(folder)
    model = MetaModel(n_trees=20).fit(kb)
    same = MetaModel(n_trees=20).fit(kb)
    before = advice(same)
    kb.add(RUNS.assign(score=RUNS["score"] * 2, algorithm="new", source="later"))
    assert advice(MetaModel(n_trees=20).fit(kb)) != before
    assert advice(model) == before


def test_empty_parts_do_no_harm(folder, kb):
    for table, frame in (("runs", RUNS), ("tasks", kb.tasks), ("metafeatures", kb.metafeatures)):
        write_part(folder, table, frame.iloc[:0])
    loaded = KnowledgeBase.load(folder)
    assert len(loaded.runs_of("a")) == len(kb.runs_of("a"))
    assert len(loaded.averages()) == len(kb.averages())
    same_runs(loaded.runs, kb.runs)
    assert loaded.runs["score"].dtype == float
    pd.testing.assert_frame_equal(loaded.metafeatures, kb.metafeatures)


def test_threads_may_ask_at_the_same_time(folder, kb):
    loaded = KnowledgeBase.load(folder)
    questions = [lambda: len(loaded.runs), lambda: len(loaded.runs_of(list(TASKS)))] * 8
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda ask: ask(), questions))
    assert answers == [len(kb.runs)] * 16
